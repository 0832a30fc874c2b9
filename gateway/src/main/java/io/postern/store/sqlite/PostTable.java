package io.postern.store.sqlite;

import io.postern.journal.Posting;
import io.postern.journal.Posting.Trial;
import io.postern.journal.Postings.Wanted;
import io.postern.journal.StoreUnavailable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The subscribers' log.
final class PostTable {
  /// How many rows one look passes over.
  private static final int SLICE_ROWS = 5_000;

  private static final int PAGE_ROWS = 500;
  private static final int ROWS_MAX = 1_000;
  private static final String DOING = "search the subscribers' log";

  private static final String COLUMNS =
      """
      number, id, subscriber, received, status, events, at, attempt, host_name, endpoint_url,
      http_status, elapsed_ms, reason
      """;

  private final Sql sql;

  PostTable(Sql sql) {
    this.sql = sql;
  }

  void write(Posting posting) throws SQLException {
    Trial trial = posting.trial();
    sql.update(
        """
        INSERT INTO posts (id, subscriber, received, status, events, at, attempt, host_name,
          endpoint_url, http_status, elapsed_ms, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, at = excluded.at,
          attempt = excluded.attempt, host_name = excluded.host_name,
          endpoint_url = excluded.endpoint_url, http_status = excluded.http_status,
          elapsed_ms = excluded.elapsed_ms, reason = excluded.reason
        """,
        posting.id(),
        posting.subscriber(),
        posting.received(),
        LogTable.code(posting.status()),
        posting.events(),
        trial.at(),
        trial.attempt(),
        trial.hostName(),
        trial.endpointUrl(),
        trial.httpStatus(),
        trial.elapsed().toMillis(),
        trial.reason());
  }

  /// Ends the posts of a batch that are not over. A full stop is the next character after the
  /// hyphen.
  ///
  /// @return how many
  int abandon(String batch, Instant now, String reason) throws SQLException {
    return sql.update(
        """
        UPDATE posts SET status = 3, at = ?2, reason = ?3
        WHERE id >= ?1 || '-' AND id < ?1 || '.' AND status IN (0, 2)
        """,
        batch,
        now,
        reason);
  }

  void remove(List<Long> numbers) throws SQLException {
    for (long number : numbers) {
      sql.update("DELETE FROM posts WHERE number = ?", number);
    }
  }

  /// The newest first.
  static List<Posting> newest(Readers readers, Wanted wanted, int offset, int limit)
      throws StoreUnavailable {
    if (offset < 0 || limit < 1 || limit > ROWS_MAX) {
      throw new IllegalArgumentException("no such page: " + limit + " rows after " + offset);
    }
    List<Posting> found = new ArrayList<>();
    long over = offset;
    long before = 1 + readers.search(DOING, sql -> sql.number("SELECT max(number) FROM posts"));
    while (before > 1 && found.size() < limit) {
      long end = before;
      int page = (int) Math.min(PAGE_ROWS, over + limit - found.size());
      List<Posting> rows =
          readers.search(
              DOING, sql -> rows(sql, wanted, end - SLICE_ROWS - 1, end, " DESC LIMIT " + page));
      int passed = (int) Math.min(over, rows.size());
      found.addAll(rows.subList(passed, rows.size()));
      over -= passed;
      before = rows.size() == page ? rows.getLast().number() : end - SLICE_ROWS;
    }
    return found;
  }

  /// Every row, oldest first; the reader is called outside of any transaction.
  static void each(Readers readers, Wanted wanted, Consumer<Posting> reader)
      throws StoreUnavailable {
    long newest = readers.search(DOING, sql -> sql.number("SELECT max(number) FROM posts"));
    long after = readers.search(DOING, sql -> sql.number("SELECT min(number) - 1 FROM posts"));
    while (after < newest) {
      long from = after;
      List<Posting> rows =
          readers.search(
              DOING,
              sql -> rows(sql, wanted, from, from + SLICE_ROWS + 1, " ASC LIMIT " + PAGE_ROWS));
      rows.forEach(reader);
      after = rows.size() == PAGE_ROWS ? rows.getLast().number() : from + SLICE_ROWS;
    }
  }

  /// Rows between two numbers.
  private static List<Posting> rows(Sql sql, Wanted wanted, long after, long before, String tail)
      throws SQLException {
    StringBuilder where = new StringBuilder("number > ? AND number < ?");
    List<Object> values = new ArrayList<>(List.of(after, before));
    if (wanted.since() != null) {
      where.append(" AND received >= ?");
      values.add(wanted.since());
    }
    if (wanted.until() != null) {
      where.append(" AND received < ?");
      values.add(wanted.until());
    }
    if (!wanted.statuses().isEmpty()) {
      where.append(" AND status IN (").append(Filter.codes(wanted.statuses())).append(')');
    }
    if (!wanted.subscriber().isEmpty()) {
      where.append(" AND subscriber = ?");
      values.add(wanted.subscriber());
    }
    return sql.list(
        "SELECT " + COLUMNS + " FROM posts WHERE " + where + " ORDER BY number" + tail,
        PostTable::posting,
        values.toArray());
  }

  private static Posting posting(ResultSet row) throws SQLException {
    return new Posting(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        Instant.ofEpochMilli(row.getLong(4)),
        LogTable.status(row.getInt(5)),
        row.getString(6),
        new Trial(
            Instant.ofEpochMilli(row.getLong(7)),
            row.getInt(8),
            row.getString(9),
            row.getString(10),
            row.getInt(11),
            Duration.ofMillis(row.getLong(12)),
            LogTable.reason(row.getInt(5), row.getString(13))));
  }
}
