package io.postern.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Appends chunks to segments, for as long as the writer's connection lives: after any fault a new
/// connection begins a new segment, because of a file that could not be synced once nobody knows
/// what is on disk. For the writer's thread.
///
/// Faults are `SQLException` like those of the database: to the writer they mean the same, that
/// this transaction is lost.
final class SegmentWriter {
  /// A segment that is longer is not appended to any more.
  static final long SEGMENT_BYTES = 64L * 1024 * 1024;

  private final Segments segments;

  /// The number of the segment that is open; 0 when none is.
  private long number;

  private @Nullable FileChannel open;
  private String identity = "";
  private long end;

  /// Whether it holds bytes that are not on disk yet.
  private boolean loose;

  /// Whether rows may point to it.
  private boolean used;

  /// Which segment was open at the mark, and where it ended; 0 for none.
  private long markedNumber;

  private long markedEnd;

  SegmentWriter(Segments segments) {
    this.segments = segments;
  }

  /// True for a segment that will not be appended to any more.
  boolean isClosed(long segment) {
    return segment != number;
  }

  /// Appends the first bytes of a block. They are on disk after [#sync].
  Extent append(byte[] bytes, int length) throws SQLException {
    try {
      FileChannel channel = room();
      long start = end;
      ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
      while (left.hasRemaining()) {
        channel.write(left, start + left.position());
      }
      loose = true;
      end += length;
      return new Extent(number, start, length, Segments.crc(bytes, length));
    } catch (IOException e) {
      throw new Faults.Unwritten(segments.path(number) + " can't be written: " + e.getMessage(), e);
    }
  }

  /// Notes how far it is, before something that may be undone.
  void mark() {
    markedNumber = number;
    markedEnd = end;
  }

  /// Takes back what was appended since the mark, to which no row points any more: it would be a
  /// copy of a message that nobody finds when the mail is to be forgotten.
  void back() throws SQLException {
    try {
      FileChannel channel = open;
      if (markedNumber != number && markedNumber != 0) {
        // It became full meanwhile.
        segments.shorten(markedNumber, markedEnd);
      }
      if (channel != null) {
        end = markedNumber == number ? markedEnd : 0;
        channel.truncate(end);
      }
    } catch (IOException e) {
      throw new SQLException(segments.folder() + " can't be written: " + e.getMessage(), e);
    }
  }

  /// Returns when all that was appended is on disk. Called before the commit of the rows that point
  /// there.
  void sync() throws SQLException {
    FileChannel channel = open;
    if (!loose || channel == null) {
      return;
    }
    used = true;
    try {
      channel.force(false);
      if (!identity.equals(segments.identity(number))) {
        throw new IOException("it was replaced while the gateway runs");
      }
    } catch (IOException e) {
      throw new SQLException(segments.path(number) + " can't be relied on: " + e.getMessage(), e);
    }
    loose = false;
  }

  /// The open segment; a new one when there is none or it is full.
  private FileChannel room() throws IOException, SQLException {
    FileChannel channel = open;
    if (channel != null && end < SEGMENT_BYTES) {
      return channel;
    }
    sync();
    close();
    number = segments.nextNumber();
    FileChannel next = segments.create(number);
    open = next;
    identity = segments.identity(number);
    end = 0;
    used = false;
    return next;
  }

  /// Gives the segment up. One that nothing was kept in is removed.
  void close() {
    FileChannel channel = open;
    long closed = number;
    open = null;
    number = 0;
    if (channel == null) {
      return;
    }
    try {
      channel.close();
      if (!used) {
        segments.remove(closed);
      }
    } catch (IOException _) {
      // It is found to be unused later.
    }
  }
}
