package io.postern.store.sqlite;

import io.postern.journal.BlockChange;
import io.postern.queue.Blocklist;
import io.postern.queue.Blocklist.Block;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/// The blocked senders, and how their list changed.
final class BlockTable {
  private final Sql sql;

  BlockTable(Sql sql) {
    this.sql = sql;
  }

  static List<Block> list(Sql sql) throws SQLException {
    return sql.list(
        "SELECT sender, since, reason FROM blocks ORDER BY sender",
        row -> new Block(row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3)));
  }

  boolean add(Block block) throws SQLException {
    boolean isThere =
        sql.number("SELECT count(*) FROM blocks WHERE sender = ?", block.sender()) > 0;
    if (isThere) {
      return false;
    }
    if (sql.number("SELECT count(*) FROM blocks") >= Blocklist.BLOCKS_MAX) {
      throw new Faults.Refused(
          "there are " + Blocklist.BLOCKS_MAX + " of them, and no more can be: remove some");
    }
    BlockChange change = new BlockChange(0, block.since(), true, block.sender(), block.reason());
    sql.update(
        "INSERT INTO blocks (sender, since, reason) VALUES (?, ?, ?)",
        block.sender(),
        block.since(),
        change.reason());
    note(change);
    return true;
  }

  /// Removes some changes that have been told for long enough.
  ///
  /// @param before those of before this time
  void purge(Instant before, int max) throws SQLException {
    sql.update(
        "DELETE FROM block_changes WHERE number IN ("
            + " SELECT number FROM block_changes WHERE at < ? AND number <= "
            + CursorTable.FLOOR
            + " ORDER BY number LIMIT ?)",
        before,
        max);
  }

  boolean remove(String sender, Instant now) throws SQLException {
    boolean removed = sql.update("DELETE FROM blocks WHERE sender = ?", sender) > 0;
    if (removed) {
      note(new BlockChange(0, now, false, sender, ""));
    }
    return removed;
  }

  /// Changes get the next numbers of the log, so that who follows the one follows the other, and
  /// has one place in both.
  private void note(BlockChange change) throws SQLException {
    sql.update(
        """
        INSERT INTO sqlite_sequence (name, seq)
        SELECT 'log', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'log')
        """);
    sql.update("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'log'");
    sql.update(
        """
        INSERT INTO block_changes (number, at, added, sender, reason)
        SELECT seq, ?, ?, ?, ? FROM sqlite_sequence WHERE name = 'log'
        """,
        change.at(),
        change.added() ? 1 : 0,
        change.sender(),
        change.reason());
  }

  /// The changes between two numbers of the log, in their order.
  ///
  /// @param after the first one is behind this
  /// @param last and the last one not behind this
  static List<BlockChange> changes(Sql sql, long after, long last) throws SQLException {
    return sql.list(
        """
        SELECT number, at, added, sender, reason FROM block_changes
        WHERE number > ? AND number <= ? ORDER BY number
        """,
        row ->
            new BlockChange(
                row.getLong(1),
                Instant.ofEpochMilli(row.getLong(2)),
                row.getInt(3) != 0,
                row.getString(4),
                row.getString(5)),
        after,
        last);
  }
}
