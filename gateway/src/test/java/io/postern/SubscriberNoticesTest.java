package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Cursor;
import io.postern.queue.Cursors;
import io.postern.queue.Pause;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// What a whole gateway tells people by mail of those it tells of events.
final class SubscriberNoticesTest extends NoticesCase {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /// Starts with one who answers so, and waits until it has.
  private void startWith(int answer) throws Exception {
    sink.alwaysAt("/feed", SinkAnswer.status(answer));
    gateway
        .subscriber(
            "ops-feed",
            sink.url("/feed"),
            "statuses: [succeeded]",
            "validate: false",
            "retry: { interval: 10s, period: 1d, pause-after: 2h }")
        .start();
    gateway.deliver(Mails.plain(), "shop@in.example.com");
    gateway.await(Status.SUCCEEDED);
    // The cursor is saved with what came of the post.
    await("it is told of the mail", cursor -> cursor.standing().attempts() > 0);
  }

  private Cursors cursors() {
    return (Cursors) gateway.gateway().queue();
  }

  private List<Pause> pauses() {
    try {
      return cursors().pausedSubscribers();
    } catch (StoreUnavailable e) {
      throw new AssertionError(e);
    }
  }

  private void await(String what, Predicate<Cursor> state) {
    TestGateway.until(
        what,
        () -> {
          gateway.tick(Duration.ofSeconds(1));
          try {
            return state.test(cursors().cursors().getFirst());
          } catch (StoreUnavailable e) {
            throw new AssertionError(e);
          }
        });
  }

  /// Lets the clock run, and waits until it was tried once more, and what came of it is noted.
  private void triedAfter(Duration time) throws Exception {
    int before = cursors().cursors().getFirst().standing().attempts();
    gateway.clock.tick(time);
    await("it is tried again", cursor -> cursor.standing().attempts() > before);
  }

  @Test
  void oneThatFailsForAnHourIsToldAndThatItWorksAgain() throws Exception {
    startWith(503);
    triedAfter(MINUTE.multipliedBy(29));
    triedAfter(MINUTE.multipliedBy(29));
    assertFalse(gateway.gateway().tell(), "not yet an hour");
    triedAfter(MINUTE.multipliedBy(2));
    await(1, "subscriber ops-feed has been failing for an hour");
    String text = office.last().text();
    assertTrue(text.contains("since   2026-01-02T03:0"), text);
    assertTrue(text.contains("what    nothing but failures for 1 h 0 min\n"), text);
    sink.alwaysAt("/feed", SinkAnswer.status(200));
    gateway.clock.tick(MINUTE);
    await("it has taken it", cursor -> cursor.standing().attempts() == 0);
    assertFalse(gateway.gateway().tell(), "less than an hour later");
    gateway.clock.tick(HOUR);
    await(2, "all clear: subscriber ops-feed no longer counts as failing");
  }

  @Test
  void oneThatIsPausedForItsFailuresIsToldAndThatItTakesEventsAgain() throws Exception {
    startWith(503);
    triedAfter(HOUR);
    await(1, "subscriber ops-feed has been failing for an hour");
    triedAfter(HOUR);
    await(2, "subscriber ops-feed is paused");
    String text = office.last().text();
    assertTrue(text.contains("what    nothing but failures for 2 h\n"), text);
    assertTrue(text.contains("it is tried hourly, and resumes by itself"), text);
    // Nothing is said of its failures while it is paused, neither that they go on nor their end.
    triedAfter(HOUR);
    assertFalse(gateway.gateway().tell());
    sink.alwaysAt("/feed", SinkAnswer.status(200));
    gateway.clock.tick(HOUR);
    await("it is resumed", _ -> pauses().isEmpty());
    gateway.clock.tick(HOUR);
    await(3, "all clear: subscriber ops-feed is no longer paused by the gateway (and 1 more)");
    text = office.last().text();
    assertTrue(text.contains("* Subscriber ops-feed no longer counts as failing\n"), text);
  }

