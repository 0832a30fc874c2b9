package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/// The copy of a database on its way to a backup: nobody else knows it, and when anything fails it
/// is thrown away. So it is written without a journal and synced once, at the end, by who names it.
final class CopiedDatabase implements AutoCloseable {
  /// The cache of pages, in KiB.
  private static final int CACHE_KIB = 16 * 1024;

  /// How many chunks are taken in by a transaction, each of which writes what changed.
  private static final int GROUP = 64;

  private final Sql sql;

  /// What the next transaction takes in, all of one segment.
  private final Queue<Placed> group = new ArrayDeque<>();

  private CopiedDatabase(Sql sql) {
    this.sql = sql;
  }

  /// A chunk that lies in a segment.
  record Placed(long number, Extent extent) {}

  static CopiedDatabase open(Path file) throws SQLException, StoreUnavailable {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    Sql sql = new Sql(config.createConnection("jdbc:sqlite:" + file));
    try {
      Schema.verify(sql, file);
      sql.pragma("locking_mode = EXCLUSIVE");
      // Also takes the mark of the write-ahead log off: one file is all there is.
      sql.pragma("journal_mode = OFF");
      sql.pragma("synchronous = OFF");
      sql.pragma("temp_store = MEMORY");
      sql.pragma("cache_size = -" + CACHE_KIB);
      sql.update("BEGIN");
      return new CopiedDatabase(sql);
    } catch (SQLException | StoreUnavailable | RuntimeException e) {
      Database.closeQuietly(sql);
      throw e;
    }
  }

  /// Removes what is of no mail: messages on their way in, and what was on its way out.
  void dropSpools() throws SQLException {
    sql.update(
        """
        DELETE FROM chunks WHERE number IN (
          SELECT c.number FROM spools s CROSS JOIN chunks c
            ON c.number >= s.mail << 20 AND c.number < (s.mail + 1) << 20)
        """);
    sql.update("DELETE FROM spools");
  }

  /// Gives it a number of its own. With that of the first one, its gateway would take the segments
  /// of the first one for its own, find that it needs none of them, and remove them.
  void beSomeoneElse() throws SQLException {
    sql.update("UPDATE counters SET value = abs(random() / 2) WHERE name = 'store'");
  }

  /// The next chunk that lies in a segment, one segment after another.
  Optional<Placed> next() throws SQLException {
    if (group.isEmpty()) {
      sql.update("COMMIT");
      sql.update("BEGIN");
      group.addAll(
          sql.list(
              """
              SELECT number, segment, start, length, crc FROM chunks
              WHERE segment = (SELECT min(segment) FROM chunks WHERE segment IS NOT NULL) LIMIT ?
              """,
              row -> new Placed(row.getLong(1), ChunkTable.extent(row, 2)),
              GROUP));
    }
    return Optional.ofNullable(group.poll());
  }

  /// Keeps a chunk's bytes in the table, with the checksum that they should have: also where none
  /// was noted any more, or else what nobody could read before would be a message now.
  void takeIn(long number, byte[] bytes) throws SQLException {
    sql.update(
        """
        UPDATE chunks SET bytes = ?, segment = NULL, start = NULL, crc = coalesce(crc, 0)
        WHERE number = ?
        """,
        bytes,
        number);
  }

  /// True when it needs nothing of a segment any more.
  boolean isDoneWith(long segment) throws SQLException {
    return group.isEmpty()
        && sql.number("SELECT EXISTS (SELECT 1 FROM chunks WHERE segment = ?)", segment) == 0;
  }

  /// Hands all to the system.
  void finish() throws SQLException {
    sql.update("COMMIT");
  }

  long mails() throws SQLException {
    return sql.number("SELECT count(*) FROM mails");
  }

  long bytes() throws SQLException {
    return sql.number("PRAGMA page_count") * Database.PAGE_BYTES;
  }

  @Override
  public void close() {
    Database.closeQuietly(sql);
  }
}
