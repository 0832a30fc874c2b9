package io.postern.feed;

import io.postern.journal.Entry;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.CursorView;
import io.postern.queue.CursorView.Stretch;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/// The status log as one subscriber reads it. Any thread may use it.
///
/// @param log the log
/// @param teller makes events of its rows
/// @param readers one is held while a stretch of the log is in memory
record Rows(SharedLog log, Teller teller, Semaphore readers) {
  /// How many rows are looked at at once, for of some subscribers few are.
  private static final int ROWS_MIN = 100;

  /// How many stretches of the log are read at once.
  private static final int STRETCHES_MAX = 200;

  /// As one reads it who reads alone, in one look, to which time does not matter.
  Rows(CursorView log, Teller teller) {
    this(new SharedLog(log, () -> Instant.EPOCH), teller, new Semaphore(1));
  }

  /// Reads on, behind what was gathered.
  ///
  /// @param room how much to have at most
  /// @param last the last row to read
  /// @return true when there is no more to read now
  boolean gather(Subscriber subscriber, Gathering into, Gathering.Room room, long last)
      throws StoreUnavailable {
    for (int i = 0; i < STRETCHES_MAX && !into.isFull(); i++) {
      readers.acquireUninterruptibly();
      try {
        if (!gatherStretch(subscriber, into, room, last)) {
          return true;
        }
      } finally {
        readers.release();
      }
    }
    return into.isFull();
  }

  /// @return false when there is no more to read now
  private boolean gatherStretch(
      Subscriber subscriber, Gathering into, Gathering.Room room, long last)
      throws StoreUnavailable {
    Stretch stretch =
        log.stretch(
            into.last(),
            Teller.statuses(subscriber.selection()),
            Math.max(ROWS_MIN, room.events()));
    if (stretch.last() == into.last() || into.last() >= last) {
      return false;
    }
    for (Entry entry : stretch.entries()) {
      if (entry.number() > last
          || !into.add(entry.number(), teller.events(entry, subscriber.selection()), room)) {
        break;
      }
    }
    into.reached(Math.min(last, stretch.last()));
    return true;
  }

  /// The posts of a batch, as they were when it was noted, which there was room for then.
  ///
  /// @param after the cursor's position
  /// @param last the batch's last row
  List<Parcel> parcels(Subscriber subscriber, long after, long last) throws StoreUnavailable {
    Gathering again = new Gathering(after, subscriber);
    while (!gather(subscriber, again, Gathering.Room.ANY, last)) {
      // Some stretches after the others, to the batch's end.
    }
    return again.parcels(subscriber.dialect().format().eventsMax());
  }

  /// Rows that are passed over.
  ///
  /// @param events how many events they have for the subscriber
  /// @param last the last one's number
  record Passed(long events, long last) {}

  /// Counts the rows behind a number that are older than a time, to the first that is not.
  Passed olderThan(Subscriber subscriber, long after, Instant time) throws StoreUnavailable {
    Set<Status> statuses = Teller.statuses(subscriber.selection());
    long events = 0;
    long last = after;
    while (true) {
      readers.acquireUninterruptibly();
      try {
        Stretch stretch = log.stretch(last, statuses, SharedLog.ROWS_MAX);
        if (stretch.last() == last) {
          return new Passed(events, last);
        }
        for (Entry entry : stretch.entries()) {
          if (!entry.at().isBefore(time)) {
            return new Passed(events, last);
          }
          events += teller.events(entry, subscriber.selection()).size();
          last = entry.number();
        }
        last = stretch.last();
      } finally {
        readers.release();
      }
    }
  }
}