  @Test
  void oneThatIsGoneIsToldAndThatAPersonResumedIt() throws Exception {
    startWith(410);
    await(1, "subscriber ops-feed is paused");
    String text = office.last().text();
    assertTrue(text.contains("what    the endpoint answered 410 Gone\n"), text);
    sink.alwaysAt("/feed", SinkAnswer.status(200));
    assertTrue(cursors().resumeSubscriber("ops-feed"));
    await("it has taken it", cursor -> cursor.standing().attempts() == 0);
    gateway.clock.tick(HOUR);
    await(2, "all clear: subscriber ops-feed is no longer paused by the gateway");
  }

  @Test
  void whileAPersonHasPausedItNothingIsSaid() throws Exception {
    startWith(503);
    triedAfter(HOUR);
    await(1, "subscriber ops-feed has been failing for an hour");
    cursors().pauseSubscriber(new Pause("ops-feed", gateway.clock.instant(), "by hand"));
    assertFalse(hourLater(), "it works no better than before");
    gateway.clock.tick(Duration.ofDays(1));
    assertFalse(hourLater(), "nor is it tried, as the notice would say");
    assertTrue(cursors().resumeSubscriber("ops-feed"));
    await("it is tried again", cursor -> !Duration.ZERO.equals(cursor.standing().failing()));
    assertEquals(1, office.taken().size());
  }

  @Test
  void whatAPausedOneLosesIsTold() throws Exception {
    startWith(410);
    await(1, "subscriber ops-feed is paused");
    // What is held is kept for as long as the log is: 90 days.
    TestGateway.until(
        "what was skipped is told",
        () -> {
          gateway.tick(Duration.ofDays(30));
          gateway.gateway().tell();
          return office.subjects().stream().anyMatch(it -> it.contains("were skipped"));
        });
    expectLast("events for subscriber ops-feed were skipped (and 1 more)");
    String text = office.last().text();
    assertTrue(text.contains("held, and older than 90 d"), text);
    assertTrue(text.contains("    skipped 1\n"), text);
    assertTrue(text.contains("still   told before"), text);
  }

  @Test
  void whatIsTooOldForOneThatFailsIsToldOnce() throws Exception {
    sink.alwaysAt("/feed", SinkAnswer.status(503));
    gateway
        .subscriber(
            "ops-feed",
            sink.url("/feed"),
            "statuses: [succeeded]",
            "validate: false",
            "retry: { interval: 10s, period: 1d, pause-after: 1d }")
        .start();
    gateway.deliver(Mails.plain(), "shop@in.example.com");
    gateway.await(Status.SUCCEEDED);
    await("it is told of the mail", cursor -> cursor.standing().attempts() > 0);
    for (int hour = 0; hour < 24; hour++) {
      triedAfter(HOUR);
    }
    await("it is given up", cursor -> cursor.missed().events() == 1);
    await(1, "events for subscriber ops-feed were skipped (and 1 more)");
    String text = office.last().text();
    assertTrue(text.contains("what    1 event skipped: older than 1 d; last: HTTP 503"), text);
    assertTrue(text.contains("* Subscriber ops-feed has been failing for an hour\n"), text);
    sink.alwaysAt("/feed", SinkAnswer.status(200));
    gateway.deliver(Mails.plain(), "shop@in.example.com");
    await("it has taken the next", cursor -> cursor.standing().attempts() == 0);
    gateway.clock.tick(HOUR);
    // What was skipped has no end.
    await(2, "all clear: subscriber ops-feed no longer counts as failing");
    assertEquals(
        List.of(),
        office.subjects().stream().filter(it -> it.contains("all clear: events")).toList());
  }

  @Test
  void brokenFilesAreToldAndTheirEnd() throws Exception {
    gateway.subscriber("ops-feed", sink.url("/feed")).start();
    gateway.subscriber("ops-feed", sink.url("/feed"), "nonsense: 1").gateway().reload();
    await(1, "the subscriber files can't be used");
    assertTrue(office.last().text().contains("unknown key \"nonsense\""), office.last().text());
    gateway.subscriber("ops-feed", sink.url("/feed")).gateway().reload();
    gateway.clock.tick(HOUR);
    await(2, "all clear: the subscriber files are in force again");
  }
}
