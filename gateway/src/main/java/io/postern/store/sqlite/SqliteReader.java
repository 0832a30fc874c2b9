package io.postern.store.sqlite;

import io.postern.journal.CleanText;
import io.postern.journal.Journal;
import io.postern.journal.Ledger;
import io.postern.journal.Posting;
import io.postern.journal.Postings;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Story;
import io.postern.mail.Message;
import io.postern.queue.Blocklist.Block;
import io.postern.queue.Choice;
import io.postern.queue.Cursor;
import io.postern.queue.CursorView;
import io.postern.queue.Done;
import io.postern.queue.Pause;
import io.postern.queue.Pending;
import io.postern.queue.QueueView;
import io.postern.queue.Traces;
import io.postern.queue.Waiting;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The status log and the line of one database, for looking at: by a command, beside a gateway that
/// may run, or in the store, which changes them too.
public sealed class SqliteReader implements Journal, Postings, QueueView, CursorView, AutoCloseable
    permits SqliteStore {
  /// How much an answer holds.
  private static final int ANSWER_MAX = 1_000;

  /// Closed with this.
  final Readers readers;

  private final Search search;
  private final Stories stories;
  private final TraceWalk traceWalk;

  SqliteReader(Readers readers) {
    this.readers = readers;
    this.search = new Search(readers);
    this.stories = new Stories(readers);
    this.traceWalk = new TraceWalk(readers);
  }

  /// Opens a database that exists: nothing in it is changed, no lock is taken.
  ///
  /// @throws StoreUnavailable with one sentence: when it is missing, newer than this program, or
  ///   not ours
  public static SqliteReader open(Settings settings) throws StoreUnavailable {
    Database database = Database.existing(settings);
    // Before there is a pool, which would try again and again.
    try (Sql sql = new Sql(database.readers().getConnection())) {
      Schema.verify(sql, database.path());
    } catch (SQLException e) {
      throw Faults.unavailable("open " + database.path(), e);
    }
    return new SqliteReader(new Readers(database, settings));
  }

  @Override
  public List<Row> search(Query query, int offset, int limit) throws StoreUnavailable {
    return search.newest(query, offset, limit);
  }

  @Override
  public void each(Query query, Consumer<Row> reader) throws StoreUnavailable {
    search.each(query, reader);
  }

  @Override
  public List<Row> after(long number, Query query, int limit) throws StoreUnavailable {
    return search.after(number, query, limit);
  }

  @Override
  public long newest() throws StoreUnavailable {
    return search.newest();
  }

  @Override
  public Optional<Story> story(String id) throws StoreUnavailable {
    return stories.story(id);
  }

  @Override
  public Ledger ledger() throws StoreUnavailable {
    return readers.search("balance the ledger", SqliteReader::ledger);
  }

  /// One statement is one read transaction, so the counts belong together.
  static Ledger ledger(Sql sql) throws SQLException {
    return sql.first(
            """
            SELECT
              (SELECT value FROM counters WHERE name = 'accepted'),
              (SELECT count(*) FROM rules r CROSS JOIN deliveries d
                ON d.rule = r.number AND d.state >= 2 AND d.state = 2),
              (SELECT count(*) FROM rules r CROSS JOIN deliveries d
                ON d.rule = r.number AND d.state >= 2 AND d.state = 3),
              (SELECT count(*) FROM deliveries WHERE state < 2),
              (SELECT value FROM counters WHERE name = 'purged')
            """,
            row ->
                new Ledger(
                    row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)))
        .orElseThrow();
  }

  @Override
  public List<Waiting> waiting() throws StoreUnavailable {
    return readers.search(
        "count what waits",
        sql ->
            sql.list(
                """
                SELECT r.name, w.count, w.oldest, w.next FROM (
                  SELECT rule, count(*) AS count, min(received) AS oldest, min(due) AS next
                  FROM deliveries WHERE state < 2 GROUP BY rule) w
                JOIN rules r ON r.number = w.rule ORDER BY r.name
                """,
                row ->
                    new Waiting(
                        row.getString(1),
                        row.getLong(2),
                        Instant.ofEpochMilli(row.getLong(3)),
                        Instant.ofEpochMilli(row.getLong(4)))));
  }

  @Override
  public List<Pending> pending(String rule, int limit) throws StoreUnavailable {
    if (limit < 1 || limit > ANSWER_MAX) {
      throw new IllegalArgumentException("1 to " + ANSWER_MAX + " deliveries, not " + limit);
    }
    // The index alone is read for the order; then the table, for what is shown.
    return readers.search(
        "list what waits",
        sql ->
            sql.list(
                """
                SELECT %s, r.name, d.recipient, d.received, d.attempt, d.due, d.state,
                  coalesce(d.reason, '')
                FROM deliveries d
                JOIN rules r ON r.number = d.rule
                LEFT JOIN mails m ON m.number = d.number >> 20
                WHERE d.number IN (
                  SELECT w.number FROM rules n
                  CROSS JOIN deliveries w INDEXED BY deliveries_waiting ON w.rule = n.number
                  WHERE w.state < 2 AND (?1 = '' OR n.name = ?1) ORDER BY w.due LIMIT ?2)
                ORDER BY d.due, d.number
                """
                    .formatted(DeliveryId.sql("d.number")),
                row ->
                    new Pending(
                        row.getString(1),
                        row.getString(2),
                        CleanText.of(row.getString(3)),
                        Instant.ofEpochMilli(row.getLong(4)),
                        row.getInt(5),
                        Instant.ofEpochMilli(row.getLong(6)),
                        row.getInt(7) == DeliveryTable.LEASED,
                        row.getString(8)),
                rule,
                limit));
  }

  @Override
  public long count(Choice choice) throws StoreUnavailable {
    long count = 0;
    for (Choice.State state : choice.states()) {
      count += readers.search("count deliveries", Selection.of(choice, state)::count);
    }
    return count;
  }

  @Override
  public Done count(Traces traces) throws StoreUnavailable {
    return traceWalk.count(traces);
  }

  /// When the next delivery of any of these rules is due; empty when none waits.
  public Optional<Instant> nextDue(Collection<String> rules) throws StoreUnavailable {
    Set<String> named = new HashSet<>(rules);
    List<Map.Entry<String, Instant>> due =
        readers.read(
            "look for the next delivery",
            sql ->
                sql.list(
                    """
                    SELECT name, next FROM (
                      SELECT r.name,
                        (SELECT min(d.due) FROM deliveries d
                         WHERE d.rule = r.number AND d.state < 2) AS next
                      FROM rules r)
                    WHERE next IS NOT NULL
                    """,
                    row -> Map.entry(row.getString(1), Instant.ofEpochMilli(row.getLong(2)))));
    return due.stream()
        .filter(entry -> named.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .min(Instant::compareTo);
  }

  /// The blocked senders, in the order of their texts.
  public List<Block> blocks() throws StoreUnavailable {
    return readers.read("list the blocked senders", BlockTable::list);
  }

  @Override
  public Map<String, Duration> failing() throws StoreUnavailable {
    return readers
        .read(
            "look for endpoints that fail",
            sql ->
                sql.list(
                    """
                    SELECT r.name, r.active_ms - r.failing_ms FROM rules r
                    WHERE r.failing_ms IS NOT NULL AND EXISTS (
                      SELECT 1 FROM deliveries d WHERE d.rule = r.number AND d.state < 2)
                    """,
                    row -> Map.entry(row.getString(1), Duration.ofMillis(row.getLong(2)))))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Override
  public List<Pause> pauses() throws StoreUnavailable {
    return readers.read(
        "list the pauses",
        sql ->
            sql.list(
                """
                SELECT r.name, p.since, p.cause, p.reason FROM pauses p
                JOIN rules r ON r.number = p.rule ORDER BY r.name
                """,
                row ->
                    new Pause(
                        row.getString(1),
                        Instant.ofEpochMilli(row.getLong(2)),
                        RuleTable.cause(row.getInt(3)),
                        row.getString(4))));
  }

  @Override
  public List<Cursor> cursors() throws StoreUnavailable {
    return readers.read("list the subscribers", CursorTable::list);
  }

  @Override
  public List<Pause> pausedSubscribers() throws StoreUnavailable {
    return readers.read("list the paused subscribers", CursorTable::pauses);
  }

  @Override
  public Map<String, Long> skips() throws StoreUnavailable {
    return readers.read("list the events to be skipped", CursorTable::skips);
  }

  @Override
  public Behind behind(long after) throws StoreUnavailable {
    return readers.read("look how far a subscriber is", sql -> CursorTable.behind(sql, after));
  }

  @Override
  public long gone(long after) throws StoreUnavailable {
    String doing = "count what the retention removed";
    long newest = readers.read(doing, CursorTable::newest);
    long gone = 0;
    for (long from = after; from < newest; from += CursorTable.SLICE_ROWS) {
      long begin = from;
      long end = Math.min(newest, from + CursorTable.SLICE_ROWS);
      gone += readers.search(doing, sql -> CursorTable.gone(sql, begin, end));
    }
    return gone;
  }

  @Override
  public Stretch stretch(long after, Set<Status> statuses, int limit) throws StoreUnavailable {
    // As a search: what delivers mail has readers of its own.
    return readers.search(
        "follow the status log", sql -> CursorTable.stretch(sql, after, statuses, limit));
  }

  @Override
  public Optional<Message> message(String mail) throws StoreUnavailable {
    return readers.read(
        "find a mail",
        sql ->
            sql.first(
                "SELECT number, size FROM mails WHERE id = ?",
                row -> new StoredMessage(readers, row.getLong(1), row.getLong(2)),
                mail));
  }

  @Override
  public List<Posting> postings(Wanted wanted, int offset, int limit) throws StoreUnavailable {
    return PostTable.newest(readers, wanted, offset, limit);
  }

  @Override
  public void eachPosting(Wanted wanted, Consumer<Posting> reader) throws StoreUnavailable {
    PostTable.each(readers, wanted, reader);
  }

  /// The book of a kind that was taken last.
  public Optional<SqliteStore.KeptBook> latestBook(String kind) throws StoreUnavailable {
    return readers.read(
        "read the last rule book",
        sql ->
            sql.first(
                "SELECT version, taken, text FROM books WHERE kind = ? ORDER BY number DESC LIMIT"
                    + " 1",
                row ->
                    new SqliteStore.KeptBook(
                        row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3)),
                kind));
  }

  @Override
  public void close() {
    readers.close();
  }
}
