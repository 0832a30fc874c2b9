package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Outcome;
import io.postern.queue.Pause;
import io.postern.queue.Pause.Cause;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of one subscriber's events when something is wrong: with it, with us, or with what
/// was changed meanwhile.
final class TellingTroubleTest {
  private static final Outcome DOWN = new Outcome.Deferred(503, "HTTP 503", "", null);
  private static final Outcome GOOD = new Outcome.Accepted(200);
  private static final Outcome UNMADE = new Outcome.NotMade("secret unreadable: no such file");
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  @TempDir private Path folder;
  private TellingStage stage;

  @BeforeEach
  void open() throws Exception {
    stage = new TellingStage(folder);
  }

  @AfterEach
  void close() {
    stage.close();
  }

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
}
