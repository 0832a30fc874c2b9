package io.postern.rules;

import io.postern.settings.Problem;
import io.postern.settings.Section;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the keys below `retry:`.
record RetryReader(Section retry) {
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration INTERVAL_MIN = Duration.ofSeconds(10);
  private static final Duration INTERVAL_MAX = Duration.ofMinutes(10);
  private static final Duration GROWN_MAX = Duration.ofHours(12);
  private static final Duration PERIOD = Duration.ofDays(4);
  private static final Duration PERIOD_MIN = Duration.ofDays(1);
  private static final Duration PERIOD_MAX = Duration.ofDays(10);
  private static final Duration PAUSE_AFTER_MIN = Duration.ofHours(1);
  private static final int CODES_MAX = 100;

  Retry read() {
    Duration interval = retry.duration("interval", INTERVAL, INTERVAL_MIN, INTERVAL_MAX);
    Duration intervalMax = retry.duration("interval-max", interval, INTERVAL_MIN, GROWN_MAX);
    Duration period = retry.duration("period", PERIOD, PERIOD_MIN, PERIOD_MAX);
    Duration pauseAfter =
        retry.duration(
            "pause-after", period.multipliedBy(3).dividedBy(4), PAUSE_AFTER_MIN, PERIOD_MAX);
    if (intervalMax.compareTo(interval) < 0) {
      retry.refuse("interval-max", "less than the interval; write more, or remove it");
    }
    if (pauseAfter.compareTo(period) > 0) {
      retry.refuse(
          "pause-after", "more than the period; write less, or the period itself for never");
    }
    return new Retry(interval, intervalMax, period, pauseAfter);
  }

  /// The status codes that refuse the request itself; null when the rule names none.
  @Nullable Set<Integer> permanentFailures() {
    // 410 is left out: it pauses, and never fails a delivery.
    Set<Integer> codes = new HashSet<>(retry.numbers("permanent-failures", CODES_MAX, 400, 599));
    if (codes.contains(410)) {
      retry.refuse(
          "permanent-failures",
          "%s pauses the endpoint and fails nothing; remove it".formatted(Problem.quote("410")));
    }
    return retry.has("permanent-failures") ? codes : null;
  }
}
