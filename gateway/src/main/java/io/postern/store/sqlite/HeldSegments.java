package io.postern.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The segments that a snapshot of the database points to, held open: what is removed or moved from
/// the folder meanwhile can still be read here. The system lets go of them when this process ends,
/// however it ends.
///
/// One descriptor a segment: a store of 100 GB has some 1,600.
final class HeldSegments implements AutoCloseable {
  /// Steps from one number to the next in the index: there may be thousands of chunks to each.
  private static final String USED =
      """
      WITH RECURSIVE used(segment) AS (
        SELECT min(segment) FROM chunks WHERE segment IS NOT NULL
        UNION ALL
        SELECT (SELECT min(c.segment) FROM chunks c
                WHERE c.segment IS NOT NULL AND c.segment > used.segment)
        FROM used WHERE used.segment IS NOT NULL)
      SELECT segment FROM used WHERE segment IS NOT NULL
      """;

  private final Segments segments;
  private final Map<Long, FileChannel> open = new HashMap<>();

  HeldSegments(Segments segments) {
    this.segments = segments;
  }

  /// Opens those that a snapshot points to.
  ///
  /// @return those that are not there
  Set<Long> hold(Sql snapshot) throws SQLException, IOException {
    Set<Long> missing = new TreeSet<>();
    for (long number : snapshot.list(USED, row -> row.getLong(1))) {
      try {
        open.put(number, segments.open(number));
      } catch (NoSuchFileException _) {
        missing.add(number);
      }
    }
    return missing;
  }

  /// Reads a chunk.
  ///
  /// @throws IOException when it can't be read, or when these are not the bytes that were kept
  byte[] read(Extent extent) throws IOException {
    return segments.read(channel(extent), extent);
  }

  /// Reads what lies in the place of a chunk, whatever it is; nothing when nothing can be read.
  byte[] readRaw(Extent extent) {
    try {
      return segments.readRaw(channel(extent), extent);
    } catch (IOException _) {
      return new byte[0];
    }
  }

  private FileChannel channel(Extent extent) throws IOException {
    FileChannel channel = open.get(extent.segment());
    if (channel == null) {
      throw new NoSuchFileException(segments.path(extent.segment()).toString());
    }
    return channel;
  }

  /// Lets go of one.
  void release(long number) {
    FileChannel channel = open.remove(number);
    if (channel != null) {
      closeQuietly(channel);
    }
  }

  @Override
  public void close() {
    List.copyOf(open.keySet()).forEach(this::release);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // It was only read.
    }
  }
}
