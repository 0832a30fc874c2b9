package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.queue.Choice;
import io.postern.rules.Book;
import io.postern.store.sqlite.SqliteReader;
import io.postern.webhook.Endpoint;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What is claimed, when, and what becomes of it.
final class DispatcherTest extends DispatcherCase {
  @Test
  void theLastAttemptIsOneMadeAfterThePeriodEnded() throws Exception {
    put();
    courier.always = new Outcome.Deferred(503, "HTTP 503", "", null);
    int attempts = 0;
    Duration waited = Duration.ZERO;
    while (!has(Status.FAILED)) {
      attempts += crank();
      clock.tick(Duration.ofMinutes(1));
      waited = waited.plusMinutes(1);
      assertTrue(waited.compareTo(Duration.ofHours(25)) < 0, "it is tried for ever");
    }
    assertTrue(waited.compareTo(Duration.ofDays(1)) > 0, "given up after " + waited);
    assertTrue(attempts >= 24 * 60, "only " + attempts + " attempts");
    Row failed = rows(Status.FAILED).getFirst();
    assertEquals("given up after 1 d; last: HTTP 503", failed.reason());
    assertEquals(1, rows(Status.DEFERRED).size(), "one row while the reason stays");
    assertEquals(0, store.ledger().unaccounted());
  }

  @Test
  void timeInWhichARuleWasHeldDoesNotCount() throws Exception {
    put();
    courier.always = new Outcome.Deferred(503, "HTTP 503", "", null);
    crank();
    Optional<Book> enabled = book;
    book = Optional.of(book("interval: 10s, period: 1d, pause-after: 1d", false));
    for (int minute = 0; minute < 2 * 24 * 60; minute++) {
      clock.tick(Duration.ofMinutes(1));
      crank();
    }
    book = enabled;
    clock.tick(Duration.ofMinutes(1));
    assertEquals(1, crank());
    assertTrue(!has(Status.FAILED));
  }

  @Test
  void aDelayThatTheEndpointAsksForIsObeyedUpToAnHour() throws Exception {
    put();
    courier.always = new Outcome.Deferred(429, "HTTP 429", "", Duration.ofMinutes(30));
    crank();
    clock.tick(Duration.ofMinutes(29));
    assertEquals(0, crank());
    clock.tick(Duration.ofMinutes(1));
    courier.always = new Outcome.Deferred(429, "HTTP 429", "", Duration.ofDays(3));
    assertEquals(1, crank());
    clock.tick(Duration.ofMinutes(61));
    assertEquals(1, crank());
  }

  @Test
  void oneEndpointGetsNoMoreCallsAtOnceThanItsShare() throws Exception {
    for (int i = 0; i < 10; i++) {
      put();
    }
    courier.hold = true;
    assertEquals(4, dispatcher.runOnce());
    assertEquals(0, dispatcher.runOnce());
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
    assertEquals(4, crank());
  }

  @Test
  void endpointsThatHangLeaveRoomForOneThatDoesNot() throws Exception {
    for (int i = 0; i < 14; i++) {
      rule("hanging" + i, "", "interval: 10s", true);
    }
    book = Optional.of(book("interval: 10s", true));
    dispatcher.close();
    dispatcher = dispatcher(new Settings(false, Set.of(400), 64, 64, 16, true, PATIENCE));
    for (int i = 0; i < 14 * 6; i++) {
      put("hanging" + i % 14);
    }
    courier.hold = true;
    int started = -1;
    while (dispatcher.inFlight() > started) {
      started = dispatcher.inFlight();
      dispatcher.runOnce();
    }
    assertTrue(started >= 40 && started <= 48, "in flight " + started);
    put("desk");
    assertEquals(1, dispatcher.runOnce(), "nothing is left for the healthy one");
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
  }

