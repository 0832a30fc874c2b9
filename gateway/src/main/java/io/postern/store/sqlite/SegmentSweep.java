package io.postern.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Goes through the segments, a few at a time, whenever chunks were removed: a segment that no
/// chunk lies in is removed, and what is left in one that is mostly unused moves to the open one,
/// or else one mail that is kept for a month would keep a thousand that are not. For the writer's
/// thread.
final class SegmentSweep {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentSweep.class);

  /// How many segments one transaction looks at.
  private static final int LOOKS_MAX = 16;

  /// How many chunks one transaction moves.
  private static final int MOVES_MAX = 4;

  /// What share of a segment must be in use for it to stay as it is: one half.
  private static final int USED_SHARE = 2;

  private final Segments segments;

  /// Those that this round has not looked at yet.
  private final Queue<Long> left = new ArrayDeque<>();

  /// Whether chunks were removed since the round began.
  private boolean wanted;

  SegmentSweep(Segments segments) {
    this.segments = segments;
  }

  /// Begins a round, if there is anything to go through.
  void begin() {
    wanted = false;
    try {
      left.addAll(segments.numbers());
    } catch (IOException e) {
      LOG.warn("The segments can't be listed: {}", e.toString());
    }
  }

  /// Told when chunks were removed: another round follows this one.
  void removed() {
    wanted = true;
  }

  boolean isEmpty() {
    return left.isEmpty() && !wanted;
  }

  /// What one transaction found.
  ///
  /// @param unused segments that can be removed once it is committed
  /// @param moved how many chunks it moved
  record Part(List<Long> unused, int moved) {
    static final Part NONE = new Part(List.of(), 0);
  }

  /// Looks at some segments, and moves some chunks.
  Part run(Tables tables) throws SQLException {
    if (left.isEmpty() && wanted) {
      begin();
    }
    List<Long> unused = new ArrayList<>();
    int looks = 0;
    for (Long segment = left.peek();
        segment != null && looks < LOOKS_MAX;
        segment = left.peek(), looks++) {
      if (tables.isClosed(segment)) {
        long kept = tables.chunks().keptBytes(segment);
        if (kept == 0) {
          unused.add(segment);
        } else if (isMostlyUnused(segment, kept)) {
          int moved = move(tables, segment);
          if (moved > 0) {
            return new Part(unused, moved);
          }
        }
      }
      left.remove();
    }
    return new Part(unused, 0);
  }

  private boolean isMostlyUnused(long segment, long kept) {
    try {
      return kept < Files.size(segments.path(segment)) / USED_SHARE;
    } catch (IOException e) {
      LOG.warn("A segment has no size: {}", e.toString());
      return false;
    }
  }

  /// Moves some of its chunks; none when one can't be read, which then stays where it is.
  private int move(Tables tables, long segment) throws SQLException {
    try {
      return tables.chunks().move(segment, MOVES_MAX);
    } catch (IOException e) {
      LOG.warn("A segment can't be emptied: {}", e.toString());
      return 0;
    }
  }

  /// Removes the files that a committed transaction has found unused.
  void done(Part part) {
    for (Long segment : part.unused()) {
      try {
        segments.remove(segment);
      } catch (IOException e) {
        LOG.warn("A segment that is not used any more can't be removed: {}", e.toString());
      }
    }
  }
}
