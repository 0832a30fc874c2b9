package io.postern.store.sqlite;

import io.postern.journal.Ledger;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Pause;
import io.postern.queue.Waiting;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The short questions: counts, pauses, times, the last book.
final class Reading {
  private final Readers readers;

  Reading(Readers readers) {
    this.readers = readers;
  }

  /// One statement is one read transaction, so the counts belong together.
  Ledger ledger() throws StoreUnavailable {
    return readers
        .search(
            "balance the ledger",
            sql ->
                sql.first(
                    """
                    SELECT
                      (SELECT value FROM counters WHERE name = 'accepted'),
                      (SELECT count(*) FROM deliveries WHERE state >= 2 AND state = 2),
                      (SELECT count(*) FROM deliveries WHERE state >= 2 AND state = 3),
                      (SELECT count(*) FROM deliveries WHERE state < 2),
                      (SELECT value FROM counters WHERE name = 'purged')
                    """,
                    row ->
                        new Ledger(
                            row.getLong(1),
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5))))
        .orElseThrow();
  }

  List<Waiting> waiting() throws StoreUnavailable {
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

  Optional<Instant> nextDue(Collection<String> rules) throws StoreUnavailable {
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

  List<Pause> pauses() throws StoreUnavailable {
    return readers.read(
        "list the pauses",
        sql ->
            sql.list(
                """
                SELECT r.name, p.since, p.reason FROM pauses p
                JOIN rules r ON r.number = p.rule ORDER BY r.name
                """,
                row ->
                    new Pause(
                        row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3))));
  }

  Optional<SqliteStore.KeptBook> latestBook() throws StoreUnavailable {
    return readers.read(
        "read the last rule book",
        sql ->
            sql.first(
                "SELECT version, taken, text FROM books ORDER BY number DESC LIMIT 1",
                row ->
                    new SqliteStore.KeptBook(
                        row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3))));
  }
}
