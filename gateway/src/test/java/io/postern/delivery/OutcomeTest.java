package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OutcomeTest {
  private static final Outcome.Deferred BUSY =
      new Outcome.Deferred(503, "HTTP 503", "busy", Duration.ofSeconds(9));

  @Test
  void whatTheBackupTakesIsTaken() {
    assertEquals(new Outcome.Accepted(204, true), BUSY.orBackup(new Outcome.Accepted(204)));
  }

  @Test
  void whatNeitherTakesIsDeferredAsTheUrlSaidWithTheWordsOfBoth() {
    assertEquals(
        new Outcome.Deferred(
            503, "HTTP 503; backup: HTTP 410", "busy; backup: moved", Duration.ofSeconds(9)),
        BUSY.orBackup(new Outcome.Gone("HTTP 410", "moved")));
    assertEquals(
        "HTTP 503; backup: no key: busy", BUSY.orBackup(new Outcome.NotMade("no key")).text());
    assertEquals(
        new Outcome.Deferred(0, "time-out; backup: HTTP 422", "backup: no", null),
        new Outcome.Deferred(0, "time-out", "", null)
            .orBackup(new Outcome.Refused(422, "HTTP 422", "no")));
  }

  @Test
  void whatWasTakenHasNoReason() {
    assertEquals("", new Outcome.Accepted(200).text());
  }
}
