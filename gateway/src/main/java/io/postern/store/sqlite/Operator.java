package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Choice;
import io.postern.queue.Choice.State;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Has done what an operator asks for, be it a million deliveries: readers find a part, the writer
/// changes it in one of its transactions, and so on. Mail waits for one part at most.
final class Operator {
  /// How many deliveries one transaction changes: a few milliseconds' worth.
  private static final int PART = 200;

  /// How many deliveries of a state are replayed that ended, by a clock that was wrong, later than
  /// now; whoever asks again gets the next.
  private static final int AHEAD_MAX = 100_000;

  private static final String REPLAY = "replay deliveries";

  private final Readers readers;
  private final Writer writer;
  private final InstantSource clock;

  Operator(Readers readers, Writer writer, InstantSource clock) {
    this.readers = readers;
    this.writer = writer;
    this.clock = clock;
  }

  /// Changes some deliveries, if they still are in a state that allows it.
  @FunctionalInterface
  private interface Part {
    int change(DeliveryTable deliveries, List<Long> numbers) throws SQLException;
  }

  long replay(Choice choice, String toRule) throws StoreUnavailable {
    // Who ends from now on was perhaps replayed just now.
    long now = clock.millis();
    // But a clock that was set back has noted ends that are still to come.
    List<Long> ahead = new ArrayList<>();
    List<Selection> all = new ArrayList<>();
    for (State state : State.values()) {
      if (!choice.states().contains(state)) {
        continue;
      }
      Selection selection = Selection.of(choice, state);
      if (state != State.WAITING) {
        Selection later = selection.and("d.due > ?", now);
        ahead.addAll(readers.search(REPLAY, sql -> later.numbers(sql, AHEAD_MAX)));
        all.add(selection.and("d.due <= ?", now));
      } else if (!toRule.isEmpty()) {
        all.add(selection.movableTo(toRule));
      }
    }
    Part part = (deliveries, numbers) -> deliveries.replay(numbers, toRule);
    long done = 0;
    for (Selection selection : all) {
      done += inParts(REPLAY, selection, part);
    }
    for (int from = 0; from < ahead.size(); from += PART) {
      requireTime(REPLAY);
      done += change(REPLAY, ahead.subList(from, Math.min(from + PART, ahead.size())), part);
    }
    return done;
  }

  long drop(Choice choice) throws StoreUnavailable {
    return choice.states().contains(State.WAITING)
        ? inParts("drop deliveries", Selection.of(choice, State.WAITING), DeliveryTable::drop)
        : 0;
  }

  private long inParts(String doing, Selection selection, Part part) throws StoreUnavailable {
    // More than there were at the beginning would be some of them again, or new ones.
    long left = readers.search(doing, selection::count);
    long done = 0;
    while (left > 0) {
      requireTime(doing);
      int max = (int) Math.min(PART, left);
      List<Long> numbers = readers.search(doing, sql -> selection.numbers(sql, max));
      done += change(doing, numbers, part);
      // What was found and could not be changed has left the selection meanwhile.
      left -= numbers.isEmpty() ? left : numbers.size();
    }
    return done;
  }

  private int change(String doing, List<Long> numbers, Part part) throws StoreUnavailable {
    return writer.call(
        doing,
        tables -> {
          int count = part.change(tables.deliveries(), numbers);
          if (count > 0) {
            tables.madeReady();
          }
          return count;
        });
  }

  /// A gateway that stops does not wait for the last part.
  static void requireTime(String doing) throws StoreUnavailable {
    if (Thread.currentThread().isInterrupted()) {
      throw Faults.refused(
          "The store was interrupted while it had to " + doing + ": ask again for the rest.");
    }
  }
}
