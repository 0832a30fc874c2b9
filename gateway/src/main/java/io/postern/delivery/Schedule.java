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
///
/// What holds for posts of events as well is public.
public final class Schedule {
  /// How often an endpoint is tried that is paused because it did nothing but fail.
  public static final Duration PROBE_PAUSED_EVERY = Duration.ofHours(1);

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
    return now.plus(delay(longer(retry.interval(), grown), retryAfter, chance));
  }

  /// How long to wait before something is tried again.
  ///
  /// @param least the time to wait, to which up to a tenth is added
  /// @param retryAfter what the endpoint asked for; an hour of it is obeyed; null for nothing
  public static Duration delay(
      Duration least, @Nullable Duration retryAfter, RandomGenerator chance) {
    Duration wait = least.plusMillis((long) (least.toMillis() * JITTER * chance.nextDouble()));
    return retryAfter == null ? wait : longer(wait, shorter(retryAfter, RETRY_AFTER_MAX));
  }

  /// True when an endpoint is to be paused: it has done nothing but fail for long enough.
  ///
  /// @param failing for how long it has
  /// @param pauseAfter how long it may; the period itself for ever
  /// @param period how long anything is tried
  public static boolean isHopeless(Duration failing, Duration pauseAfter, Duration period) {
    return failing.compareTo(pauseAfter) >= 0 && pauseAfter.compareTo(period) < 0;
  }

  /// A long time in words: whole days, or else hours.
  public static String days(Duration time) {
    return time.toHours() > 0 && time.toHours() % 24 == 0
        ? time.toDays() + " d"
        : time.toHours() + " h";
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
