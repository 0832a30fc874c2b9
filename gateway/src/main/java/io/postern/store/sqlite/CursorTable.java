package io.postern.store.sqlite;

import io.postern.journal.BlockChange;
import io.postern.journal.Entry;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.queue.Cursor;
import io.postern.queue.CursorView.Behind;
import io.postern.queue.CursorView.Stretch;
import io.postern.queue.Pause;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Subscribers' places in the status log.
final class CursorTable {
  /// The last row that no subscriber waits for any more.
  static final String FLOOR =
      "coalesce((SELECT min(position) FROM cursors WHERE holding = 1), 9223372036854775807)";

  /// How many rows of the log one look passes over.
  static final int SLICE_ROWS = 5_000;

  private static final int ROWS_MAX = 1_000;

  private final Sql sql;

  CursorTable(Sql sql) {
    this.sql = sql;
  }

  void keep(Collection<String> subscribers, Instant now) throws SQLException {
    // 2: one that did, until it is known whether it still does.
    sql.update("UPDATE cursors SET holding = 2 WHERE holding = 1");
    for (String subscriber : subscribers) {
      // Not the highest number that there is, which may have been removed, but that ever was.
      sql.update(
          """
          INSERT INTO cursors (subscriber, holding, position, last, done, version, posts, verified,
            attempts, due, held_ms, seen, missed)
          VALUES (?1, 1, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'log'), 0), 0, 0,
            '', 0, '', 0, ?2, 0, ?2, 0)
          ON CONFLICT (subscriber) DO UPDATE SET holding = 1
          """,
          subscriber,
          now);
    }
    sql.update("UPDATE cursors SET holding = 0, away = ? WHERE holding = 2", now);
  }

  /// One that is away stays so: its last post may end after it went, and who made that knows
  /// nothing of it.
  void save(Cursor cursor) throws SQLException {
    Cursor.Batch batch = cursor.batch();
    Cursor.Standing standing = cursor.standing();
    sql.update(
        """
        UPDATE cursors SET position = ?, batch = ?, last = ?, done = ?, version = ?, posts = ?,
          verified = ?,
          attempts = ?, due = ?, failing_ms = ?, held_ms = ?, seen = ?, missed = ?,
          away = iif(holding = 0, away, ?)
        WHERE subscriber = ?
        """,
        cursor.position(),
        batch == null ? null : batch.id(),
        batch == null ? 0 : batch.last(),
        batch == null ? 0 : batch.done(),
        batch == null ? "" : batch.version(),
        batch == null ? 0 : batch.posts(),
        cursor.verified(),
        standing.attempts(),
        standing.due(),
        standing.failing() == null ? null : standing.failing().toMillis(),
        standing.held().toMillis(),
        standing.seen(),
        cursor.missed().events(),
        cursor.missed().away(),
        cursor.subscriber());
  }

  boolean pause(Pause pause) throws SQLException {
    sql.update(
        """
        UPDATE cursors SET paused = ?1, cause = ?2, reason = ?3
        WHERE subscriber = ?4 AND (paused IS NULL OR (cause = 2 AND ?2 <> 2))
        """,
        pause.since(),
        RuleTable.code(pause.cause()),
        pause.reason(),
        pause.rule());
    return sql.number("SELECT count(*) FROM cursors WHERE subscriber = ?", pause.rule()) > 0;
  }

  boolean resume(String subscriber) throws SQLException {
    return sql.update(
            """
            UPDATE cursors SET paused = NULL, cause = NULL, reason = NULL,
              attempts = 0, due = min(due, seen), failing_ms = NULL
            WHERE subscriber = ? AND (paused IS NOT NULL OR attempts > 0)
            """,
            subscriber)
        > 0;
  }

  /// Notes an event to be skipped.
  ///
  /// @return false when there is no such subscriber
  boolean askSkip(String subscriber, long event) throws SQLException {
    return sql.update("UPDATE cursors SET skip = ? WHERE subscriber = ?", event, subscriber) > 0;
  }

  void endSkip(String subscriber, long event) throws SQLException {
    sql.update(
        "UPDATE cursors SET skip = NULL WHERE subscriber = ? AND skip = ?", subscriber, event);
  }

  static Map<String, Long> skips(Sql sql) throws SQLException {
    Map<String, Long> skips = new HashMap<>();
    sql.list(
            "SELECT subscriber, skip FROM cursors WHERE skip IS NOT NULL",
            row -> Map.entry(row.getString(1), row.getLong(2)))
        .forEach(skip -> skips.put(skip.getKey(), skip.getValue()));
    return skips;
  }

  /// Whether there is a subscriber that is gone since before a time.
  static boolean isAnyAway(Sql sql, Instant before) throws SQLException {
    return sql.number("SELECT count(*) FROM cursors WHERE holding = 0 AND away < ?", before) > 0;
  }

  /// Ends a pause that its failures made.
  boolean resumeFailing(String subscriber) throws SQLException {
    return sql.update(
            """
            UPDATE cursors SET paused = NULL, cause = NULL, reason = NULL
            WHERE subscriber = ? AND cause = 2
            """,
            subscriber)
        > 0;
  }

  /// Removes those of subscribers that are gone since before a time.
  void purge(Instant before) throws SQLException {
    sql.update("DELETE FROM cursors WHERE holding = 0 AND away < ?", before);
  }

