package io.postern.queue;

import io.postern.journal.Entry;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.mail.Message;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Subscribers' places in the status log, and the log as they read it, for one who only looks.
public interface CursorView {
  /// All cursors, in the order of the subscribers' names.
  List<Cursor> cursors() throws StoreUnavailable;

  /// The pauses of subscribers, each with the subscriber's name for the rule's.
  List<Pause> pausedSubscribers() throws StoreUnavailable;

  /// The next entries behind a number, in the order of their numbers.
  ///
  /// @param statuses which rows; changes of the blocked senders are always among them
  /// @param limit how many at most, 1 to 1,000
  Stretch stretch(long after, Set<Status> statuses, int limit) throws StoreUnavailable;

  /// The message of a mail; empty when it is kept no more.
  ///
  /// @param mail the mail's id
  Optional<Message> message(String mail) throws StoreUnavailable;

  /// A stretch of the log.
  ///
  /// @param entries those that were asked for, all there are in it
  /// @param last the number of the last one that was looked at; the one that it began behind when
  ///   there is no more
  record Stretch(List<Entry> entries, long last) {
    public Stretch {
      entries = List.copyOf(entries);
    }
  }
}
