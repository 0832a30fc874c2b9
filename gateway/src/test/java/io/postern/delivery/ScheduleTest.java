package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.rules.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The next attempt by a table.
final class ScheduleTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  /// No chance: the wait without its jitter.
  private static final RandomGenerator NONE = () -> 0;

  /// Seconds: interval, interval-max, age of the delivery, Retry-After (-1 for none), wait.
  @ParameterizedTest(name = "{0} to {1}, {2} old, asked {3}: {4}")
  @CsvSource({
    "60, 60, 0, -1, 60",
    "60, 60, 300000, -1, 60",
    "60, 3600, 0, -1, 60",
    "60, 3600, 59, -1, 60",
    "60, 3600, 61, -1, 61",
    "60, 3600, 1000, -1, 1000",
    "60, 3600, 300000, -1, 3600",
    "10, 10, 0, 5, 10",
    "10, 10, 0, 11, 11",
    "10, 10, 0, 3600, 3600",
    "10, 10, 0, 3601, 3600",
    "60, 43200, 43200, 30, 43200",
  })
  void waits(int interval, int intervalMax, int age, int asked, int wait) {
    Retry retry = retry(interval, intervalMax);
    Duration after = asked < 0 ? null : Duration.ofSeconds(asked);
    assertEquals(
        Duration.ofSeconds(wait),
        Duration.between(NOW, Schedule.next(NOW, retry, Duration.ofSeconds(age), after, NONE)));
  }

  @Test
  void addsUpToATenth() {
    Random chance = new Random(1);
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 1_000; i++) {
      Instant next = Schedule.next(NOW, retry(60, 60), Duration.ZERO, null, chance);
      long wait = Duration.between(NOW, next).toMillis();
      least = Math.min(least, wait);
      most = Math.max(most, wait);
    }
    assertTrue(least >= 60_000 && least < 60_300, "least " + least);
    assertTrue(most > 65_700 && most <= 66_000, "most " + most);
  }

  @Test
  void aGrowingWaitAboutDoublesEachTime() {
    Duration age = Duration.ZERO;
    StringBuilder minutes = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      Duration wait = Duration.between(NOW, Schedule.next(NOW, retry(60, 3600), age, null, NONE));
      minutes.append(wait.toMinutes()).append(' ');
      age = age.plus(wait);
    }
    assertEquals("1 1 2 4 8 16 32 60 ", minutes.toString());
  }

  private static Retry retry(int interval, int intervalMax) {
    return new Retry(
        Duration.ofSeconds(interval),
        Duration.ofSeconds(intervalMax),
        Duration.ofDays(4),
        Duration.ofDays(3));
  }
}