  static List<Cursor> list(Sql sql) throws SQLException {
    return sql.list(
        """
        SELECT subscriber, position, batch, last, done, version, verified, attempts, due,
          failing_ms, held_ms, seen, missed, away, posts
        FROM cursors ORDER BY subscriber
        """,
        CursorTable::cursor);
  }

  private static Cursor cursor(ResultSet row) throws SQLException {
    @Nullable String batch = row.getString(3);
    long failingMs = row.getLong(10);
    @Nullable Duration failing = row.wasNull() ? null : Duration.ofMillis(failingMs);
    return new Cursor(
        row.getString(1),
        row.getLong(2),
        batch == null
            ? null
            : new Cursor.Batch(
                batch, row.getLong(4), row.getInt(5), row.getString(6), row.getInt(15)),
        row.getString(7),
        new Cursor.Standing(
            row.getInt(8),
            Instant.ofEpochMilli(row.getLong(9)),
            failing,
            Duration.ofMillis(row.getLong(11)),
            Instant.ofEpochMilli(row.getLong(12))),
        new Cursor.Missed(row.getLong(13), away(row)));
  }

  private static @Nullable Instant away(ResultSet row) throws SQLException {
    long millis = row.getLong(14);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  static List<Pause> pauses(Sql sql) throws SQLException {
    return sql.list(
        """
        SELECT subscriber, paused, cause, reason FROM cursors
        WHERE paused IS NOT NULL ORDER BY subscriber
        """,
        row ->
            new Pause(
                row.getString(1),
                Instant.ofEpochMilli(row.getLong(2)),
                RuleTable.cause(row.getInt(3)),
                row.getString(4)));
  }

  /// The highest number that the log ever gave, be that row there or not.
  static long newest(Sql sql) throws SQLException {
    return sql.number("SELECT seq FROM sqlite_sequence WHERE name = 'log'");
  }

  /// What is behind a number.
  static Behind behind(Sql sql, long after) throws SQLException {
    long oldest =
        sql.number(
            """
            SELECT coalesce(min(at), -1) FROM (
              SELECT * FROM (SELECT at FROM log WHERE number > ?1 ORDER BY number LIMIT 1)
              UNION ALL
              SELECT * FROM (SELECT at FROM block_changes WHERE number > ?1 ORDER BY number LIMIT 1))
            """,
            after);
    return new Behind(
        Math.max(0, newest(sql) - after), oldest < 0 ? null : Instant.ofEpochMilli(oldest));
  }

  /// How many rows of a slice of the log are there no more.
  ///
  /// @param after behind this number
  /// @param end up to this one
  static long gone(Sql sql, long after, long end) throws SQLException {
    return end
        - after
        - sql.number("SELECT count(*) FROM log WHERE number > ? AND number <= ?", after, end)
        - sql.number(
            "SELECT count(*) FROM block_changes WHERE number > ? AND number <= ?", after, end);
  }

  /// One slice of the log. What it says is of one moment, for one statement is one transaction.
  static Stretch stretch(Sql sql, long after, Set<Status> statuses, int limit) throws SQLException {
    if (limit < 1 || limit > ROWS_MAX) {
      throw new IllegalArgumentException("1 to " + ROWS_MAX + " rows at once, not " + limit);
    }
    // The end is asked for first: what comes after that is looked at the next time.
    long newest = newest(sql);
    long end = Math.min(newest, after + SLICE_ROWS);
    if (end <= after) {
      return new Stretch(List.of(), after);
    }
    // Each row's mail in the same go: to ask for it by a statement of its own takes longer than to
    // read the row.
    Map<String, String> accounts = new HashMap<>();
    List<Entry.Logged> rows =
        sql.list(
            "SELECT "
                + LogTable.COLUMNS
                + """
                , m.reverse_path, m.subject, m.peer_ip, m.size, m.report
                FROM log l NOT INDEXED
                LEFT JOIN rules r ON r.number = l.rule
                LEFT JOIN mails m ON m.id = rtrim(rtrim(l.delivery, '0123456789'), '-')
                WHERE l.status IN (
                """
                + Filter.codes(statuses)
                + ") AND l.number > ? AND l.number <= ? ORDER BY l.number LIMIT "
                + limit,
            row -> logged(sql, row, accounts),
            after,
            end);
    long last = rows.size() == limit ? rows.getLast().number() : end;
    List<Entry> entries = new ArrayList<>(rows);
    List<BlockChange> changes = BlockTable.changes(sql, after, last);
    if (!changes.isEmpty()) {
      changes.forEach(change -> entries.add(new Entry.Changed(change)));
      entries.sort(Comparator.comparingLong(Entry::number));
    }
    return new Stretch(entries, last);
  }

  /// @param accounts of rules that are known already
  private static Entry.Logged logged(Sql sql, ResultSet row, Map<String, String> accounts)
      throws SQLException {
    Row logged = LogTable.row(row);
    String rule = logged.step().rule();
    String account = accounts.get(rule);
    if (account == null) {
      account = RuleTable.account(sql, rule);
      accounts.put(rule, account);
    }
    @Nullable String reversePath = Sql.textOrNull(row, 17);
    MailFacts mail =
        reversePath == null
            ? MailFacts.NONE
            : new MailFacts(
                reversePath,
                Sql.text(row, 18),
                Sql.text(row, 19),
                row.getLong(20),
                row.getInt(21) != 0);
    return new Entry.Logged(logged, mail, account);
  }
}