  @Test
  void aDeadEndpointGetsOneProbeAtATimeAndThenMoreAndMore() throws Exception {
    for (int i = 0; i < 30; i++) {
      put();
    }
    courier.always = new Outcome.Deferred(502, "HTTP 502", "", null);
    assertEquals(4, crank());
    assertEquals(0, crank(), "called again at once");
    clock.tick(Duration.ofSeconds(1));
    assertEquals(1, crank());
    clock.tick(Duration.ofSeconds(1));
    assertEquals(0, crank(), "the second probe waits twice as long");
    clock.tick(Duration.ofSeconds(1));
    courier.always = new Outcome.Accepted(200);
    List<Integer> started = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      started.add(crank());
    }
    assertEquals(List.of(1, 1, 2, 4, 4), started);
  }

  @Test
  void probesOfDeadEndpointsHoldAQuarterOfTheSlotsAtMost() throws Exception {
    for (int i = 0; i < 6; i++) {
      rule("dead" + i, "", "interval: 10s", true);
    }
    book = Optional.of(book("interval: 10s", true));
    dispatcher.close();
    dispatcher = dispatcher(new Settings(false, Set.of(400), 8, 8, 8, true, PATIENCE));
    for (int i = 0; i < 6 * 6; i++) {
      put("dead" + i % 6);
    }
    courier.always = new Outcome.Deferred(502, "HTTP 502", "", null);
    while (crank() > 0) {
      // Until all are dead.
    }
    clock.tick(Duration.ofSeconds(2));
    courier.hold = true;
    assertEquals(2, dispatcher.runOnce());
    put();
    assertEquals(1, dispatcher.runOnce());
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
  }

  @Test
  void aRuleIsCalledNoFasterThanItsRate() throws Exception {
    rule("desk", "rate: 30/m", "interval: 10s", true);
    book = Optional.of(book());
    for (int i = 0; i < 5; i++) {
      put();
    }
    assertEquals(1, crank());
    clock.tick(Duration.ofMillis(1_999));
    assertEquals(0, crank());
    clock.tick(Duration.ofMillis(1));
    assertEquals(1, crank());
  }

  @Test
  void aRuleSaysItselfHowManyCallsAtOnce() throws Exception {
    rule("desk", "concurrency: 2", "interval: 10s", true);
    book = Optional.of(book());
    for (int i = 0; i < 5; i++) {
      put();
    }
    assertEquals(2, crank());
    assertEquals(2, crank());
  }

  @Test
  void anEndpointThatAsksForARestGetsItForAllItsMail() throws Exception {
    put();
    courier.always = new Outcome.Deferred(429, "HTTP 429", "", Duration.ofSeconds(7));
    assertEquals(1, crank());
    put();
    assertEquals(0, crank());
    clock.tick(Duration.ofSeconds(7));
    assertEquals(1, crank());
  }

  @Test
  void aFaultOfOursIsDeferredAndNotTheEndOfTheDispatcher() throws Exception {
    put();
    courier.broken = true;
    crank();
    assertEquals(
        "internal error: IllegalStateException", rows(Status.DEFERRED).getFirst().reason());
    courier.broken = false;
    clock.tick(Duration.ofSeconds(12));
    crank();
    assertTrue(has(Status.SUCCEEDED));
  }

  @Test
  void aFaultOfOursNeverFailsAMailHoweverOldItIs() throws Exception {
    put();
    courier.always = new Outcome.NotMade("secret unreadable: gone");
    for (int minute = 0; minute < 25 * 60; minute++) {
      crank();
      clock.tick(Duration.ofMinutes(1));
    }
    assertTrue(!has(Status.FAILED), "failed though the endpoint was never asked");
    assertEquals(1, rows(Status.DEFERRED).size());
    courier.always = new Outcome.Accepted(200);
    assertEquals(1, crank());
    assertTrue(has(Status.SUCCEEDED));
  }

  @Test
  void anAttemptThatOurStopCutOffCostsNoWaitAndIsNoDeferral() throws Exception {
    put();
    courier.always = new Outcome.NotMade("the gateway stopped during the call", true);
    assertEquals(1, crank());
    assertTrue(!has(Status.DEFERRED));
    courier.always = new Outcome.Accepted(200);
    crank();
    assertTrue(has(Status.SUCCEEDED), "the next process need not wait");
  }

  @Test
  void theLogHasOneRowWhileOnlyTheDetailOfAnAnswerChanges() throws Exception {
    put();
    for (int i = 0; i < 3; i++) {
      courier.always = new Outcome.Deferred(500, "HTTP 500", "request " + i, null);
      assertEquals(1, crank());
      clock.tick(Duration.ofSeconds(12));
    }
    courier.always = new Outcome.Deferred(502, "HTTP 502", "", null);
    assertEquals(1, crank());
    assertEquals(
        List.of("HTTP 500: request 0", "HTTP 502"),
        rows(Status.DEFERRED).stream().map(Row::reason).toList());
    assertEquals(4, store.story("mail0000000000000000000000").orElseThrow().attempts().size());
  }

  @Test
  void aDeliveryIsAttemptedOnceAtATimeThoughItsLeaseEnds() throws Exception {
    put();
    courier.hold = true;
    assertEquals(1, dispatcher.runOnce());
    courier.calls.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    clock.tick(Duration.ofMinutes(10));
    assertEquals(0, dispatcher.runOnce(), "a second attempt beside the first");
    assertEquals(1, dispatcher.inFlight());
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
    assertTrue(has(Status.SUCCEEDED), "the outcome of the first attempt was thrown away");
    assertEquals(0, courier.calls.size());
    assertEquals(0, crank());
  }

  @Test
  void anAttemptThatDiesLeavesItsDeliveryToItsLease() throws Exception {
    put();
    courier.dying = true;
    assertEquals(1, crank());
    assertEquals(
        Map.of(new Activity.End("not-made", "none"), 1L),
        dispatcher.activity().made().get("desk").ends());
    courier.dying = false;
    clock.tick(Duration.ofMinutes(5));
    assertEquals(1, crank());
    assertTrue(has(Status.SUCCEEDED));
  }

  @Test
  void theAttemptIsOnDiskBeforeItIsMade() throws Exception {
    put();
    courier.hold = true;
    dispatcher.runOnce();
    courier.calls.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    try (SqliteReader view =
        SqliteReader.open(
            io.postern.store.sqlite.Settings.of(folder.resolve("data/postern.db"), 0))) {
      String facts = view.story("mail0000000000000000000000").orElseThrow().facts().toString();
      assertTrue(facts.contains("attempts 1"), facts);
    }
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
  }

  @Test
  void pausedDeliveryClaimsNothing() throws Exception {
    put();
    Dispatcher paused = dispatcher(new Settings(true, Set.of(), 64, 32, 4, true, PATIENCE));
    assertEquals(0, paused.runOnce());
    assertEquals(1, store.ledger().waiting());
  }

  @Test
  void aDeliveryThatIsMovedDuringACallIsNotSettledByIt() throws Exception {
    rule("other", "", "interval: 10s", true);
    book = Optional.of(book("interval: 10s", true));
    put();
    courier.hold = true;
    assertEquals(1, dispatcher.runOnce());
    assertEquals(
        "desk",
        ((Endpoint) courier.calls.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS).target()).rule());
    Choice all = Choice.of("mail%022d".formatted(0));
    assertEquals(1, store.drop(all));
    assertEquals(1, store.replay(all, "other"));
    assertEquals(0, dispatcher.runOnce(), "a second attempt beside the first");
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
    assertTrue(!has(Status.SUCCEEDED), "the other endpoint was never asked");
    assertEquals(1, crank());
    assertEquals("other", ((Endpoint) courier.calls.remove().target()).rule());
    assertEquals("other", rows(Status.SUCCEEDED).getFirst().step().rule());
    assertEquals(0, store.ledger().unaccounted());
  }

  @Test
  void aSecretThatCannotBeReadIsNotTriedForEveryMailThatWaits() throws Exception {
    for (int i = 0; i < 30; i++) {
      put();
    }
    courier.always = new Outcome.NotMade("secret unreadable: gone");
    int made = 0;
    for (int i = 0; i < 10; i++) {
      made += crank();
    }
    assertEquals(4, made);
    courier.always = new Outcome.Accepted(200);
    clock.tick(Duration.ofSeconds(1));
    assertEquals(1, crank());
    assertEquals(1, crank());
    assertEquals(2, crank());
  }

  @Test
  void everyDeadEndpointIsProbedInItsTurn() throws Exception {
    for (int i = 0; i < 12; i++) {
      rule("dead" + i, "", "interval: 10m", true);
    }
    book = Optional.of(book("interval: 10m", true));
    dispatcher.close();
    dispatcher = dispatcher(new Settings(false, Set.of(400), 16, 16, 8, true, PATIENCE));
    for (int i = 0; i < 12 * 4; i++) {
      put("dead" + i % 12);
    }
    courier.always = new Outcome.Deferred(502, "HTTP 502", "", null);
    while (crank() > 0) {
      // Until all are dead, and what waits for them is due in ten minutes.
    }
    courier.always = new Outcome.Accepted(200);
    clock.tick(Duration.ofMinutes(1));
    for (int dead = 0; dead < 12; dead++) {
      put("dead" + dead);
      int looks = 0;
      while (crank() == 0) {
        assertTrue(++looks < 4, "dead" + dead + " waits for others that have nothing due");
      }
    }
  }

  @Test
  void callsOfABackupUrlAreCallsToItsHost() throws Exception {
    rule("desk", "backup-url: 'https://standby.example.com/'", "interval: 10s", true);
    book = Optional.of(book());
    dispatcher.close();
    dispatcher = dispatcher(new Settings(false, Set.of(400), 16, 3, 4, true, PATIENCE));
    for (int i = 0; i < 3; i++) {
      put();
    }
    courier.failing = "app.example.com";
    courier.hold = true;
    assertEquals(3, dispatcher.runOnce());
    for (int i = 0; i < 6; i++) {
      assertTrue(courier.calls.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS) != null);
    }
    rule("standby", "", "interval: 10s", true);
    Files.writeString(
        folder.resolve("rules/standby.yaml"),
        Files.readString(folder.resolve("rules/standby.yaml")).replace("app.", "standby."));
    book = Optional.of(book());
    put("standby");
    assertEquals(0, dispatcher.runOnce(), "a fourth call to the host");
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
    assertEquals(1, crank());
    assertEquals(4, rows(Status.SUCCEEDED).size());
  }
}
