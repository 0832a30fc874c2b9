package io.postern.queue;

import java.time.Duration;

/// How long what is over is kept.
///
/// @param succeeded a succeeded delivery and, when no other needs it, its message
/// @param failed the same of a failed one: so long it can be replayed
/// @param log rows of the status log
/// @param denied those of refused mail, no longer than the others
public record Settings(Duration succeeded, Duration failed, Duration log, Duration denied) {
  /// The usual times: 3, 30, 90 and 14 days.
  public static final Settings USUAL =
      new Settings(
          Duration.ofDays(3), Duration.ofDays(30), Duration.ofDays(90), Duration.ofDays(14));

  public Settings {
    if (succeeded.isNegative()
        || failed.isNegative()
        || denied.isNegative()
        || denied.compareTo(log) > 0) {
      throw new IllegalArgumentException("a time to keep things is out of range");
    }
  }
}
