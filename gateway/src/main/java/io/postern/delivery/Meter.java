package io.postern.delivery;

import io.postern.rules.Rate;
import java.time.Duration;
import java.time.Instant;

/// Keeps an endpoint's rate: each attempt moves on the time at which the next one would be due if
/// they came evenly, and may come earlier than that by a burst (the generic cell rate algorithm,
/// ITU-T I.371). Knows no clock and no thread.
final class Meter {
  private Instant next = Instant.MIN;

  /// How many attempts may begin now.
  int room(Rate rate, Instant now) {
    Duration ahead = ahead(rate, now);
    Duration burst = rate.gap().multipliedBy(rate.burst());
    return (int) burst.minus(ahead).dividedBy(rate.gap());
  }

  /// When the next one may begin; not after now when one may begin now.
  Instant opens(Rate rate, Instant now) {
    return now.plus(ahead(rate, now)).minus(rate.gap().multipliedBy(rate.burst() - 1L));
  }

  /// An attempt begins.
  void begin(Rate rate, Instant now) {
    next = now.plus(ahead(rate, now)).plus(rate.gap());
  }

  /// By how much the attempts made are ahead of the rate; never more than a burst, whatever the
  /// clock did or the rule said before.
  private Duration ahead(Rate rate, Instant now) {
    Duration burst = rate.gap().multipliedBy(rate.burst());
    Instant most = now.plus(burst);
    return next.isBefore(now)
        ? Duration.ZERO
        : next.isAfter(most) ? burst : Duration.between(now, next);
  }
}
