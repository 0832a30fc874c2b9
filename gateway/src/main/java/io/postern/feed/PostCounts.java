package io.postern.feed;

import io.postern.delivery.Activity.End;
import io.postern.delivery.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts what came of a subscriber's posts. Any thread.
final class PostCounts {
  private final Map<End, LongAdder> ends = new ConcurrentHashMap<>();

  /// A post has ended. No refusal is final, so there is none that failed.
  void ended(Outcome outcome) {
    String word =
        switch (outcome) {
          case Outcome.Accepted _ -> "succeeded";
          case Outcome.Deferred _, Outcome.Refused _, Outcome.Gone _ -> "deferred";
          case Outcome.NotMade _ -> "not-made";
        };
    ends.computeIfAbsent(End.of(word, outcome.httpStatus()), _ -> new LongAdder()).increment();
  }

  /// What there was.
  Map<End, Long> sums() {
    Map<End, Long> sums = new HashMap<>();
    ends.forEach((end, count) -> sums.put(end, count.sum()));
    return sums;
  }
}
