package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.rules.Rate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The rate by the numbers, on a clock that is turned.
final class MeterTest {
  private final Meter meter = new Meter();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");

  /// Takes all that is given, every so many milliseconds, for ten times the rate's time.
  @ParameterizedTest(name = "{0} in {1} s, looked at every {2} ms: at most {3} at once")
  @CsvSource({
    "50, 1, 10, 5",
    "50, 1, 700, 5",
    "1000, 1, 100, 100",
    "1, 1, 50, 1",
    "30, 60, 100, 1"
  })
  void keepsTheRateWhateverTheLooks(int count, int seconds, int every, int atOnce) {
    Rate rate = new Rate(count, Duration.ofSeconds(seconds));
    int taken = 0;
    int most = 0;
    for (long at = 0; at < 10_000L * seconds; at += every) {
      int room = meter.room(rate, now);
      most = Math.max(most, room);
      for (int i = 0; i < room; i++) {
        meter.begin(rate, now);
      }
      taken += room;
      now = now.plusMillis(every);
    }
    assertEquals(atOnce, most);
    assertTrue(taken <= 10 * count + atOnce, "taken " + taken);
    if (every <= 100) {
      assertTrue(taken >= 10 * count - 1, "taken only " + taken);
    }
  }

  @Test
  void saysWhenTheNextMayBegin() {
    Rate rate = new Rate(30, Duration.ofMinutes(1));
    assertTrue(!meter.opens(rate, now).isAfter(now));
    meter.begin(rate, now);
    assertEquals(0, meter.room(rate, now));
    assertEquals(now.plusSeconds(2), meter.opens(rate, now));
    now = now.plusSeconds(2);
    assertEquals(1, meter.room(rate, now));
  }

  @Test
  void aClockThatIsSetBackStopsNothingForLong() {
    Rate rate = new Rate(1, Duration.ofSeconds(1));
    meter.begin(rate, now);
    now = now.minus(Duration.ofDays(1));
    assertEquals(now.plusSeconds(1), meter.opens(rate, now));
  }

  @Test
  void aSlowRateThatWasEditedIsForgotten() {
    meter.begin(new Rate(1, Duration.ofHours(1)), now);
    assertEquals(now.plusMillis(20), meter.opens(new Rate(50, Duration.ofSeconds(1)), now));
  }
}
