package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Outcome;
import io.postern.journal.Posting;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Accepted;
import io.postern.queue.Pause;
import io.postern.queue.Pause.Cause;
import io.postern.queue.Traces;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of one subscriber's events when something is wrong: with it, with us, or with what
/// was changed meanwhile.
final class TellingTroubleTest extends TellingCase {
  private static final Outcome UNMADE = new Outcome.NotMade("secret unreadable: no such file");

  @Test
  void aProbeThatIsTakenLeavesThePauseThatAPersonMadeMeanwhile() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), Cause.FAILING, "down"));
    stage.whilePosting(
        () -> stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand")));
    stage.turnToRest();
    assertEquals(1, stage.posts().size());
    assertEquals(Cause.PERSON, stage.pause().cause());
    assertEquals(List.of(), stage.notices().told());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneThatIsHeldAndHasNothingWaitingKeepsNothingOfTheLog(boolean isPaused) throws Exception {
    stage.subscriber("validate: " + !isPaused, "rules: [other]");
    stage.always(DOWN);
    if (isPaused) {
      stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand"));
    }
    stage.mails(3);
    stage.turnToRest();
    assertEquals(0, stage.store().cursors().getFirst().position());
    stage.clock().tick(TellingStage.KEPT.plusHours(1));
    stage.mails(2);
    stage.turnToRest();
    assertEquals(3, stage.store().cursors().getFirst().position(), "what is younger stays");
    assertEquals(0, stage.notices().skipped());
  }

  @Test
  void whatCannotBePostedForAFaultOfOursIsGivenUpWhenTheLogIs() throws Exception {
    stage.subscriber("validate: false", "retry: { interval: 10m, period: 1d, pause-after: 1d }");
    stage.always(UNMADE);
    stage.mails(2);
    for (int hours = 0; hours < 80 * 24; hours += 12) {
      stage.clock().tick(Duration.ofHours(12));
      stage.turnToRest();
    }
    assertEquals(0, stage.notices().skipped());
    stage.mails(1);
    for (int hours = 0; hours < 11 * 24; hours += 12) {
      stage.clock().tick(Duration.ofHours(12));
      stage.turnToRest();
    }
    assertEquals(2, stage.notices().skipped(), "the log is not kept for ever");
    assertEquals(null, stage.pause());
    stage.always(GOOD);
    stage.clock().tick(Duration.ofHours(1));
    stage.turnToRest();
    assertEquals(List.of("m2-1"), stage.posts().getLast().deliveries());
  }

  @Test
  void timeInWhichAFaultOfOursHinderedUsDoesNotCount() throws Exception {
    stage.subscriber("validate: false", "retry: { interval: 10m, period: 1d, pause-after: 1d }");
    stage.always(UNMADE);
    stage.mails(2);
    for (int hours = 0; hours < 3 * 24; hours++) {
      stage.clock().tick(Duration.ofHours(1));
      stage.turnToRest();
    }
    stage.always(DOWN);
    stage.clock().tick(Duration.ofHours(1));
    stage.turnToRest();
    assertEquals(0, stage.notices().skipped());
    stage.always(GOOD);
    stage.clock().tick(Duration.ofHours(1));
    stage.turnToRest();
    assertEquals(stage.ids(0, 2), stage.posts().getLast().deliveries());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasTakenOfABatchIsNotCountedAsSkipped(boolean isRestarted) throws Exception {
    stage.subscriber(
        "validate: false", "format: bik", "retry: { interval: 10m, period: 1d, pause-after: 1d }");
    stage.mails(5);
    stage.clock().tick(INTERVAL);
    stage.answer(GOOD, GOOD, GOOD);
    stage.always(DOWN);
    stage.turnToRest();
    if (isRestarted) {
      stage.restart();
      stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand"));
      stage.clock().tick(TellingStage.KEPT.plusHours(1));
      stage.turnToRest();
    }
    for (int hour = 0; hour < 30 && stage.notices().skipped() == 0; hour++) {
      stage.clock().tick(Duration.ofHours(1));
      stage.turnToRest();
    }
    assertEquals(2, stage.notices().skipped());
    assertTrue(stage.notices().last().startsWith("2 events skipped: "), stage.notices().last());
    assertEquals(5, stage.telling().cursor().position());
  }

  @Test
  void aBatchIsFullWhenTheTextsOfStrangersFillItsShareOfTheMemory() throws Exception {
    stage.subscriber("validate: false", "batch: { max: 10000 }");
    stage.inHand().part(64);
    String text = "\u6f22".repeat(1_000);
    for (int i = 0; i < 100; i++) {
      stage.put("m" + i, new Accepted.Heading(text, text, text, false));
    }
    stage.clock().tick(INTERVAL);
    stage.answer(GOOD, DOWN);
    stage.turnToRest();
    assertEquals(2, stage.posts().size());
    assertEquals(19, stage.posts().getFirst().events().size(), "of 13,200 bytes each");
    stage.inHand().part(1_000);
    stage.restart();
    stage.clock().tick(RETRY);
    stage.turn();
    assertEquals(
        stage.deliveries().get(1), stage.deliveries().get(2), "a batch that was begun stays whole");
    stage.turnToRest();
    assertEquals(1, stage.posts().getLast().events().size(), "one row always has room");
    assertEquals(stage.ids(0, 100), stage.told().stream().distinct().toList());
    assertEquals(100 + 19, stage.told().size());
  }

  @Test
  void aRuleWhoseFileIsGoneIsStillInItsAccount() throws Exception {
    stage.rule("acme", "acme/one").rule("globex", "globex/two");
    stage.subscriber("validate: false", "accounts: [acme]");
    stage.put("m0", "acme");
    stage.put("m1", "globex");
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    stage.removeRule("acme/one");
    stage.restart();
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(List.of(List.of("m0-1"), List.of("m0-1")), stage.deliveries());
    assertEquals("acme", stage.posts().getLast().account());
    assertEquals(
        "the rules were changed, and with them their accounts may be; its events are posted anew",
        stage.postings().get(1).trial().reason());
  }

  @Test
  void aBatchIsPartedAnewWhenItsSubscriberIsAndNotWhenOtherRulesAre() throws Exception {
    stage.rule("desk", "desk");
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    stage.rule("other", "other");
    stage.restart();
    assertEquals(1, stage.postings().size());
    stage.subscriber("validate: false", "statuses: [queued]");
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(
        "its subscriber's file was changed; its events are posted anew",
        stage.postings().get(1).trial().reason());
  }

  @Test
  void whoHearsOfAnAccountWaitsWhileThereAreNoRules() throws Exception {
    stage.rule("acme", "acme/one");
    stage.subscriber("validate: false", "accounts: [acme]");
    stage.put("m0", "acme");
    stage.clock().tick(INTERVAL);
    stage.restartWithBook(false);
    stage.turnToRest();
    stage.clock().tick(Duration.ofDays(5));
    stage.turnToRest();
    assertEquals(0, stage.telling().cursor().position());
    stage.answer(DOWN);
    stage.restartWithBook(true);
    stage.turnToRest();
    assertEquals(List.of("m0-1"), stage.told());
    assertEquals(0, stage.notices().skipped(), "it could not be told");
  }

  @Test
  void whoIsMendedIsTriedAtOnce() throws Exception {
    String retry = "retry: { schedule: [1h, 6h, 24h], period: 4d }";
    stage.subscriber("validate: false", retry);
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    stage.subscriber("validate: false", retry, "batch: { max: 200 }");
    stage.turnToRest();
    assertEquals(1, stage.posts().size(), "that changes nothing for the endpoint");
    stage.url("https://other.example.com/events");
    stage.subscriber("validate: false", retry);
    stage.turnToRest();
    assertEquals(List.of("m0-1", "m0-1"), stage.told());
    assertEquals(0, stage.telling().cursor().standing().attempts());
  }

  @Test
  void aPostThatOurStopCutOffCostsNoAttemptAndNoWait() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(new Outcome.NotMade("the gateway stopped during the call", true));
    stage.turn();
    stage.restart();
    stage.turnToRest();
    assertEquals(2, stage.posts().size());
    assertEquals(1, stage.posts().getLast().attempt());
    assertEquals(stage.posts().getFirst().id(), stage.posts().getLast().id());
  }

  @Test
  void aBatchOfWhichSomethingWasErasedIsPostedAnew() throws Exception {
    stage.subscriber("validate: false", "format: bik");
    stage.mails(4);
    stage.clock().tick(INTERVAL);
    stage.answer(GOOD, GOOD, DOWN);
    stage.turnToRest();
    stage.restart();
    stage.removeFromLog(1, 1);
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(
        List.of("m0-1", "m1-1", "m2-1", "m1-1", "m2-1", "m3-1"),
        stage.told(),
        "rather twice than never");
  }

  @Test
  void aBatchOfManyPostsIsNotedNowAndThen() throws Exception {
    String[] rules = IntStream.range(0, 150).mapToObj(i -> "rule" + i).toArray(String[]::new);
    for (String rule : rules) {
      stage.rule(rule, rule + "/one");
    }
    stage.subscriber("validate: false", "batch: { max: 150, split: account }");
    stage.put("m0", rules);
    List<Integer> noted = new ArrayList<>();
    stage.whilePosting(() -> noted.add(stage.store().cursors().getFirst().batch().done()));
    stage.turnToRest();
    assertEquals(150, noted.size());
    assertEquals(List.of(0, 100), noted.stream().distinct().toList());
  }

  @Test
  void aBatchOfOneEventAPostHasNotMorePostsThanOneCommitMayNote() throws Exception {
    stage.subscriber("validate: false", "format: bik", "batch: { max: 10000 }");
    stage.mails(250);
    stage.clock().tick(INTERVAL);
    List<Integer> sizes = new ArrayList<>();
    stage.whilePosting(() -> sizes.add(stage.store().cursors().getFirst().batch().posts()));
    stage.turnToRest();
    assertEquals(250, sizes.size());
    assertEquals(List.of(100, 50), sizes.stream().distinct().toList());
    assertEquals(stage.ids(0, 250), stage.told());
  }

  @Test
  void aPostOfWhichAllWasErasedWaitsNoLonger() throws Exception {
    stage.subscriber("validate: false", "events: [bounces]");
    stage.report("r0", "desk");
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    stage.store().forget(new Traces.OfMail("r0"));
    stage.telling().reread();
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(1, stage.posts().size());
    assertEquals(List.of(Status.FAILED), stage.postings().stream().map(Posting::status).toList());
    assertEquals(null, stage.telling().cursor().batch());
    stage.clock().tick(Duration.ofMinutes(2));
    stage.turnToRest();
    assertEquals(stage.store().newest(), stage.store().cursors().getFirst().position());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReportThatLiesDamagedInTheStoreHoldsNothingUp(boolean isCut) throws Exception {
    stage.subscriber("validate: false", "events: [bounces]");
    stage.report("r0", "desk", Arrays.copyOf(TellerTest.REPORT, 100_000));
    stage.report("r1", "desk");
    try (FileChannel segment = FileChannel.open(stage.segment(), StandardOpenOption.WRITE)) {
      if (isCut) {
        segment.truncate(50_000);
      } else {
        segment.write(ByteBuffer.wrap(new byte[] {1}), 50_000);
      }
    }
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(List.of("r1-bounce-1"), stage.takenIds());
    assertEquals(stage.store().newest(), stage.telling().cursor().position());
  }

  @Test
  void aReportThatCannotBeReadNowIsWaitedFor() throws Exception {
    stage.subscriber("validate: false", "events: [bounces]");
    stage.report("r0", "desk", Arrays.copyOf(TellerTest.REPORT, 100_000));
    stage.report("r1", "desk");
    Path segment = stage.segment();
    Path away = segment.resolveSibling("away");
    Files.move(segment, away);
    stage.clock().tick(INTERVAL);
    assertThrows(StoreUnavailable.class, stage::turn);
    Files.move(away, segment);
    stage.turnToRest();
    assertEquals(List.of("r0-bounce-1", "r1-bounce-1"), stage.takenIds());
  }

  @Test
  void aTestEventThatOurStopCutOffIsNoAttempt() throws Exception {
    stage.subscriber();
    stage.answer(new Outcome.NotMade("the gateway stopped during the call", true));
    stage.turn();
    assertEquals(List.of(), stage.postings());
    stage.restart();
    assertEquals(0, stage.telling().cursor().standing().attempts());
    stage.turnToRest();
    assertEquals(2, stage.posts().size(), "it is tried at once");
    assertEquals(1, stage.posts().getLast().attempt());
  }

  @Test
  void whatIsTakenEndsThePauseThoughWhatFollowsCannotBeRead() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), Cause.FAILING, "down"));
    stage.whilePosting(
        () -> {
          stage.mails(1);
          stage.breakLog(true);
        });
    assertThrows(StoreUnavailable.class, stage::turn);
    stage.breakLog(false);
    assertEquals(null, stage.pause());
    assertEquals(List.of("resumed ops"), stage.notices().told());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWasMendedWhileNoGatewayRanIsTriedAtOnce(boolean isValidated) throws Exception {
    String retry = "retry: { schedule: [1h, 6h, 24h], period: 4d }";
    stage.subscriber("validate: " + isValidated, retry);
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.turnToRest();
    stage.restart();
    stage.turnToRest();
    assertEquals(1, stage.posts().size(), "a restart alone mends nothing");
    stage.restart();
    stage.url("https://other.example.com/events");
    stage.turnToRest();
    assertEquals("https://other.example.com/events", stage.posts().get(1).url());
    assertEquals(1, stage.posts().get(1).attempt());
    assertEquals("m0-1", stage.told().getLast());
    assertEquals(
        List.of(), stage.postings().stream().filter(it -> it.status() == Status.DEFERRED).toList());
  }

  @Test
  void whoWasResumedWhileNoGatewayRanGetsItsPaceStepByStep() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(300);
    stage.answer(DOWN);
    stage.turnToRest();
    assertTrue(stage.store().resumeSubscriber("ops"));
    stage.restart();
    stage.turnToRest();
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(
        List.of(100, 100, 20, 40, 80, 60),
        stage.posts().stream().map(it -> it.events().size()).toList());
  }

  @Test
  void aPostThatIsNotMadeAnyMoreIsNotSaidToWaitByWhatCouldNotBeNotedBefore() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.answer(DOWN);
    stage.whilePosting(() -> stage.breakCursors(true));
    assertThrows(StoreUnavailable.class, stage::turn);
    stage.whilePosting(() -> {});
    stage.breakCursors(false);
    stage.subscriber("validate: false", "statuses: [queued]");
    // Before the next turn, as the feed does it.
    stage.skip(1);
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(
        List.of(Status.SUCCEEDED, Status.FAILED),
        stage.postings().stream().map(Posting::status).toList());
  }

  @Test
  void whatWasTakenIsNotedThoughWhatFollowsCannotBeRead() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.whilePosting(
        () -> {
          stage.mails(1);
          stage.breakLog(true);
        });
    assertThrows(StoreUnavailable.class, stage::turn);
    assertThrows(StoreUnavailable.class, stage::turn);
    assertEquals(1, stage.store().cursors().getFirst().position());
    stage.whilePosting(() -> {});
    stage.breakLog(false);
    stage.restart();
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    assertEquals(stage.ids(0, 2), stage.told(), "each once");
  }

  @Test
  void whatIsPassedOverIsNotedOnceAMinute() throws Exception {
    stage.subscriber("validate: false", "rules: [other]");
    stage.mails(3);
    stage.turnToRest();
    assertEquals(0, stage.store().cursors().getFirst().position());
    stage.clock().tick(Duration.ofMinutes(2));
    stage.mails(1);
    stage.turnToRest();
    assertEquals(4, stage.store().cursors().getFirst().position());
    stage.mails(1);
    stage.turnToRest();
    assertEquals(4, stage.store().cursors().getFirst().position(), "a minute has to pass again");
  }

  @Test
  void aPauseInWhichNothingWaitedLengthensNoPeriod() throws Exception {
    stage.subscriber("validate: false", "retry: { interval: 10m, period: 1d, pause-after: 1d }");
    stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand"));
    for (int day = 0; day < 10; day++) {
      stage.turnToRest();
      stage.clock().tick(Duration.ofDays(1));
    }
    stage.store().resumeSubscriber("ops");
    stage.telling().resumed();
    stage.turnToRest();
    stage.always(DOWN);
    stage.mails(1);
    for (int hour = 0; hour < 27; hour++) {
      stage.clock().tick(Duration.ofHours(1));
      stage.turnToRest();
    }
    assertEquals(1, stage.notices().skipped());
  }

  @Test
  void whatWasGatheredIsNotPostedAfterItWasGivenUp() throws Exception {
    stage.subscriber("validate: false", "batch: { interval: 600s }");
    stage.mails(2);
    stage.turnToRest();
    stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand"));
    stage.clock().tick(TellingStage.KEPT.plusHours(1));
    stage.turnToRest();
    assertEquals(2, stage.notices().skipped());
    stage.store().resumeSubscriber("ops");
    stage.mails(1);
    stage.clock().tick(Duration.ofMinutes(10));
    stage.turnToRest();
    assertEquals(List.of("m2-1"), stage.told());
  }

  @Test
  void whatIsHeldIsKeptForThePeriodThoughTheLogIsNot() throws Exception {
    stage.keep(Duration.ofDays(1));
    stage.subscriber("validate: false", "retry: { period: 4d }");
    stage.mails(1);
    stage.store().pauseSubscriber(new Pause("ops", stage.clock().instant(), "by hand"));
    stage.clock().tick(Duration.ofDays(3));
    stage.turnToRest();
    assertEquals(0, stage.notices().skipped());
    stage.clock().tick(Duration.ofDays(2));
    stage.turnToRest();
    assertEquals(1, stage.notices().skipped());
  }

  @Test
  void batchesGrowAgainAfterOneWasTooLarge() {
    Pace pace = new Pace();
    pace.halve(413, 100);
    assertEquals(50, pace.max(1_000));
    for (int i = 1; i < Pace.GROW_AFTER; i++) {
      pace.taken();
    }
    assertEquals(50, pace.max(1_000));
    pace.taken();
    assertEquals(100, pace.max(1_000));
  }
}
