package io.postern.delivery;

import io.postern.count.Histogram;
import io.postern.queue.Pause;
import java.util.Map;
import java.util.Set;

/// What the dispatcher does now, and has done since it was made: to be read at any time.
///
/// @param inFlight attempts under way, by rule; those that have none are left out
/// @param inFlightMax how many there may be in all
/// @param dead rules whose endpoint gets one attempt at a time, to find out whether it still fails
/// @param paused rules whose endpoint is paused, and what paused it
/// @param made what came of attempts, by rule; at most [#RULES_MAX], and [#OTHERS] for all further
///   ones together
public record Activity(
    Map<String, Integer> inFlight,
    int inFlightMax,
    Set<String> dead,
    Map<String, Pause.Cause> paused,
    Map<String, Made> made) {
  /// How many rules are counted one by one.
  public static final int RULES_MAX = 500;

  /// Stands for the rest of them. No rule has this name, for there is a space in it.
  public static final String OTHERS = "all others";

  public Activity {
    inFlight = Map.copyOf(inFlight);
    dead = Set.copyOf(dead);
    paused = Map.copyOf(paused);
    made = Map.copyOf(made);
  }

  /// The attempts of one rule.
  ///
  /// @param ends how many ended in a way
  /// @param seconds how long they took, both calls together
  /// @param latency how long it took from the arrival of a mail (its MAIL command) to its success,
  ///   in seconds; without replays
  public record Made(Map<End, Long> ends, Histogram.Snapshot seconds, Histogram.Snapshot latency) {
    public Made {
      ends = Map.copyOf(ends);
    }
  }

  /// A way in which attempts end.
  ///
  /// @param outcome `succeeded`, `deferred`, `failed`, or `not-made` when the fault was ours
  /// @param answer the class of the last answer's status, `2xx` to `5xx`; `none` when there was
  ///   none
  public record End(String outcome, String answer) {
    /// By the status code of the last answer.
    public static End of(String outcome, int status) {
      return new End(outcome, status < 200 || status > 599 ? "none" : status / 100 + "xx");
    }
  }
}
