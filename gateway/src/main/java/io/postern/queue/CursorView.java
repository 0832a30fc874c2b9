package io.postern.queue;

import io.postern.journal.Entry;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.mail.Message;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Subscribers' places in the status log, and the log as they read it, for one who only looks.
public interface CursorView {
  /// All cursors, in the order of the subscribers' names.
  List<Cursor> cursors() throws StoreUnavailable;

  /// The pauses of subscribers, each with the subscriber's name for the rule's.
  List<Pause> pausedSubscribers() throws StoreUnavailable;

  /// The events that operators want skipped, by the subscriber's name: the number of each.
  Map<String, Long> skips() throws StoreUnavailable;

  /// What is behind a number. Takes a look, not a walk, however much that is.
  Behind behind(long after) throws StoreUnavailable;

  /// How many rows behind a number the retention has removed. Walks through the log, in steps.
  long gone(long after) throws StoreUnavailable;

  /// The next entries behind a number, in the order of their numbers.
  ///
  /// @param statuses which rows; changes of the blocked senders are always among them
  /// @param limit how many at most, 1 to 1,000
  Stretch stretch(long after, Set<Status> statuses, int limit) throws StoreUnavailable;

  /// The message of a mail; empty when it is kept no more. When it can't be read now, what reading
  /// it throws has a [StoreUnavailable] for its cause; when it is damaged, that has none.
  ///
  /// @param mail the mail's id
  Optional<Message> message(String mail) throws StoreUnavailable;

  /// What is behind a number of the log.
  ///
  /// @param rows how many rows were written since
  /// @param oldest when the first of them was that is there still; null when none is
  record Behind(long rows, @Nullable Instant oldest) {}

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
