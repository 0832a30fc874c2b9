package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Window.Limits;
import io.postern.delivery.Window.Sign;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The window by tables: what comes of attempts, and what it gives then.
final class WindowTest {
  private static final Limits LIMITS = limits(16);
  private final Window window = new Window();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private int delivery;

  /// A run of signs, each a letter: t taken, a alive, f failed (each of another delivery), F failed
  /// (always of the same one), p pressed, n none; and the room that an endpoint with nothing in
  /// flight has after it.
  @ParameterizedTest(name = "{0} gives {1}")
  @CsvSource({
    "'', 4",
    "t, 4",
    "ttt, 4",
    "ttttt, 5",
    "tttttttttttttttttttttttttttttttt, 8",
    "f, 3",
    "ff, 3",
    "fff, 3",
    "p, 3",
    "pp, 2",
    "ppp, 1",
    "fffa, 3",
    "aaaa, 4",
    "nnnnnnnn, 4",
    "tftftftf, 4",
    "FFFFFFFFFFFFFFFF, 1",
  })
  void growsWithSuccessesAndShrinksWithFailures(String signs, int room) {
    play(signs);
    assertEquals(room, window.room(0, LIMITS, now));
    assertTrue(!window.isDead());
  }

  @Test
  void neverGivesMoreThanTheRuleAllowsNorLessThanOne() {
    play("t".repeat(1_000));
    assertEquals(16, window.room(0, LIMITS, now));
    assertEquals(6, window.room(10, LIMITS, now));
    assertEquals(3, window.room(0, limits(3), now), "the rule was edited");
    assertTrue(window.room(10, limits(3), now) <= 0);
  }

  @ParameterizedTest(name = "after {0} successes {1} failures in a row are not enough")
  @CsvSource({"0, 3", "1, 3", "32, 7", "1000, 15"})
  void isDeadWhenAsManyFailInARowAsItHad(int taken, int failures) {
    play("t".repeat(taken));
    play("f".repeat(failures));
    assertTrue(!window.isDead(), "dead too early");
    play("f");
    assertTrue(window.isDead());
    assertEquals(0, window.room(0, LIMITS, now));
    assertEquals(now.plusSeconds(1), window.opens(LIMITS, now));
  }

  @Test
  void aSuccessBetweenFailuresBeginsTheRowAnew() {
    play("ffftffftfff");
    assertTrue(!window.isDead());
    play("f");
    assertTrue(window.isDead());
  }

  @Test
  void theDeadGetOneProbeAtATimeAtGrowingIntervals() {
    play("ffff");
    for (int wait : new int[] {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
      assertEquals(now.plusSeconds(wait), window.opens(LIMITS, now));
      tick(Duration.ofSeconds(wait).minusMillis(1));
      assertEquals(0, window.room(0, LIMITS, now), "too early");
      tick(Duration.ofMillis(1));
      assertEquals(1, window.room(0, LIMITS, now));
      int probe = window.begin();
      assertEquals(0, window.room(1, LIMITS, now), "a second probe beside the first");
      window.ended(probe, "d" + delivery++, Sign.FAILED, LIMITS, now);
    }
  }

  @Test
  void theProbesOfAPausedEndpointComeByTheHour() {
    Limits hourly = new Limits(16, Duration.ofHours(1), Duration.ofHours(1));
    window.doubt(now);
    assertEquals(1, window.room(0, hourly, now), "a gateway that starts tries at once");
    for (int i = 0; i < 3; i++) {
      window.ended(window.begin(), "d", Sign.FAILED, hourly, now);
      assertEquals(now.plusSeconds(3600), window.opens(hourly, now));
      tick(Duration.ofHours(1));
    }
    window.ended(window.begin(), "d", Sign.TAKEN, hourly, now);
    assertEquals(1, window.room(0, LIMITS, now));
  }

  @Test
  void afterAnOutageItDoublesToHalfOfWhatItWasAndThenGrowsByOne() {
    play("t".repeat(1_000));
    play("f".repeat(16));
    tick(Duration.ofSeconds(1));
    StringBuilder rooms = new StringBuilder();
    for (int round = 0; round < 8; round++) {
      int room = window.room(0, LIMITS, now);
      for (int i = 0; i < Math.max(1, room); i++) {
        window.ended(window.begin(), "d", Sign.TAKEN, LIMITS, now);
      }
      rooms.append(window.room(0, LIMITS, now)).append(' ');
    }
    assertEquals("1 2 4 8 8 9 10 11 ", rooms.toString());
  }

  @Test
  void whatWasBegunBeforeItDiedSaysNothingByFailing() {
    int[] begun = new int[8];
    for (int i = 0; i < 8; i++) {
      begun[i] = window.begin();
    }
    for (int i = 0; i < 8; i++) {
      window.ended(begun[i], "d" + i, Sign.FAILED, LIMITS, now);
    }
    assertEquals(now.plusSeconds(1), window.opens(LIMITS, now), "it was held to be a probe");
  }

  @Test
  void whatWasBegunBeforeItDiedShowsByItsSuccessThatItLives() {
    int late = window.begin();
    play("ffff");
    window.ended(late, "late", Sign.TAKEN, LIMITS, now);
    assertTrue(!window.isDead());
    assertEquals(1, window.room(0, LIMITS, now));
  }

  @Test
  void aProbeThatIsRefusedForGoodShowsThatItLives() {
    play("ffff");
    tick(Duration.ofSeconds(1));
    window.ended(window.begin(), "d", Sign.ALIVE, LIMITS, now);
    assertTrue(!window.isDead());
  }

  @Test
  void aProbeThatWasNotMadeMayBeMadeAtOnce() {
    play("ffff");
    tick(Duration.ofSeconds(1));
    window.ended(window.begin(), "d", Sign.NONE, LIMITS, now);
    assertEquals(1, window.room(0, LIMITS, now));
  }

  @Test
  void restsAsLongAsTheEndpointAsksButNotLongerThanTheInterval() {
    window.rest(Duration.ofSeconds(7), LIMITS, now);
    assertEquals(0, window.room(0, LIMITS, now));
    assertEquals(now.plusSeconds(7), window.opens(LIMITS, now));
    window.rest(Duration.ofSeconds(3), LIMITS, now);
    tick(Duration.ofSeconds(7));
    assertEquals(4, window.room(0, LIMITS, now));
    assertNull(window.opens(LIMITS, now));
    window.rest(Duration.ofHours(9), LIMITS, now);
    assertEquals(now.plusSeconds(60), window.opens(LIMITS, now));
  }

  @Test
  void aClockThatIsSetBackShutsNothingForLong() {
    play("ffff");
    tick(Duration.ofDays(-3));
    assertEquals(1, window.room(0, LIMITS, now));
  }

  private void play(String signs) {
    for (int i = 0; i < signs.length(); i++) {
      char sign = signs.charAt(i);
      String id = sign == 'F' ? "same" : "d" + delivery++;
      Sign meant =
          switch (sign) {
            case 't' -> Sign.TAKEN;
            case 'a' -> Sign.ALIVE;
            case 'f', 'F' -> Sign.FAILED;
            case 'p' -> Sign.PRESSED;
            default -> Sign.NONE;
          };
      window.ended(window.begin(), id, meant, LIMITS, now);
    }
  }

  private void tick(Duration time) {
    now = now.plus(time);
  }

  private static Limits limits(int most) {
    return new Limits(most, Duration.ZERO, Duration.ofSeconds(60));
  }
}
