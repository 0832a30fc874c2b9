package io.postern.queue;

import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import java.util.List;
import java.util.Set;

/// Subscribers' places in the status log, and the log as they read it, for one who only looks.
public interface CursorView {
  /// All cursors, in the order of the subscribers' names.
  List<Cursor> cursors() throws StoreUnavailable;

  /// The pauses of subscribers, each with the subscriber's name for the rule's.
  List<Pause> pausedSubscribers() throws StoreUnavailable;

  /// The next rows behind a number, in the order of their numbers.
  ///
  /// @param statuses any of these; empty for all
  /// @param limit how many at most, 1 to 1,000
  Stretch stretch(long after, Set<Status> statuses, int limit) throws StoreUnavailable;

  /// A stretch of the log.
  ///
  /// @param rows the rows that were asked for, all there are in it
  /// @param last the number of the last row that was looked at; the one that it began behind when
  ///   there is no more
  record Stretch(List<Row> rows, long last) {
    public Stretch {
      rows = List.copyOf(rows);
    }
  }
}
