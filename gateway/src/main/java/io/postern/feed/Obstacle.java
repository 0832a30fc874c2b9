package io.postern.feed;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Cursor;
import io.postern.queue.CursorView;
import io.postern.rules.Book;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A post that a subscriber did not take, so that all that comes behind it waits.
///
/// @param id its `webhook-id`
/// @param events what it holds, at least one
public record Obstacle(String id, List<Event> events) {
  public Obstacle {
    events = List.copyOf(events);
  }

  /// What a subscriber's cursor stands before.
  ///
  /// @param log where it reads
  /// @param book the rules in force, which know their accounts; null when there are none
  /// @return empty when nothing was tried in vain, and while a change of its file, or of the log,
  ///   is yet to be taken
  public static Optional<Obstacle> of(
      Subscriber subscriber, Cursor cursor, CursorView log, @Nullable Book book)
      throws StoreUnavailable {
    Teller teller = new Teller(() -> Optional.ofNullable(book), log);
    Cursor.Batch batch = cursor.batch();
    if (batch == null
        || cursor.standing().attempts() == 0
        || !batch.version().equals(teller.version(subscriber))) {
      return Optional.empty();
    }
    List<Parcel> parcels =
        new Rows(log, teller).parcels(subscriber, cursor.position(), batch.last());
    return parcels.size() == batch.posts()
        ? Optional.of(new Obstacle(batch.postId(), parcels.get(batch.done()).events()))
        : Optional.empty();
  }

  /// The number of the event that is not taken; empty when it may be any of several.
  public Optional<Long> number() {
    long first = events.getFirst().number();
    return events.getLast().number() == first ? Optional.of(first) : Optional.empty();
  }
}
