package io.postern.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.fixture.FakeClock;
import io.postern.journal.StoreUnavailable;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RetentionTest {
  private final FakeClock clock = new FakeClock();
  private final List<Expired> asked = new ArrayList<>();
  private final Retention retention =
      new Retention(queue(), Settings.USUAL, clock, clock.instant());

  @Test
  void whatHasExpiredIsToldByTheSettings() throws Exception {
    retention.runOnce();
    Instant now = clock.instant();
    assertEquals(
        List.of(new Expired(ago(now, 3), ago(now, 30), ago(now, 90), ago(now, 14))), asked);
  }

  @Test
  void aClockThatLeapsIsNotTrustedForAnHour() throws Exception {
    clock.tick(Duration.ofDays(40));
    for (int minute = 0; minute < 60; minute++) {
      retention.runOnce();
      clock.tick(Duration.ofMinutes(1));
    }
    assertEquals(0, asked.size());
    retention.runOnce();
    assertEquals(1, asked.size());
  }

  @Test
  void aClockThatIsAheadAtTheStartIsNotTrustedForAnHour() throws Exception {
    Instant lastKnown = clock.instant();
    clock.tick(Duration.ofDays(3_650));
    Retention ahead = new Retention(queue(), Settings.USUAL, clock, lastKnown);
    ahead.runOnce();
    assertEquals(0, asked.size());
    clock.tick(Duration.ofMinutes(60));
    ahead.runOnce();
    assertEquals(1, asked.size());
  }

  @Test
  void aClockThatIsSetRightAgainIsTrusted() throws Exception {
    clock.tick(Duration.ofDays(40));
    retention.runOnce();
    clock.tick(Duration.ofDays(-40));
    retention.runOnce();
    assertEquals(1, asked.size());
    assertEquals(ago(clock.instant(), 3), asked.getFirst().succeeded());
  }

  @Test
  void deniedRowsAreNotKeptLongerThanOthers() {
    Duration day = Duration.ofDays(1);
    assertThrows(
        IllegalArgumentException.class, () -> new Settings(day, day, day, Duration.ofDays(2)));
  }

  private static Instant ago(Instant now, int days) {
    return now.minus(Duration.ofDays(days));
  }

  /// Only what the retention asks of a queue.
  private MailQueue queue() {
    return (MailQueue)
        Proxy.newProxyInstance(
            MailQueue.class.getClassLoader(),
            new Class<?>[] {MailQueue.class},
            (_, method, arguments) -> {
              if (!method.getName().equals("purge")) {
                throw new StoreUnavailable(method.getName(), false, new AssertionError());
              }
              asked.add((Expired) arguments[0]);
              return false;
            });
  }
}
