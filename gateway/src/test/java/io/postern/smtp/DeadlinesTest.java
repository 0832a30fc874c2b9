package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Deadlines by a clock that the test turns: five minutes for a wait, two hours for a session, 500
/// bytes a second.
final class DeadlinesTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);
  private final Deadlines deadlines = new Deadlines(Settings.Patience.DEFAULT, now::get);

  @Test
  void givesALineFiveMinutesWhateverComesOfIt() {
    deadlines.awaitLine();
    int seconds = 0;
    while (deadlines.beginRead(seconds > 0) > 0) {
      // Enough for the slowest rate.
      pass(1);
      deadlines.endRead(1000);
      seconds++;
    }
    assertEquals(300, seconds);
    assertEquals(Deadlines.Late.IDLE, deadlines.late());
  }

  @Test
  void givesEachBlockOfAMessageFiveMinutes() {
    for (int i = 0; i < 10; i++) {
      deadlines.awaitBlock();
      assertTrue(deadlines.beginRead(true) > 0);
      pass(299);
      deadlines.endRead(1_000_000);
    }
    deadlines.awaitBlock();
    assertTrue(deadlines.beginRead(true) > 0);
    pass(301);
    deadlines.endRead(0);
    assertEquals(0, deadlines.beginRead(true));
    assertEquals(Deadlines.Late.IDLE, deadlines.late());
  }

  @Test
  void endsAMessageThatComesByteByByte() {
    int seconds = trickle(1, 1, 3600);
    // Each second brings a byte, and a byte is worth two milliseconds.
    assertEquals(301, seconds);
    assertEquals(Deadlines.Late.SLOW, deadlines.late());
  }

  @Test
  void bearsAMessageAtTheSlowestRate() {
    assertEquals(3600, trickle(1, 500, 3600));
  }

  @Test
  void endsCommandsThatComeByteByByteHoweverShortTheLines() {
    int seconds = 0;
    while (true) {
      deadlines.awaitLine();
      for (int i = 0; i < 6; i++) {
        if (deadlines.beginRead(i > 0) == 0) {
          assertEquals(Deadlines.Late.SLOW, deadlines.late());
          // Waiting for the first byte of a line is idling, and is not counted here.
          assertEquals(363, seconds, 3);
          return;
        }
        pass(1);
        deadlines.endRead(1);
        seconds++;
      }
      assertTrue(seconds < 1000, "one byte a second for ever");
    }
  }

  @Test
  void countsNoTimeInWhichAPeerBetweenLinesOnlyWaits() {
    for (int i = 0; i < 20; i++) {
      deadlines.awaitLine();
      assertTrue(deadlines.beginRead(false) > 0);
      pass(290);
      deadlines.endRead(6);
    }
    deadlines.awaitBlock();
    assertTrue(deadlines.beginRead(true) > 299_000, "the credit was spent on waiting");
  }

  @Test
  void savesNoCreditBeyondOneWait() {
    deadlines.awaitBlock();
    assertTrue(deadlines.beginRead(true) > 0);
    deadlines.endRead(100 << 20);
    assertEquals(301, trickle(1, 1, 3600));
  }

  @Test
  void endsASessionAfterTwoHours() {
    for (int i = 0; i < 29; i++) {
      deadlines.awaitLine();
      assertTrue(deadlines.beginRead(false) > 0);
      pass(240);
      deadlines.endRead(6);
    }
    deadlines.awaitLine();
    assertEquals(240, Duration.ofMillis(deadlines.beginRead(false)).toSeconds());
    pass(240);
    deadlines.endRead(6);
    assertEquals(0, deadlines.beginRead(false));
    assertEquals(Deadlines.Late.SESSION, deadlines.late());
  }

  @Test
  void givesAHeaderOfAProxyItsOwnTime() {
    deadlines.awaitFor(Duration.ofSeconds(5));
    assertEquals(5, Duration.ofMillis(deadlines.beginRead(false)).toSeconds());
  }

  @Test
  void tellsWhenThePeerTakesNoReplies() {
    deadlines.beginWrite();
    pass(300);
    assertFalse(deadlines.isOverdue());
    pass(1);
    assertTrue(deadlines.isOverdue());
    deadlines.endWrite();
    assertFalse(deadlines.isOverdue());
  }

  /// A message of which some bytes come every some seconds.
  ///
  /// @return how many seconds it took until the peer was late
  private int trickle(int every, int bytes, int secondsMax) {
    int seconds = 0;
    while (seconds < secondsMax) {
      deadlines.awaitBlock();
      if (deadlines.beginRead(true) == 0) {
        return seconds;
      }
      pass(every);
      seconds += every;
      deadlines.endRead(bytes);
    }
    return seconds;
  }

  private void pass(int seconds) {
    now.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }
}
