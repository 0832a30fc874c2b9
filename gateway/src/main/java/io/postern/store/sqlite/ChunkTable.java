package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Spool;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The bytes of messages, chunk by chunk: short ones in the table itself, long ones in segments.
final class ChunkTable {
  /// The longest chunk that lies in the table, in bytes: most mail, which then is kept with one
  /// sync and not two.
  static final int INLINE_MAX = 16 * 1024;

  /// No more than a chunk can have is read of what lies in the table.
  private static final String COLUMNS =
      "iif(length(bytes) <= "
          + Spool.BLOCK
          + ", bytes, NULL), coalesce(length(bytes), -1), segment, start, length, crc";

  /// The bytes of a segment that are of kept chunks. A row that was damaged counts as a whole
  /// chunk: the sum of any numbers may be none.
  static final String KEPT_BYTES =
      "sum(iif(length BETWEEN 1 AND " + Spool.BLOCK + ", length, " + Spool.BLOCK + "))";

  /// The same ones for as long as none of them is removed.
  private static final String SOME_OF_MAIL =
      " FROM chunks WHERE number >= ? AND number < ? ORDER BY number LIMIT ?";

  private final Sql sql;
  private final Segments segments;
  private final SegmentWriter writer;

  ChunkTable(Sql sql, Segments segments, SegmentWriter writer) {
    this.sql = sql;
    this.segments = segments;
    this.writer = writer;
  }

  /// Finds the segments of a database that was just opened.
  ///
  /// @throws StoreUnavailable when there should be some, and there are none
  void findSegments() throws SQLException, StoreUnavailable {
    // The condition is the index's: without it SQLite would look through the whole table. What was
    // damaged into a number that is not reached in a thousand years must not be counted on from.
    long used =
        sql.number(
            "SELECT max(segment) FROM chunks WHERE segment IS NOT NULL AND segment < ?",
            Segments.NUMBER_MAX);
    try {
      segments.belongTo(sql.number("SELECT value FROM counters WHERE name = 'store'"), used);
      if (used > 0 && segments.numbers().isEmpty()) {
        throw Faults.refused(
            "The database's messages are not beside it: put the folder "
                + segments.folder()
                + " back.");
      }
    } catch (IOException e) {
      throw Faults.unavailable("list " + segments.folder(), e);
    }
  }

  /// The number of a chunk.
  static long number(long mail, int place) {
    return (mail << Tables.PLACE_BITS) + place;
  }

  /// Writes a chunk.
  ///
  /// @param number as of [#number]
  /// @param block its first bytes are the chunk
  void write(long number, byte[] block, int length) throws SQLException {
    if (length <= INLINE_MAX) {
      byte[] bytes = length == block.length ? block : Arrays.copyOf(block, length);
      sql.update("INSERT INTO chunks (number, bytes) VALUES (?, ?)", number, bytes);
      return;
    }
    Extent extent = writer.append(block, length);
    sql.update(
        "INSERT INTO chunks (number, segment, start, length, crc) VALUES (?, ?, ?, ?, ?)",
        number,
        extent.segment(),
        extent.start(),
        extent.length(),
        extent.crc());
  }

  /// Reads a chunk; empty when it is not kept any more.
  static Optional<byte[]> read(Sql sql, Segments segments, long number)
      throws SQLException, IOException {
    try {
      return look(sql, segments, number);
    } catch (NoSuchFileException _) {
      // It may have moved to another segment after its row was read.
      return look(sql, segments, number);
    }
  }

  /// Removes some chunks of a mail.
  ///
  /// @return how many were removed
  int remove(long mail, int chunksMax) throws SQLException {
    return sql.update(
        "DELETE FROM chunks WHERE number IN (SELECT number" + SOME_OF_MAIL + ")",
        number(mail, 0),
        number(mail + 1, 0),
        chunksMax);
  }

