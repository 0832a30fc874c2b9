package io.postern.notice;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A note for each cause that there is to tell of. What waits to be told waits here, so that it
/// needs no queue, and what ends before it was told is one notice and not two. Knows no clock; for
/// one thread.
final class Notebook {
  /// So many causes that have a name are told apart; what goes beyond is counted. Those of which
  /// there is only one always have a place: they are the gravest.
  static final int CAUSES_MAX = 1_000;

  private static final int NOTES_MAX = CAUSES_MAX + Cause.Kind.values().length;

  private final Map<Cause, Note> notes = new LinkedHashMap<>();
  private Set<Cause> quiet = Set.of();
  private int left;
  private long dropped;

  /// @param told what was told before
  Notebook(List<Told> told) {
    told.stream().limit(NOTES_MAX).forEach(it -> notes.put(it.cause(), new Note(it)));
  }

  /// Takes what was seen.
  void see(Sight sight, Instant now) {
    Set<Cause> there =
        sight.troubles().stream()
            .map(Sight.Trouble::cause)
            .collect(Collectors.toCollection(HashSet::new));
    quiet = sight.quiet();
    there.addAll(quiet);
    for (Note note : notes.values()) {
      if (!there.contains(note.cause()) && !sight.unseen().contains(note.cause().kind())) {
        note.unseen(now);
      }
    }
    notes.values().removeIf(note -> note.isForgettable(now));
    int leftBefore = left;
    left = 0;
    for (Sight.Trouble trouble : sight.troubles()) {
      @Nullable Note note = note(trouble.cause(), now);
      if (note == null) {
        left++;
      } else {
        note.seen(trouble.since(), trouble.facts(), now);
      }
    }
    // Each look leaves the same ones.
    dropped += Math.max(0, left - leftBefore);
  }

  /// Takes what has happened since.
  ///
  /// @param times how often
  /// @param lost how much was lost by it
  void happened(Cause cause, long times, long lost, String fact, Instant now) {
    @Nullable Note note = note(cause, now);
    if (note == null) {
      dropped += times;
    } else {
      note.happened(times, lost, fact, now);
    }
  }

  private @Nullable Note note(Cause cause, Instant now) {
    @Nullable Note known = notes.get(cause);
    if (known == null && (cause.name().isEmpty() || notes.size() < CAUSES_MAX)) {
      known = new Note(cause, now);
      notes.put(cause, known);
    }
    return known;
  }

  /// What is to be told now, what is wrong before what is over.
  List<Note> due(Duration repeat, Instant now) {
    return notes.values().stream()
        .filter(note -> note.isDue(repeat, now) && !quiet.contains(note.cause()))
        .sorted(
            Comparator.comparing(Note::isOver)
                .thenComparing(note -> note.cause().kind())
                .thenComparing(note -> note.cause().name()))
        .toList();
  }

  /// What was told, for the next process.
  List<Told> told() {
    return notes.values().stream().map(Note::told).filter(Objects::nonNull).toList();
  }

  /// How many causes found no place.
  long dropped() {
    return dropped;
  }
}
