package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Outcome;
import io.postern.fixture.FakeClock;
import io.postern.journal.BlockChange;
import io.postern.journal.Posting;
import io.postern.journal.Status;
import io.postern.journal.Times;
import io.postern.queue.Cursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Events that a subscriber does not take, or was not there for: how they are found, and that each
/// one that it never gets is counted and told.
final class MissedTest extends TellingCase {
  private static final Outcome REFUSED =
      new Outcome.Deferred(422, "HTTP 422", "no such field", null);
  private static final Outcome BROKEN = new Outcome.Deferred(500, "HTTP 500", "", null);

  @Test
  void aRefusedPostIsHalvedUntilTheEventStandsAlone() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(100);
    stage.atEventOf("m37-1", REFUSED);
    stage.turnToRest();
    assertEquals(stage.ids(0, 37), stage.taken(), "all before it was told");
    assertEquals(List.of("m37-1"), stage.posts().getLast().deliveries());
    int posts = stage.posts().size();
    assertTrue(posts < 20, "it took " + posts + " posts to find it");
    String id = stage.posts().getLast().id();
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(posts + 1, stage.posts().size(), "and then it waits like any other");
    assertEquals(id, stage.posts().getLast().id());
    assertEquals(Optional.of(38L), stage.obstacle().orElseThrow().number());
    assertEquals(2, stage.telling().cursor().standing().attempts());
  }

  @Test
  void anAnswerOf500IsFollowedByHalvesFromTheThirdOn() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(8);
    stage.atEventOf("m5-1", BROKEN);
    stage.clock().tick(INTERVAL);
    for (int attempt = 1; attempt < 3; attempt++) {
      stage.turnToRest();
      assertEquals(stage.ids(0, 8), stage.posts().getLast().deliveries());
      assertEquals(attempt, stage.posts().size());
      assertEquals(
          Optional.empty(), stage.obstacle().orElseThrow().number(), "it may be any of them");
      stage.clock().tick(RETRY);
    }
    stage.turnToRest();
    assertEquals(List.of("m5-1"), stage.posts().getLast().deliveries());
    assertEquals(stage.ids(0, 5), stage.taken());
  }

  @Test
  void skippingMovesPastExactlyThatEvent() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(20);
    stage.atEventOf("m7-1", REFUSED);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    stage.skip(8);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    List<String> all = new ArrayList<>(stage.ids(0, 20));
    all.remove("m7-1");
    assertEquals(all, stage.taken(), "the others in their order, and each once");
    Posting row =
        stage.postings().stream()
            .filter(it -> it.status() == Status.FAILED)
            .findFirst()
            .orElseThrow();
    assertEquals(
        "1 event skipped by an operator, number 8; last: HTTP 422: no such field",
        row.trial().reason());
    assertEquals("1 deliveries", row.events());
    assertEquals(1, stage.notices().skipped());
    assertEquals(row.trial().reason(), stage.notices().last());
    assertEquals(1, noted().missed().events());
    assertEquals(Optional.empty(), stage.obstacle());
    stage.restart();
    assertEquals(1, stage.telling().cursor().missed().events());
    stage.turnToRest();
    assertEquals(row.trial().reason(), stage.stand().skipped(), "a restart does not hide it");
    stage.clock().tick(Duration.ofDays(7));
    stage.turnToRest();
    assertEquals("", stage.stand().skipped(), "it is no news any more");
    assertEquals(row.trial().reason(), Skipped.last(stage.store(), "ops").orElseThrow().reason());
    assertEquals(Optional.empty(), Skipped.last(stage.store(), "other"));
  }

  @Test
  void aFormatOfOneEventAPostRepeatsNothing() throws Exception {
    stage.subscriber("validate: false", "format: bik");
    stage.mails(6);
    stage.atEventOf("m3-1", REFUSED);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    stage.restart();
    stage.skip(4);
    stage.turnToRest();
    assertEquals(List.of("m0-1", "m1-1", "m2-1", "m4-1", "m5-1"), stage.taken());
    assertEquals("1 event skipped by an operator, number 4", stage.notices().last());
  }

  @Test
  void whatIsNotInTheWayIsNotSkipped() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(4);
    stage.store().askSkip("ops", 3);
    stage.skip(3);
    assertEquals(Map.of(), stage.store().skips(), "the order is over");
    stage.clock().tick(INTERVAL);
    stage.answer(BROKEN);
    stage.turnToRest();
    stage.skip(2);
    stage.clock().tick(RETRY);
    stage.turnToRest();
    assertEquals(stage.ids(0, 4), stage.taken());
    stage.skip(2);
    assertEquals(0, stage.notices().skipped());
    assertEquals(0, noted().missed().events());
  }

  /// Those of a report of several recipients are all of one row.
  @Test
  void eventsOfOneRowAreNotPartedHoweverOftenTheyAreTooLarge() {
    Event one = TestEvents.of(Event.Type.BOUNCES, "desk", FakeClock.START);
    assertFalse(new Parcel(List.of(one, one)).isDivisible());
    assertTrue(new Parcel(List.of(one, one)).isOf(0));
    Event.Bounced bounced = (Event.Bounced) one;
    Event other = new Event.Blocked(new BlockChange(7, FakeClock.START, true, "a.example", ""));
    assertTrue(new Parcel(List.of(bounced, other)).isDivisible());
    assertFalse(new Parcel(List.of(bounced, other)).isOf(7));
  }

  @Test
  void whatHappenedWhileItWasNotEnabledIsToldUnlessItIsTooOld() throws Exception {
    stage.subscriber("validate: false", "retry: { period: 2d }");
    stage.mails(1);
    stage.clock().tick(INTERVAL);
    stage.turnToRest();
    String since = Times.text(stage.clock().instant());
    stage.mails(5);
    stage.away(
        Duration.ofDays(2),
        () -> {
          stage.mails(3);
          stage.clock().tick(Duration.ofHours(1));
        });
    stage.turnToRest();
    assertEquals(List.of("m0-1", "m6-1", "m7-1", "m8-1"), stage.taken());
    assertEquals(5, stage.notices().skipped());
    assertEquals(
        "5 events skipped: it was not enabled from " + since + " on, and they are older than 2 d",
        stage.notices().last());
    assertEquals(new Cursor.Missed(5, null), noted().missed());
    stage.restart();
    assertEquals("", stage.stand().skipped());
    stage.turnToRest();
    assertEquals(5, stage.notices().skipped(), "they are counted once");
    assertEquals(stage.notices().last(), stage.stand().skipped());
  }

  @Test
  void whatTheLogHasLostMeanwhileIsToldAsRows() throws Exception {
    stage.subscriber("validate: false");
    stage.mails(4);
    stage.away(Duration.ofHours(1), () -> stage.removeFromLog(2, 3));
    stage.turnToRest();
    assertEquals(List.of("m0-1", "m3-1"), stage.taken());
    assertTrue(
        stage.notices().last().endsWith("; besides, 2 rows are gone from the log"),
        stage.notices().last());
    assertEquals(new Cursor.Missed(0, null), noted().missed());
  }

  private Cursor noted() throws Exception {
    return stage.store().cursors().getFirst();
  }
}
