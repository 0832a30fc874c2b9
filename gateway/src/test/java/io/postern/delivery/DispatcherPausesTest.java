package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.journal.Status;
import io.postern.queue.Pause;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Endpoints that are paused, by whomever.
final class DispatcherPausesTest extends DispatcherCase {
  @Test
  void anEndpointThatOnlyFailsIsPausedAndProbedByTheHourUntilItWorks() throws Exception {
    book = Optional.of(book("interval: 10m, period: 1d, pause-after: 1h", true));
    put();
    put();
    courier.always = new Outcome.Deferred(503, "HTTP 503", "", null);
    for (int minute = 0; told.isEmpty(); minute++) {
      assertTrue(minute < 80, "never paused");
      crank();
      clock.tick(Duration.ofMinutes(1));
    }
    assertEquals(List.of("paused desk FAILING: nothing but failures for 1 h"), told);
    courier.calls.clear();
    for (int minute = 1; minute <= 3 * 60; minute++) {
      crank();
      clock.tick(Duration.ofMinutes(1));
    }
    List<String> probed = courier.calls.stream().map(Courier.Post::delivery).toList();
    assertTrue(probed.size() == 3 || probed.size() == 2, "probed " + probed);
    assertEquals(2, Set.copyOf(probed).size(), "one delivery keeps the others from being tried");
    assertTrue(!has(Status.FAILED));
    courier.always = new Outcome.Accepted(200);
    for (int minute = 0; rows(Status.SUCCEEDED).size() < 2; minute++) {
      assertTrue(minute < 121, "never resumed");
      crank();
      clock.tick(Duration.ofMinutes(1));
    }
    assertEquals("resumed desk", told.getLast());
    assertEquals(List.of(), store.pauses());
  }

  @Test
  void aMailThatAnEndpointCannotDigestKeepsNoLaterOneFromBeingProbed() throws Exception {
    put();
    store.pause(new Pause("desk", clock.instant(), Pause.Cause.FAILING, "failing"));
    dispatcher.wake();
    courier.always = new Outcome.Deferred(500, "HTTP 500", "", null);
    assertEquals(1, crank());
    clock.tick(Duration.ofMinutes(30));
    put();
    assertEquals(0, crank());
    courier.calls.clear();
    clock.tick(Duration.ofMinutes(30));
    assertEquals(1, crank());
    assertTrue(courier.calls.element().delivery().startsWith("mail0000000000000000000001"));
  }

  @Test
  void aPauseByAPersonWaitsForAPerson() throws Exception {
    put();
    store.pause(new Pause("desk", clock.instant(), Pause.Cause.FAILING, "failing"));
    store.pause(new Pause("desk", clock.instant(), "by hand"));
    dispatcher.wake();
    for (int minute = 0; minute < 3 * 60; minute++) {
      assertEquals(0, crank());
      clock.tick(Duration.ofMinutes(1));
    }
    assertEquals(List.of(), told);
  }

  @Test
  void aPauseOfAFailingEndpointOutlivesARestartAndIsProbedAtOnce() throws Exception {
    put();
    put();
    store.pause(new Pause("desk", clock.instant(), Pause.Cause.FAILING, "failing"));
    Dispatcher restarted = dispatcher(new Settings(false, Set.of(400), 64, 32, 4, true, PATIENCE));
    assertEquals(1, restarted.runOnce());
    until(() -> restarted.inFlight() == 0);
    assertEquals(List.of("resumed desk"), told);
  }

  @Test
  void anAttemptIsCountedOnceThoughWhatFollowsItBreaks() throws Exception {
    put();
    store.pause(new Pause("desk", clock.instant(), Pause.Cause.FAILING, "failing"));
    dispatcher.wake();
    isFrail = true;
    assertEquals(1, crank());
    assertEquals(List.of("resumed desk"), told);
    assertEquals(
        Map.of(new Activity.End("succeeded", "2xx"), 1L),
        dispatcher.activity().made().get("desk").ends());
  }

  @Test
  void aGoneEndpointIsPausedAndSomebodyIsTold() throws Exception {
    put();
    courier.always = new Outcome.Gone("HTTP 410", "");
    crank();
    assertEquals(List.of("paused desk GONE: the endpoint answered 410 Gone"), told);
    clock.tick(Duration.ofHours(2));
    assertEquals(0, crank());
  }

  @Test
  void anEndpointThatIsResumedTooEarlyIsStillProbedOneByOne() throws Exception {
    book = Optional.of(book("interval: 10s, period: 1d, pause-after: 1h", true));
    put();
    courier.always = new Outcome.Deferred(502, "HTTP 502", "", null);
    while (told.isEmpty()) {
      crank();
      clock.tick(Duration.ofMinutes(1));
    }
    for (int i = 0; i < 10; i++) {
      put();
    }
    assertTrue(store.resume("desk"));
    dispatcher.wake();
    assertEquals(1, crank(), "the person who resumed it waits for a probe");
    assertEquals(0, crank(), "the next probe does not wait");
    clock.tick(Duration.ofSeconds(1));
    assertEquals(1, crank());
    clock.tick(Duration.ofSeconds(1));
    assertEquals(0, crank(), "the third does not wait twice as long");
  }

  @Test
  void aPausedEndpointThatRefusesItsProbesLosesOneMailAnHourAndNotAll() throws Exception {
    for (int i = 0; i < 5; i++) {
      put();
    }
    store.pause(new Pause("desk", clock.instant(), Pause.Cause.FAILING, "failing"));
    dispatcher.wake();
    courier.always = new Outcome.Refused(400, "HTTP 400", "");
    assertEquals(1, crank());
    for (int minute = 0; minute < 59; minute++) {
      assertEquals(0, crank(), "tried again in minute " + minute);
      clock.tick(Duration.ofMinutes(1));
    }
    clock.tick(Duration.ofMinutes(1));
    assertEquals(1, crank());
    assertEquals(2, rows(Status.FAILED).size());
    assertEquals(1, store.pauses().size());
  }

  @Test
  void aSuccessThatComesLateEndsThePauseThatCameFirst() throws Exception {
    put();
    put();
    put();
    courier.hold = true;
    assertEquals(3, dispatcher.runOnce());
    until(() -> courier.calls.size() == 3);
    store.pause(new Pause("desk", clock.instant(), Pause.Cause.FAILING, "failing"));
    dispatcher.wake();
    assertEquals(0, dispatcher.runOnce());
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
    assertEquals(List.of(), store.pauses());
    assertEquals(List.of("resumed desk"), told);
    put();
    assertEquals(1, crank());
    assertEquals(4, rows(Status.SUCCEEDED).size());
  }

  @Test
  void aSuccessOfAProbeLeavesThePauseThatAPersonMadeMeanwhile() throws Exception {
    put();
    store.pause(new Pause("desk", clock.instant(), Pause.Cause.FAILING, "failing"));
    dispatcher.wake();
    courier.hold = true;
    assertEquals(1, dispatcher.runOnce());
    until(() -> !courier.calls.isEmpty());
    store.pause(new Pause("desk", clock.instant(), "by hand"));
    courier.release();
    until(() -> dispatcher.inFlight() == 0);
    assertEquals(Pause.Cause.PERSON, store.pauses().getFirst().cause());
    assertEquals(List.of(), told);
    put();
    assertEquals(0, crank());
  }
}