  /// Removes some chunks of a mail that is not there any more, and overwrites what lies in
  /// segments. That can't be undone, and a rollback that would want it to finds no mail either.
  ///
  /// @return how many were removed
  /// @throws Faults.Refused when a segment can't be written to, or when nobody knows where: no row
  ///   was changed then
  int erase(long mail, int chunksMax) throws SQLException {
    List<Optional<Placed>> places =
        sql.list(
            "SELECT number, segment, start, length, crc" + SOME_OF_MAIL,
            row ->
                row.getObject(2) == null
                    ? Optional.empty()
                    : Optional.of(new Placed(row.getLong(1), extent(row, 2))),
            number(mail, 0),
            number(mail + 1, 0),
            chunksMax);
    for (Optional<Placed> place : places) {
      if (place.isPresent()) {
        try {
          erase(place.get());
        } catch (IOException e) {
          throw new Faults.Refused("a message can't be erased: " + Faults.words(e), e);
        }
      }
    }
    return remove(mail, chunksMax);
  }

  /// Overwrites a chunk where it lies. Other bytes than those that were kept are there when an
  /// erasure broke off, or when the row was damaged; what other rows point to is of another message
  /// and stays.
  private void erase(Placed chunk) throws SQLException, IOException {
    try {
      segments.read(chunk.extent());
    } catch (NoSuchFileException _) {
      // Its segment is gone, and there is nothing to overwrite.
      return;
    } catch (IOException e) {
      if (isOfOthers(chunk)) {
        throw e;
      }
    }
    segments.erase(chunk.extent());
  }

  private boolean isOfOthers(Placed chunk) throws SQLException {
    Extent extent = chunk.extent();
    return sql.number(
            """
            SELECT EXISTS (
              SELECT 1 FROM chunks
              WHERE segment = ? AND number <> ? AND start < ? AND start + length > ?)
            """,
            extent.segment(),
            chunk.number(),
            extent.start() + extent.length(),
            extent.start())
        != 0;
  }

  /// How many bytes of a segment are of chunks that are kept.
  long keptBytes(long segment) throws SQLException {
    return sql.number("SELECT " + KEPT_BYTES + " FROM chunks WHERE segment = ?", segment);
  }

  /// Moves chunks of a closed segment to the open one.
  ///
  /// @return how many were moved
  /// @throws IOException when one can't be read; those before it were moved
  int move(long segment, int chunksMax) throws SQLException, IOException {
    List<Placed> all =
        sql.list(
            "SELECT number, segment, start, length, crc FROM chunks WHERE segment = ? LIMIT ?",
            row -> new Placed(row.getLong(1), extent(row, 2)),
            segment,
            chunksMax);
    for (Placed chunk : all) {
      byte[] bytes = segments.read(chunk.extent());
      Extent to = writer.append(bytes, bytes.length);
      sql.update(
          "UPDATE chunks SET segment = ?, start = ? WHERE number = ?",
          to.segment(),
          to.start(),
          chunk.number());
    }
    return all.size();
  }

  /// A chunk of a segment.
  private record Placed(long number, Extent extent) {}

  private static Optional<byte[]> look(Sql sql, Segments segments, long number)
      throws SQLException, IOException {
    Optional<Chunk> chunk =
        sql.first("SELECT " + COLUMNS + " FROM chunks WHERE number = ?", Chunk::new, number);
    // The row is let go before the file is read: a look at the database is short.
    return chunk.isEmpty() ? Optional.empty() : Optional.of(chunk.get().read(segments));
  }

  /// A row.
  private static final class Chunk {
    /// Null when it lies in a segment, and when it can't be a chunk.
    private final byte @Nullable [] bytes;

    /// How many bytes lie in the table; -1 when they lie in a segment.
    private final long inlineBytes;

    private final Extent extent;

    /// Whether the bytes in the table have a checksum: those that a backup took from a segment.
    private final boolean isChecked;

    Chunk(ResultSet row) throws SQLException {
      bytes = row.getBytes(1);
      inlineBytes = row.getLong(2);
      extent = extent(row, 3);
      isChecked = !row.wasNull();
    }

    byte[] read(Segments segments) throws IOException {
      if (bytes == null && inlineBytes >= 0) {
        throw new Damaged("its row was damaged: no chunk has " + inlineBytes + " bytes");
      }
      if (bytes == null) {
        return segments.read(extent);
      }
      if (isChecked && Segments.crc(bytes, bytes.length) != extent.crc()) {
        throw new Damaged("the bytes in the database are not those that were kept");
      }
      return bytes;
    }
  }

  /// Reads segment, start, length and CRC, in this order.
  static Extent extent(ResultSet row, int first) throws SQLException {
    return new Extent(
        row.getLong(first), row.getLong(first + 1), row.getLong(first + 2), row.getInt(first + 3));
  }
}
