package io.postern.delivery;

import io.postern.count.Histogram;
import io.postern.delivery.Activity.End;
import io.postern.delivery.Activity.Made;
import io.postern.queue.Claim;
import io.postern.queue.Settlement;
import io.postern.queue.Settlement.Trial;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Counts what came of attempts, by rule. Any thread.
final class AttemptCounts {
  private final Map<String, OfRule> rules = new ConcurrentHashMap<>();

  /// One rule's. The bounds have the usual intervals and time-outs among them.
  private static final class OfRule {
    private final Map<End, LongAdder> ends = new ConcurrentHashMap<>();
    private final Histogram seconds =
        new Histogram(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);
    private final Histogram latency =
        new Histogram(0.02, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 1800, 7200, 28_800, 86_400);

    Made made() {
      Map<End, Long> sums = new HashMap<>();
      ends.forEach((end, count) -> sums.put(end, count.sum()));
      return new Made(sums, seconds.snapshot(), latency.snapshot());
    }
  }

  /// An attempt has ended. One that nobody meant to make any more is none.
  void ended(Claim claim, Settlement settlement) {
    switch (settlement) {
      case Settlement.Done(Trial trial) -> {
        OfRule rule = note(claim.rule(), "succeeded", trial);
        if (!claim.replay()) {
          Duration taken = Duration.between(claim.mail().envelope().received(), trial.ended());
          // A clock that was set back must not make the sum fall.
          rule.latency.note(Math.max(0, taken.toMillis()) / 1e3);
        }
      }
      case Settlement.Dead(Trial trial) -> note(claim.rule(), "failed", trial);
      case Settlement.Again(Trial trial, _, boolean ours) ->
          note(claim.rule(), ours ? "not-made" : "deferred", trial);
      case Settlement.Unmade(_, boolean ours) -> {
        if (ours) {
          notMade(claim);
        }
      }
    }
  }

  /// An attempt could not be made, or not to its end, by a fault of ours. It has no duration.
  void notMade(Claim claim) {
    count(of(claim.rule()), "not-made", 0);
  }

  private OfRule note(String name, String outcome, Trial trial) {
    OfRule rule = of(name);
    count(rule, outcome, trial.httpStatus());
    rule.seconds.note(trial.elapsed().toNanos() / 1e9);
    return rule;
  }

  private static void count(OfRule rule, String outcome, int httpStatus) {
    rule.ends.computeIfAbsent(End.of(outcome, httpStatus), _ -> new LongAdder()).increment();
  }

  /// Threads that find the last free place at once may all take it: a few more do no harm.
  private OfRule of(String name) {
    @Nullable OfRule known = rules.get(name);
    if (known != null) {
      return known;
    }
    boolean isFull = rules.size() >= Activity.RULES_MAX;
    return rules.computeIfAbsent(isFull ? Activity.OTHERS : name, _ -> new OfRule());
  }

  /// Forgets the rules that are gone.
  void keep(Set<String> names) {
    rules.keySet().removeIf(name -> !names.contains(name) && !name.equals(Activity.OTHERS));
  }

  /// What there was.
  Map<String, Made> made() {
    Map<String, Made> made = new HashMap<>();
    rules.forEach((name, rule) -> made.put(name, rule.made()));
    return made;
  }
}
