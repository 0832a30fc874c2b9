package io.postern.delivery;

import io.postern.rules.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// When a deferred delivery is tried again: after the rule's interval, or, where the rule lets it
/// grow, after as long as the delivery is old, and up to a tenth more, so that what failed together
/// does not come back together. (Postfix grows its waits by age, too: each is then about twice the
/// one before, whatever happened meanwhile.)
final class Schedule {
  /// The longest wait that a Retry-After can ask for.
  static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);

  private static final double JITTER = 0.1;

  private Schedule() {}

  /// The time before which the next attempt is not made.
  ///
  /// @param now the end of the last one
  /// @param age how much of the retry period is used up
  /// @param retryAfter what the endpoint asked for (RFC 9110 §10.2.3); null for nothing
  static Instant next(
      Instant now,
      Retry retry,
      Duration age,
      @Nullable Duration retryAfter,
      RandomGenerator chance) {
    Duration grown = shorter(age, retry.intervalMax());
    Duration base = longer(retry.interval(), grown);
    Duration wait = base.plusMillis((long) (base.toMillis() * JITTER * chance.nextDouble()));
    if (retryAfter != null) {
      wait = longer(wait, shorter(retryAfter, RETRY_AFTER_MAX));
    }
    return now.plus(wait);
  }

  /// How long the next attempt can be away at most, whatever the endpoint asks for.
  static Duration longest(Retry retry) {
    Duration longest = longer(retry.interval(), retry.intervalMax());
    Duration jitter = Duration.ofMillis((long) (longest.toMillis() * JITTER));
    return longer(longest.plus(jitter), RETRY_AFTER_MAX);
  }

  static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
