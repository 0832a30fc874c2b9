package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Expired;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// Removes what has expired, a part at a time: readers find it by indexes, the writer removes it in
/// one transaction, for which mail waits some milliseconds.
final class Purge {
  /// How many deliveries go in one transaction, and with them the mails that are of no more use.
  private static final int DELIVERIES = 100;

  /// How many rows of the status log go in one transaction. Each stands in up to five indexes.
  private static final int ROWS = 200;

  private static final String DOING = "remove what has expired";

  /// A report of another mail stays until the subscribers have come by its queued row: what it
  /// reports is read from the mail then.
  private static final String ENDED =
      """
      SELECT d.number FROM rules r
      CROSS JOIN deliveries d INDEXED BY deliveries_ended ON d.rule = r.number
      WHERE d.state >= 2 AND d.state = ? AND d.due < ? AND NOT EXISTS (
        SELECT 1 FROM mails m
        CROSS JOIN log l INDEXED BY log_delivery
          ON l.delivery = %s
        WHERE m.number = d.number >> 20 AND m.report = 1
          AND l.delivery <> '' AND l.status = 0 AND l.number > %s) LIMIT ?
      """
          .formatted(DeliveryId.sql("d.number"), CursorTable.FLOOR);

  private static final String LOGGED =
      "SELECT number FROM log INDEXED BY log_at WHERE at < ? AND number <= "
          + CursorTable.FLOOR
          + " LIMIT ?";

  private static final String DENIED =
      """
      SELECT number FROM log INDEXED BY log_status
      WHERE status >= 2 AND status = 4 AND at < ? AND number <= \
      """
          + CursorTable.FLOOR
          + " LIMIT ?";

  private static final String POSTED =
      "SELECT number FROM posts INDEXED BY posts_at WHERE at < ? LIMIT ?";

  private final Readers readers;
  private final Writer writer;

  Purge(Readers readers, Writer writer) {
    this.readers = readers;
    this.writer = writer;
  }

  /// One part.
  ///
  /// @return true when there may be more
  boolean run(Expired expired) throws StoreUnavailable {
    List<Long> succeeded = find(ENDED, DeliveryTable.SUCCEEDED, expired.succeeded(), DELIVERIES);
    List<Long> failed = find(ENDED, DeliveryTable.FAILED, expired.failed(), DELIVERIES);
    List<Long> logged = find(LOGGED, expired.log(), ROWS);
    List<Long> denied = find(DENIED, expired.denied(), ROWS);
    List<Long> posted = find(POSTED, expired.log(), ROWS);
    if (Stream.of(succeeded, failed, logged, denied, posted).allMatch(List::isEmpty)) {
      forgetRules();
      forgetBlockChanges(expired.log());
      forgetCursors(expired.log());
      return false;
    }
    List<Long> large =
        writer.call(
            DOING,
            tables -> {
              DeliveryTable deliveries = tables.deliveries();
              // What was replayed meanwhile stays.
              List<Long> lonely =
                  deliveries.purge(succeeded, DeliveryTable.SUCCEEDED, expired.succeeded());
              lonely.addAll(deliveries.purge(failed, DeliveryTable.FAILED, expired.failed()));
              tables.log().remove(logged);
              tables.log().remove(denied);
              tables.posts().remove(posted);
              return tables.mails().purge(lonely);
            });
    large.forEach(writer::sweep);
    writer.tidy();
    return true;
  }

  /// Rules that nothing speaks of any more: the names of rules come and go for years.
  private void forgetRules() throws StoreUnavailable {
    List<Long> unused =
        readers.search(DOING, sql -> sql.list(RuleTable.UNUSED, row -> row.getLong(1)));
    if (!unused.isEmpty()) {
      writer.call(DOING, tables -> tables.rules().removeUnused());
    }
  }

  /// There are few of these: an operator made each one.
  private void forgetBlockChanges(Instant before) throws StoreUnavailable {
    boolean isAny =
        readers.search(
            DOING,
            sql -> sql.number("SELECT count(*) FROM block_changes WHERE at < ?", before) > 0);
    if (isAny) {
      writer.run(DOING, tables -> tables.blocks().purge(before, ROWS));
    }
  }

  /// Of subscribers that are gone for so long that nothing of their log is there any more.
  private void forgetCursors(Instant before) throws StoreUnavailable {
    boolean isAny = readers.search(DOING, sql -> CursorTable.isAnyAway(sql, before));
    if (isAny) {
      writer.run(DOING, tables -> tables.cursors().purge(before));
    }
  }

  private List<Long> find(String query, Object... values) throws StoreUnavailable {
    return readers.search(DOING, sql -> sql.list(query, row -> row.getLong(1), values));
  }
}
