package io.postern.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// When a deferred delivery is tried again: after the rule's interval and up to a tenth more, so
/// that what failed together does not come back together.
final class Schedule {
  /// The longest wait that a Retry-After can ask for.
  static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);

  private static final double JITTER = 0.1;

  private Schedule() {}

  /// The time before which the next attempt is not made.
  ///
  /// @param now the end of the last one
  /// @param interval the rule's
  /// @param retryAfter what the endpoint asked for (RFC 9110 §10.2.3); null for nothing
  static Instant next(
      Instant now, Duration interval, @Nullable Duration retryAfter, RandomGenerator chance) {
    Duration wait =
        interval.plusMillis((long) (interval.toMillis() * JITTER * chance.nextDouble()));
    if (retryAfter != null) {
      Duration asked = retryAfter.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : retryAfter;
      wait = asked.compareTo(wait) > 0 ? asked : wait;
    }
    return now.plus(wait);
  }
}
