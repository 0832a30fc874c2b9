package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Outcome;
import io.postern.journal.Posting;
import io.postern.journal.Status;
import io.postern.queue.Cursor;
import io.postern.queue.Pause;
import io.postern.queue.Pause.Cause;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What one subscriber is told, turn by turn, with a real store, a scripted courier, and a clock
/// that the test turns.
final class TellingTest extends TellingCase {

  @Test
  void waitsForTheIntervalAndPostsWhatCameInItTogether() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(3);
    stage.turn();
    assertEquals(0, stage.posts().size());
    stage.clock().tick(INTERVAL.minusMillis(1));
    stage.turn();
    assertEquals(0, stage.posts().size());
    stage.clock().tick(Duration.ofMillis(1));
    stage.turnToRest();
    assertEquals(List.of(List.of("m0-1", "m1-1", "m2-1")), stage.deliveries());
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(1, stage.posts().size(), "nothing new came");
  }

  @Test
  void doesNotWaitWhenABatchIsFull() throws Exception {
    stage.subscriber("validate: false", "batch: { interval: 600s, max: 100 }");
    stage.mails(250);
    stage.turnToRest();
    assertEquals(List.of(100, 100), stage.posts().stream().map(it -> it.events().size()).toList());
    assertEquals(stage.ids(0, 200), stage.told());
    stage.clock().tick(Duration.ofMinutes(10));
    stage.turnToRest();
    assertEquals(stage.ids(0, 250), stage.told());
  }

  @Test
  void theSameEventsComeUnderTheSameIdAfterARestartInTheMiddle() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(3);
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    stage.mails(2);
    stage.restart();
    stage.turnToRest();
    assertEquals(1, stage.posts().size(), "the interval of retries is not over");
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(3, stage.posts().size());
    assertEquals(stage.posts().get(0).id(), stage.posts().get(1).id());
    assertEquals(stage.deliveries().get(0), stage.deliveries().get(1));
    assertEquals(2, stage.posts().get(1).attempt());
    assertNotEquals(stage.posts().get(1).id(), stage.posts().get(2).id());
    assertEquals(2, stage.posts().get(2).events().size());
  }

  @Test
  void aBatchIsOnDiskBeforeItsFirstPostIsMade() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(2);
    stage.clock().tick(INTERVAL);
    List<String> noted = new ArrayList<>();
    stage.whilePosting(
        () -> {
          Posting posting = stage.postings().getFirst();
          Cursor cursor = stage.store().cursors().getFirst();
          noted.add(posting.id() + " " + posting.status().word() + " " + cursor.batch().last());
        });
    stage.turnToRest();
    assertEquals(List.of(stage.posts().getFirst().id() + " queued 2"), noted);
  }

  @Test
  void aRestartForgetsNothingThatWasTaken() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(3);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    stage.restart();
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(1, stage.posts().size());
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(stage.ids(0, 4), stage.told());
  }

  @Test
  void oneEventAPostGoesOnBehindTheOneThatFailed() throws Exception {
    stage.subscriber("validate: false", "format: bik");
    stage.mails(5);
    stage.clock().tick(INTERVAL);
    stage.answer(GOOD, GOOD, DOWN);
    stage.turnToRest();
    assertEquals(3, stage.posts().size());
    stage.restart();
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(
        List.of("m0-1", "m1-1", "m2-1", "m2-1", "m3-1", "m4-1"), stage.told(), "one by one");
    List<String> ids = stage.posts().stream().map(TellingStage.Posted::id).toList();
    assertEquals(ids.get(2), ids.get(3));
    assertEquals(5, ids.stream().distinct().count());
    assertEquals(
        List.of("1 deliveries"),
        stage.postings().stream().map(Posting::events).distinct().toList());
    assertTrue(stage.postings().stream().allMatch(it -> it.status() == Status.SUCCEEDED));
  }

  @Test
  void splitByAccountKeepsTheOrderOfEachDelivery() throws Exception {
    stage.rule("acme", "acme/one").rule("globex", "globex/two");
    stage.subscriber("validate: false", "batch: { split: account }");
    stage.put("m0", "acme");
    stage.put("m1", "globex");
    stage.put("m2", "acme");
    stage.succeed("acme");
    stage.put("m3", "stray");
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(
        List.of(List.of("m3-1"), List.of("m0-1", "m2-1", "m0-1", "m2-1"), List.of("m1-1")),
        stage.deliveries());
    List<String> acme = stage.posts().get(1).statuses();
    assertEquals(List.of("queued", "queued", "succeeded", "succeeded"), acme);
    assertEquals(
        List.of("", "acme", "globex"),
        stage.posts().stream().map(TellingStage.Posted::account).toList());
  }

  @Test
  void anAccountOrARuleOrAStatusCanBeChosen() throws Exception {
    stage.rule("acme", "acme/one").rule("globex", "globex/two");
    stage.subscriber("validate: false", "accounts: [globex]", "statuses: [succeeded]");
    stage.put("m0", "acme");
    stage.put("m1", "globex");
    stage.succeed("acme");
    stage.succeed("globex");
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(List.of("m1-1"), stage.told());
    assertEquals(List.of("succeeded"), stage.posts().getFirst().statuses());
    assertEquals(stage.store().newest(), stage.telling().cursor().position(), "all passed over");
  }

  @Test
  void realEventsWaitForATestEventToBeTaken() throws Exception {
    stage.subscriber();
    stage.mails(2);
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    assertEquals(List.of(), stage.told());
    assertTrue(stage.posts().getFirst().events().getFirst().isTest());
    assertEquals("", stage.telling().cursor().verified());
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(List.of("m0-1", "m1-1"), stage.told(), "nothing was lost");
    String verified = stage.telling().cursor().verified();
    stage.restart();
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(4, stage.posts().size(), "it is verified for good");
    stage.url("https://other.example.com/events");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertTrue(stage.posts().get(4).events().getFirst().isTest(), "another URL is tried first");
    assertEquals(stage.ids(0, 4), stage.told());
    assertNotEquals(verified, stage.telling().cursor().verified());
  }

  @Test
  void aScheduleIsFollowedAndItsLastWaitRepeatedUntilThePeriodEnds() throws Exception {
    stage.subscriber(
        "validate: false", "retry: { schedule: [1h, 6h, 24h], period: 4d, pause-after: 4d }");
    stage.mails(3);
    stage.clock().tick(INTERVAL);
    Instant start = stage.clock().instant();
    stage.always(DOWN);
    List<Long> hours = new ArrayList<>();
    for (int hour = 0; hour < 140 && stage.notices().skipped() == 0; hour++) {
      int before = stage.posts().size();
      stage.turnToRest();
      if (stage.posts().size() > before) {
        hours.add(Duration.between(start, stage.clock().instant()).toHours());
      }
      stage.clock().tick(Duration.ofHours(1));
    }
    // Up to a tenth is added, and the test looks once an hour.
    assertEquals(List.of(0L, 2L, 9L, 34L, 59L, 84L, 109L), near(hours, 0, 2, 9, 34, 59, 84, 109));
    assertEquals(3, stage.notices().skipped());
    Posting skip = stage.postings().getFirst();
    assertEquals(Status.FAILED, skip.status());
    assertEquals("3 events skipped: older than 4 d; last: HTTP 503", skip.trial().reason());
    assertEquals(
        "given up: older than 4 d; last: HTTP 503", stage.postings().get(1).trial().reason());
    stage.always(GOOD);
    stage.mails(1);
    stage.clock().tick(Duration.ofHours(30));
    stage.turnToRest();
    assertEquals("m3-1", stage.told().getLast());
    assertFalse(stage.posts().getLast().id().equals(stage.posts().getFirst().id()));
  }

  private static List<Long> near(List<Long> hours, long... expected) {
    List<Long> near = new ArrayList<>();
    for (int i = 0; i < hours.size(); i++) {
      long hour = hours.get(i);
      near.add(i < expected.length && Math.abs(expected[i] - hour) <= 6 ? expected[i] : hour);
    }
    return near;
  }

  @Test
  void onlyWhatIsTooOldIsGivenUp() throws Exception {
    stage.subscriber("validate: false", "retry: { interval: 10m, period: 1d, pause-after: 1d }");
    stage.always(DOWN);
    stage.mails(2);
    stage.clock().tick(INTERVAL);
    for (int i = 0; i < 26 && stage.notices().skipped() == 0; i++) {
      stage.turnToRest();
      if (i == 20) {
        stage.mails(3);
      }
      stage.clock().tick(Duration.ofHours(1));
    }
    assertEquals(2, stage.notices().skipped());
    stage.always(GOOD);
    stage.clock().tick(Duration.ofHours(1));
    stage.turnToRest();
    assertEquals(List.of("m2-1", "m3-1", "m4-1"), stage.posts().getLast().deliveries());
  }

  @Test
  void timeInWhichNobodyCouldBeToldDoesNotCount() throws Exception {
    stage.subscriber("validate: false", "retry: { interval: 10m, period: 1d, pause-after: 1d }");
    stage.always(DOWN);
    stage.mails(2);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand"));
    for (int i = 0; i < 50; i++) {
      stage.clock().tick(Duration.ofHours(1));
      stage.turnToRest();
    }
    assertEquals(1, stage.posts().size());
    stage.store().resumeSubscriber("ops");
    stage.telling().resumed();
    stage.turnToRest();
    stage.restart(() -> stage.clock().tick(Duration.ofDays(3)));
    stage.clock().tick(Duration.ofHours(1));
    stage.turnToRest();
    assertEquals(3, stage.posts().size());
    assertEquals(0, stage.notices().skipped(), "neither a pause nor a stop uses up the period");
    for (int i = 0; i < 30 && stage.notices().skipped() == 0; i++) {
      stage.clock().tick(Duration.ofHours(1));
      stage.turnToRest();
    }
    assertEquals(2, stage.notices().skipped(), "but trying does");
  }

  @Test
  void aClockThatLeapsForwardGivesNothingUp() throws Exception {
    stage.subscriber("validate: false", "retry: { interval: 10m, period: 1d, pause-after: 1d }");
    stage.always(DOWN);
    stage.mails(2);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    stage.clock().tick(Duration.ofDays(30));
    stage.turnToRest();
    assertEquals(2, stage.posts().size());
    assertEquals(0, stage.notices().skipped());
    stage.clock().tick(Duration.ofDays(-30));
    stage.always(GOOD);
    stage.turnToRest();
    stage.clock().tick(Duration.ofMinutes(11));
    stage.turnToRest();
    assertEquals(3, stage.posts().size(), "a clock that is set right again does not stop it");
  }

  @Test
  void whatIsHeldForTooLongIsGivenUpWithACount() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(2);
    stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand"));
    stage.turnToRest();
    stage.clock().tick(TellingStage.KEPT.minusHours(1));
    stage.mails(1);
    stage.turnToRest();
    assertEquals(0, stage.notices().skipped());
    stage.clock().tick(Duration.ofHours(2));
    stage.turnToRest();
    assertEquals(2, stage.notices().skipped());
    assertEquals("2 events skipped: held, and older than 90 d", stage.notices().last());
    stage.store().resumeSubscriber("ops");
    stage.turnToRest();
    assertEquals(List.of("m2-1"), stage.told());
  }

  @Test
  void longFailurePausesAndTheFirstSuccessOfAProbeResumes() throws Exception {
    stage.subscriber("validate: false", "retry: { interval: 10m, period: 1d }");
    stage.always(DOWN);
    stage.mails(300);
    stage.clock().tick(INTERVAL);
    int turns = 0;
    while (stage.pause() == null && turns++ < 300) {
      stage.turnToRest();
      stage.clock().tick(Duration.ofMinutes(10));
    }
    assertEquals(Cause.FAILING, stage.pause().cause());
    assertEquals("nothing but failures for 18 h", stage.pause().reason());
    assertEquals(List.of("paused ops"), stage.notices().told());
    int before = stage.posts().size();
    for (int i = 0; i < 12; i++) {
      stage.turnToRest();
      stage.clock().tick(Duration.ofMinutes(10));
    }
    assertTrue(stage.posts().size() - before <= 2, "it is probed hourly");
    stage.clock().tick(Duration.ofDays(2));
    stage.turnToRest();
    assertEquals(0, stage.notices().skipped(), "a pause gives nothing up");
    stage.always(GOOD);
    stage.clock().tick(Duration.ofHours(2));
    before = stage.posts().size();
    stage.turnToRest();
    assertEquals(List.of("paused ops", "resumed ops"), stage.notices().told());
    assertEquals(null, stage.pause());
    assertEquals(
        List.of(100, 20, 40, 80, 60), sizes(before), "it comes back to its pace step by step");
    assertEquals(stage.ids(0, 300), stage.told(before), "in order, and all of them");
  }

  @Test
  void whoIsResumedWhileNoGatewayRunsHasTheWholeTimeAgain() throws Exception {
    stage.subscriber("validate: false", "retry: { interval: 10m, period: 1d }");
    stage.always(DOWN);
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    for (int turn = 0; stage.pause() == null && turn < 300; turn++) {
      stage.turnToRest();
      stage.clock().tick(Duration.ofMinutes(10));
    }
    assertEquals(Cause.FAILING, stage.pause().cause());
    int before = stage.posts().size();
    assertTrue(stage.store().resumeSubscriber("ops"));
    stage.restart();
    stage.turnToRest();
    assertEquals(before + 1, stage.posts().size(), "it is tried at once");
    assertEquals(null, stage.pause(), "and not paused again for what was before");
  }

  @Test
  void a410PausesUntilAPersonResumes() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(new Outcome.Gone("HTTP 410", ""));
    stage.turnToRest();
    assertEquals(Cause.GONE, stage.pause().cause());
    stage.clock().tick(Duration.ofDays(3));
    stage.turnToRest();
    assertEquals(1, stage.posts().size());
    stage.store().resumeSubscriber("ops");
    stage.telling().resumed();
    stage.turnToRest();
    assertEquals(stage.posts().get(0).id(), stage.posts().get(1).id());
    assertEquals(Status.SUCCEEDED, stage.postings().getFirst().status());
  }

  @Test
  void aKeyMismatchIsNamedAndRetryAfterIsObeyed() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(
        new Outcome.Deferred(401, "HTTP 401, the endpoint does not accept it", "", null),
        new Outcome.Deferred(429, "HTTP 429", "", Duration.ofMinutes(30)),
        new Outcome.Deferred(429, "HTTP 429", "", Duration.ofHours(5)));
    stage.turnToRest();
    Posting.Trial trial = stage.postings().getFirst().trial();
    assertTrue(trial.reason().startsWith("HTTP 401, key mismatch"), trial.reason());
    assertEquals(Status.DEFERRED, stage.postings().getFirst().status());
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(2, stage.posts().size());
    stage.clock().tick(Duration.ofMinutes(29));
    stage.turnToRest();
    assertEquals(2, stage.posts().size());
    stage.clock().tick(Duration.ofMinutes(1));
    stage.turnToRest();
    assertEquals(3, stage.posts().size());
    stage.clock().tick(Duration.ofHours(1));
    stage.turnToRest();
    assertEquals(4, stage.posts().size(), "nobody is left alone for longer than an hour");
  }

  @Test
  void aTestEventIsOneRowUntilItIsTakenOrItsFileIsChanged() throws Exception {
    stage.subscriber();
    stage.always(DOWN);
    stage.turnToRest();
    stage.restart();
    stage.clock().tick(Duration.ofSeconds(70));
    stage.turnToRest();
    assertEquals(stage.posts().get(0).id(), stage.posts().get(1).id(), "after a restart, too");
    assertEquals(1, stage.postings().size());
    assertEquals(2, stage.postings().getFirst().trial().attempt());
    stage.url("https://other.example.com/events");
    stage.turnToRest();
    stage.restart();
    stage.always(new Outcome.Accepted(200));
    stage.url("https://third.example.com/events");
    stage.clock().tick(Duration.ofSeconds(70));
    stage.turnToRest();
    List<Posting> rows = stage.postings();
    assertEquals(
        List.of(Status.SUCCEEDED, Status.FAILED, Status.FAILED),
        rows.stream().map(Posting::status).toList());
    assertEquals(
        List.of("third.example.com", "other.example.com", "ops.example.com"),
        rows.stream().map(it -> URI.create(it.trial().endpointUrl()).getHost()).toList());
    assertEquals(3, rows.stream().map(Posting::id).distinct().count());
    assertEquals(
        "its subscriber's file was changed; another is posted", rows.getLast().trial().reason());
  }

  @Test
  void theAnswersToTestEventsAreObeyedToo() throws Exception {
    stage.subscriber();
    stage.answer(
        new Outcome.Deferred(429, "HTTP 429", "", Duration.ofMinutes(30)),
        new Outcome.Gone("HTTP 410", ""));
    stage.turnToRest();
    assertEquals(Stand.State.UNVERIFIED, stage.stand().state());
    assertEquals("HTTP 429", stage.stand().reason());
    stage.clock().tick(Duration.ofMinutes(29));
    stage.turnToRest();
    assertEquals(1, stage.posts().size());
    stage.clock().tick(Duration.ofMinutes(1));
    stage.turnToRest();
    assertEquals(Cause.GONE, stage.pause().cause());
  }

  @Test
  void whoComesBackGetsItsPaceStepByStepWhateverHeldIt() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(100);
    stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand"));
    stage.turnToRest();
    stage.store().resumeSubscriber("ops");
    stage.telling().resumed();
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(List.of(10, 20, 40, 30), sizes(0));
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    stage.mails(100);
    stage.restart();
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(List.of(1, 1, 20, 40, 40), sizes(4), "after a restart as well");
  }

  private List<Integer> sizes(int fromPost) {
    return stage.posts().stream().skip(fromPost).map(it -> it.events().size()).toList();
  }

  @Test
  void theBackupIsTriedInTheSameAttempt() throws Exception {
    stage.subscriber("validate: false", "backup-url: https://standby.example.com/events");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    assertEquals(
        List.of("https://ops.example.com/events", "https://standby.example.com/events"),
        stage.posts().stream().map(TellingStage.Posted::url).toList());
    assertEquals(
        "https://standby.example.com/events", stage.postings().getFirst().trial().endpointUrl());
    assertEquals(stage.store().newest(), stage.telling().cursor().position());
  }

  @Test
  void theBackupIsNotTriedAfterARefusalAndSaysWhyItDidNotTakeItEither() throws Exception {
    stage.subscriber("validate: false", "backup-url: https://standby.example.com/events");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(
        new Outcome.Refused(422, "HTTP 422", ""), DOWN, new Outcome.Gone("HTTP 410", "moved"));
    stage.turnToRest();
    assertEquals(1, stage.posts().size());
    stage.clock().tick(Duration.ofSeconds(70));
    stage.turnToRest();
    assertEquals(3, stage.posts().size());
    assertEquals(
        "HTTP 503; backup: HTTP 410: backup: moved", stage.postings().getFirst().trial().reason());
    assertEquals(null, stage.pause(), "the backup's end is not the endpoint's");
  }

  @Test
  void whatIsTooLargeIsPostedInHalves() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(100);
    stage.answer(new Outcome.Deferred(413, "HTTP 413", "", null));
    stage.turnToRest();
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(
        List.of(100, 50, 50), stage.posts().stream().map(it -> it.events().size()).toList());
    assertEquals(stage.ids(0, 100), stage.told(1));
  }

  @Test
  void aRefusalIsNotFinal() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(new Outcome.Refused(422, "HTTP 422", ""));
    stage.turnToRest();
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(2, stage.posts().size());
    assertEquals(Status.SUCCEEDED, stage.postings().getFirst().status());
  }

  @Test
  void aFileThatIsChangedInTheMiddleOfABatchPartsItAnew() throws Exception {
    stage.subscriber("validate: false");
    stage.put("m0", "desk");
    stage.put("m1", "other");
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    stage.subscriber("validate: false", "rules: [other]");
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(List.of("m1-1"), stage.posts().getLast().deliveries());
    assertNotEquals(stage.posts().get(0).id(), stage.posts().get(1).id());
    assertEquals(
        List.of(Status.SUCCEEDED, Status.FAILED),
        stage.postings().stream().map(Posting::status).toList());
    Cursor.Batch batch = stage.telling().cursor().batch();
    assertEquals(null, batch);
  }

  @Test
  void aBatchOfTenThousandIsOnePost() throws Exception {
    stage.subscriber("validate: false", "batch: { interval: 600s, max: 10000 }");
    String[] rules = IntStream.range(0, 10_000).mapToObj(_ -> "desk").toArray(String[]::new);
    stage.put("m0", rules);
    stage.turnToRest();
    assertEquals(1, stage.posts().size());
    assertEquals(10_000, stage.posts().getFirst().events().size());
    assertEquals("m0-1", stage.told().getFirst());
    assertEquals("m0-10000", stage.told().getLast());
    assertEquals(10_000, Arrays.stream(stage.told().toArray()).distinct().count());
  }
}
