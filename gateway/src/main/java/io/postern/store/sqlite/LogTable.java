package io.postern.store.sqlite;

import io.postern.journal.Arrival;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.queue.Settlement.Trial;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The status log: how its rows are written and read.
final class LogTable {
  /// What [#row] reads, from `log l LEFT JOIN rules r ON r.number = l.rule`.
  static final String COLUMNS =
      """
      l.number, l.at, l.status, l.reason, l.received, l.session, l.host_name, l.from_address,
      l.to_address, l.message_id, l.delivery, r.name, l.attempt, l.http_status, l.elapsed_ms, l.next
      """;

  /// The reason of a row whose texts were erased.
  static final String FORGOTTEN = "forgotten by operator";

  /// The numbers of the rows of a mail: those of its deliveries, and those of the recipients of its
  /// transaction that were refused. A full stop is the next character after the hyphen.
  static final String OF_MAIL =
      """
      WITH own AS (
        SELECT number, session, received FROM log
        WHERE delivery <> '' AND delivery >= ?1 || '-' AND delivery < ?1 || '.')
      SELECT number FROM own
      UNION
      SELECT l.number FROM log l
      JOIN (SELECT DISTINCT session, received FROM own) o
        ON l.session = o.session AND l.received = o.received AND l.status IN (0, 4)
      WHERE l.status = 4
      """;

  private static final String INTO =
      """
      INSERT INTO log (at, status, reason, received, session, host_name, from_address, to_address,
        message_id, delivery, rule, attempt, http_status, elapsed_ms, next)
      """;

  /// What the mail of a delivery says, whose row may be gone.
  private static final String INTO_OF_DELIVERY =
      INTO
          + """
          SELECT ?, ?, ?, d.received, coalesce(m.session, ''), coalesce(m.helo, ''),
            coalesce(m.header_from, ''), d.recipient, coalesce(m.message_id, ''), %s, d.rule,
            d.attempt, ?, ?, ?
          FROM deliveries d LEFT JOIN mails m ON m.number = d.number >> 20
          WHERE d.number = ?
          """
              .formatted(DeliveryId.sql("d.number"));

  /// Their places are the numbers that stand for them in the file.
  private static final List<Status> STATUSES =
      List.of(Status.QUEUED, Status.SUCCEEDED, Status.DEFERRED, Status.FAILED, Status.DENIED);

  private final Sql sql;
  private final RuleTable rules;

  LogTable(Sql sql, RuleTable rules) {
    this.sql = sql;
    this.rules = rules;
  }

  /// Writes a row that says everything itself.
  void write(Row row) throws SQLException {
    Arrival arrival = row.arrival();
    Step step = row.step();
    sql.update(
        INTO + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row.at(),
        code(row.status()),
        row.reason(),
        arrival.received(),
        arrival.session(),
        arrival.hostName(),
        arrival.from(),
        arrival.to(),
        arrival.messageId(),
        step.delivery(),
        step.rule().isEmpty() ? null : rules.number(step.rule()),
        step.attempt(),
        step.httpStatus(),
        step.elapsed().toMillis(),
        step.next());
  }

  /// Writes the row of a delivery that is kept, whose columns come from there.
  ///
  /// @param delivery the delivery's number
  /// @param reason why, cleaned
  /// @param next when the next attempt is due
  void write(long delivery, Status status, Trial trial, String reason, @Nullable Instant next)
      throws SQLException {
    sql.update(
        INTO_OF_DELIVERY,
        trial.ended(),
        code(status),
        reason,
        trial.httpStatus(),
        trial.elapsed().toMillis(),
        next,
        delivery);
  }

  void remove(List<Long> numbers) throws SQLException {
    for (long number : numbers) {
      sql.update("DELETE FROM log WHERE number = ?", number);
    }
  }

  /// Empties the rows of a mail: those of its deliveries, and those of its recipients that were
  /// refused.
  ///
  /// @return how many
  int forget(String mail) throws SQLException {
    return forget(sql.list(OF_MAIL, row -> row.getLong(1), mail));
  }

  /// Empties rows.
  ///
  /// @return how many there were to empty
  int forget(List<Long> numbers) throws SQLException {
    int rows = 0;
    for (long number : numbers) {
      rows +=
          sql.update(
              """
              UPDATE log SET reason = ?, host_name = '', from_address = '', to_address = '',
                message_id = ''
              WHERE number = ? AND (host_name <> '' OR from_address <> '' OR to_address <> '')
              """,
              FORGOTTEN,
              number);
    }
    return rows;
  }

  /// Reads the columns of [#COLUMNS].
  static Row row(ResultSet row) throws SQLException {
    Arrival arrival =
        new Arrival(
            Instant.ofEpochMilli(row.getLong(5)),
            Sql.text(row, 6),
            Sql.text(row, 7),
            Sql.text(row, 8),
            Sql.text(row, 9),
            Sql.text(row, 10));
    @Nullable String rule = Sql.textOrNull(row, 12);
    long nextMs = row.getLong(16);
    @Nullable Instant next = row.wasNull() ? null : Instant.ofEpochMilli(nextMs);
    Step step =
        new Step(
            Sql.text(row, 11),
            rule == null ? "" : rule,
            row.getInt(13),
            row.getInt(14),
            Duration.ofMillis(row.getLong(15)),
            next);
    return new Row(
        row.getLong(1),
        Instant.ofEpochMilli(row.getLong(2)),
        status(row.getInt(3)),
        reason(row.getInt(3), Sql.text(row, 4)),
        arrival,
        step);
  }

  /// What a number stands for. One that stands for nothing is in a row that was damaged, which must
  /// not hide all others: it is shown as failed, with [#reason].
  static Status status(int code) {
    return isStatus(code) ? STATUSES.get(code) : Status.FAILED;
  }

  /// A row's reason; of a row that was damaged, first of all this.
  static String reason(int code, String kept) {
    return isStatus(code) ? kept : "this row was damaged: no status is " + code + "; " + kept;
  }

  private static boolean isStatus(int code) {
    return code >= 0 && code < STATUSES.size();
  }

  /// The number that stands for a status in the file.
  static int code(Status status) {
    return STATUSES.indexOf(status);
  }
}
