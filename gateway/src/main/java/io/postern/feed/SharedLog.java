package io.postern.feed;

import io.postern.journal.Entry;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.CursorView;
import io.postern.queue.CursorView.Stretch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/// The log as several subscribers read it at about the same time: what the first of them reads is
/// kept for the others, for a moment, so that a row is read once for all. Any thread.
final class SharedLog {
  /// How many rows are read at once: more than most batches have, for the next one follows.
  static final int ROWS_MAX = 500;

  /// After that it is read anew, for what stands in the log can be erased.
  private static final Duration KEPT = Duration.ofSeconds(1);

  /// How many stretches are kept, for those who are not equally far.
  private static final int STRETCHES_MAX = 4;

  /// How large all of them are at most; strangers write the texts of rows.
  private static final long BYTES_MAX = 4L * 1024 * 1024;

  private final CursorView log;
  private final InstantSource clock;
  private final Deque<Kept> kept = new ArrayDeque<>();

  /// What was read.
  ///
  /// @param after behind which row
  /// @param statuses of which rows
  /// @param bytes how large it is
  /// @param at when
  private record Kept(long after, Set<Status> statuses, Stretch stretch, long bytes, Instant at) {
    boolean isOld(Instant now) {
      return now.isBefore(at) || now.isAfter(at.plus(KEPT));
    }

    boolean isOf(long row, Set<Status> wanted) {
      return after <= row && row < stretch.last() && statuses.containsAll(wanted);
    }

    /// The first entries behind a row, of some statuses.
    Stretch part(long row, Set<Status> wanted, int limit) {
      List<Entry> entries = stretch.entries();
      List<Entry> part = new ArrayList<>();
      for (int i = firstBehind(row); i < entries.size(); i++) {
        Entry entry = entries.get(i);
        if (entry instanceof Entry.Logged logged && !wanted.contains(logged.row().status())) {
          continue;
        }
        part.add(entry);
        if (part.size() == limit) {
          return new Stretch(part, entry.number());
        }
      }
      return new Stretch(part, stretch.last());
    }

    /// By halves: a batch takes a fifth of a stretch.
    private int firstBehind(long row) {
      int low = 0;
      int high = stretch.entries().size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (stretch.entries().get(middle).number() > row) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    }
  }

  /// @param log in the store
  SharedLog(CursorView log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  /// The next entries behind a row, as [CursorView#stretch] gives them, and as they were at most a
  /// second ago.
  ///
  /// @param limit how many at most, at least one
  synchronized Stretch stretch(long after, Set<Status> statuses, int limit)
      throws StoreUnavailable {
    Instant now = clock.instant();
    kept.removeIf(it -> it.isOld(now));
    for (Kept it : kept) {
      if (it.isOf(after, statuses)) {
        return it.part(after, statuses, limit);
      }
    }
    Stretch stretch = log.stretch(after, statuses, ROWS_MAX);
    Kept read = new Kept(after, Set.copyOf(statuses), stretch, bytes(stretch), now);
    if (stretch.last() > after) {
      keep(read);
    }
    return read.part(after, statuses, limit);
  }

  /// What stands in the log was erased: what was read before is given to nobody any more.
  synchronized void clear() {
    kept.clear();
  }

  private void keep(Kept read) {
    kept.addLast(read);
    long bytes = kept.stream().mapToLong(Kept::bytes).sum();
    while (kept.size() > STRETCHES_MAX || bytes > BYTES_MAX) {
      bytes -= kept.removeFirst().bytes();
    }
  }

  private static long bytes(Stretch stretch) {
    return stretch.entries().stream().mapToLong(EventSize.JSON::of).sum();
  }
}
