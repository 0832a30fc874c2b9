package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.Arrival;
import io.postern.journal.Entry;
import io.postern.journal.Posting;
import io.postern.journal.Postings.Wanted;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.queue.Blocklist;
import io.postern.queue.Cursor;
import io.postern.queue.CursorView.Stretch;
import io.postern.queue.Pause;
import io.postern.queue.Retention;
import io.postern.queue.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Subscribers' places in the log, and what the retention leaves for them.
final class CursorsTest extends StoreCase {
  private static final Set<Status> ALL = Set.of(Status.values());
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void aNewSubscriberBeginsAtTheEndOfTheLogAndAnOldOneWhereItWas() throws Exception {
    putAll("m1", "m2");
    store.keep(Set.of("ops"), clock.instant());
    assertEquals(2, cursor("ops").position());
    putAll("m3");
    store.keep(Set.of("ops", "late"), clock.instant());
    assertEquals(2, cursor("ops").position());
    assertEquals(3, cursor("late").position());
    assertEquals(Samples.fresh(clock.instant()), cursor("late").standing());
  }

  @Test
  void theEndOfTheLogIsItsLastNumberEvenWhenThatRowIsGone() throws Exception {
    putAll("m1", "m2");
    Sqls.run(path(), "DELETE FROM log");
    store.keep(Set.of("ops"), clock.instant());
    assertEquals(2, cursor("ops").position());
  }

  @Test
  void allThatIsNotedIsThereAfterARestart() throws Exception {
    store.keep(Set.of("ops"), clock.instant());
    Cursor noted =
        new Cursor(
            "ops",
            7,
            new Cursor.Batch("b1", 12, 3, "v1", 5),
            "https://ops.example.com/ cmc",
            new Cursor.Standing(
                4,
                clock.instant().plusSeconds(9),
                Duration.ofHours(3),
                Duration.ofMinutes(2),
                clock.instant()),
            new Cursor.Missed(11, clock.instant().minusSeconds(5)));
    store.save(noted, List.of(posting("b1-1", Status.QUEUED)));
    store.save(noted, List.of(posting("b1-1", Status.SUCCEEDED), posting("b1-2", Status.QUEUED)));
    assertTrue(store.pauseSubscriber(new Pause("ops", clock.instant(), "by hand")));
    assertFalse(store.pauseSubscriber(new Pause("nobody", clock.instant(), "by hand")));
    store.close();
    open();
    assertEquals(List.of(noted), store.cursors());
    assertEquals(List.of(new Pause("ops", clock.instant(), "by hand")), store.pausedSubscribers());
    assertEquals(
        List.of(Status.QUEUED, Status.SUCCEEDED),
        store.postings(Wanted.ALL, 0, 10).stream().map(Posting::status).toList());
    store.abandon("b1", clock.instant(), "given up");
    assertEquals(
        List.of(Status.FAILED, Status.SUCCEEDED),
        store.postings(Wanted.ALL, 0, 10).stream().map(Posting::status).toList());
    assertEquals(List.of(noted), store.cursors(), "a pause changes nothing else");
  }

  @Test
  void whoIsResumedIsDueAndHasNotFailed() throws Exception {
    store.keep(Set.of("ops"), clock.instant());
    assertFalse(store.resumeSubscriber("ops"), "it is neither paused nor failing");
    Cursor failing = cursor("ops").with(cursor("ops").standing().ill(later(), true));
    store.save(failing.with(failing.standing().later(HOUR, HOUR, clock.instant())), List.of());
    assertTrue(store.resumeSubscriber("ops"), "it is failing");
    assertEquals(Samples.fresh(clock.instant()), cursor("ops").standing());
    assertFalse(store.resumeSubscriber("ops"), "not any more");
    store.save(failing, List.of());
    store.pauseSubscriber(new Pause("ops", clock.instant(), Pause.Cause.FAILING, "down"));
    assertTrue(store.resumeSubscriber("ops"), "it is paused");
    assertEquals(List.of(), store.pausedSubscribers());
    assertEquals(Samples.fresh(clock.instant()), cursor("ops").standing());
    assertFalse(store.resumeSubscriber("nobody"));
  }

  private Instant later() {
    return clock.instant().plus(HOUR);
  }

  @Test
  void whoIsNotEnabledAnyMoreIsAwayFromThenOn() throws Exception {
    store.keep(Set.of("ops", "other"), clock.instant());
    clock.tick(Duration.ofDays(1));
    Instant left = clock.instant();
    store.keep(Set.of("other"), left);
    clock.tick(Duration.ofDays(1));
    store.keep(Set.of("other"), clock.instant());
    assertEquals(new Cursor.Missed(0, left), cursor("ops").missed(), "since it went");
    store.keep(Set.of("ops", "other"), clock.instant());
    assertEquals(new Cursor.Missed(0, left), cursor("ops").missed(), "until that is seen to");
    assertEquals(Cursor.Missed.NOTHING, cursor("other").missed());
    store.keep(Set.of(), clock.instant());
    clock.tick(Duration.ofDays(89));
    purge();
    assertEquals(2, store.cursors().size());
    clock.tick(Duration.ofDays(2));
    purge();
    assertEquals(List.of(), store.cursors(), "when all of its log is gone");
  }

  @Test
  void whoIsAwayStaysSoThoughItsLastPostEndsAfterwards() throws Exception {
    store.keep(Set.of("ops"), clock.instant());
    Cursor posting = cursor("ops");
    Instant left = clock.instant();
    store.keep(Set.of(), left);
    store.save(posting.at(2), List.of());
    assertEquals(2, cursor("ops").position());
    assertEquals(new Cursor.Missed(0, left), cursor("ops").missed());
    store.keep(Set.of("ops"), clock.instant());
    store.save(cursor("ops").with(cursor("ops").missed().seenTo()), List.of());
    assertEquals(Cursor.Missed.NOTHING, cursor("ops").missed());
  }

  @Test
  void anOrderToSkipStaysUntilItIsOver() throws Exception {
    store.keep(Set.of("ops"), clock.instant());
    assertFalse(store.askSkip("nobody", 3));
    assertTrue(store.askSkip("ops", 3));
    store.save(cursor("ops").at(2), List.of());
    assertEquals(Map.of("ops", 3L), store.skips());
    store.endSkip("ops", 4);
    assertEquals(Map.of("ops", 3L), store.skips(), "another one");
    store.endSkip("ops", 3);
    assertEquals(Map.of(), store.skips());
  }

  @Test
  void rowsThatAreGoneAreCounted() throws Exception {
    putAll("m1", "m2", "m3");
    store.block(new Blocklist.Block("example.org", clock.instant(), ""));
    putAll("m4");
    assertEquals(0, store.gone(0));
    Sqls.run(path(), "DELETE FROM log WHERE number IN (2, 5)");
    assertEquals(2, store.gone(0));
    assertEquals(1, store.gone(2));
    assertEquals(0, store.gone(5));
  }

  @Test
  void aPauseThatEndsByItselfGivesWayToAPersons() throws Exception {
    store.keep(Set.of("ops"), clock.instant());
    store.pauseSubscriber(new Pause("ops", clock.instant(), Pause.Cause.FAILING, "down"));
    store.pauseSubscriber(new Pause("ops", clock.instant(), "by hand"));
    store.pauseSubscriber(new Pause("ops", clock.instant(), Pause.Cause.FAILING, "down"));
    assertEquals("by hand", store.pausedSubscribers().getFirst().reason());
  }

  @Test
  void stretchesGoThroughTheLogInOrderAndLeaveNothingOut() throws Exception {
    for (int i = 0; i < 30; i++) {
      String[] rules = new String[1 + i * 20];
      java.util.Arrays.fill(rules, "desk");
      put(store, mail("m" + i, clock.instant(), rules), bytes(10));
    }
    for (Row row : store.after(0, io.postern.journal.Query.ALL, 1)) {
      assertEquals(1, row.number());
    }
    List<Long> seen = new ArrayList<>();
    long last = 0;
    while (true) {
      Stretch stretch = store.stretch(last, ALL, 700);
      stretch.entries().forEach(entry -> seen.add(entry.number()));
      if (stretch.last() == last) {
        break;
      }
      last = stretch.last();
    }
    assertEquals(store.newest(), seen.size());
    for (int i = 0; i < seen.size(); i++) {
      assertEquals(i + 1, seen.get(i));
    }
    Stretch none = store.stretch(0, Set.of(Status.FAILED), 10);
    assertEquals(List.of(), none.entries());
    assertEquals(5_000, none.last(), "a look is bounded, whatever it finds");
  }

  @Test
  void theRetentionLeavesWhatAnEnabledSubscriberHasNotHad() throws Exception {
    putAll("m1", "m2");
    store.keep(Set.of("ops", "other"), clock.instant());
    putAll("m3", "m4");
    deny();
    store.save(cursor("other").at(store.newest()), List.of());
    clock.tick(Duration.ofDays(100));
    purge();
    assertEquals(List.of(3L, 4L, 5L), numbers(), "refused mail, too");
    store.save(cursor("ops").at(3), List.of());
    purge();
    assertEquals(List.of(4L, 5L), numbers());
    store.keep(Set.of("other"), clock.instant());
    purge();
    assertEquals(List.of(), numbers(), "nothing is kept for one that is disabled or gone");
  }

  @Test
  void theSubscribersLogIsSearchedAndPurgedByAge() throws Exception {
    store.keep(Set.of("ops"), clock.instant());
    for (int i = 0; i < 1_200; i++) {
      store.save(
          cursor("ops"),
          List.of(posting("b" + i + "-1", i % 3 == 0 ? Status.FAILED : Status.SUCCEEDED)));
      clock.tick(Duration.ofSeconds(1));
    }
    assertEquals("b1199-1", store.postings(Wanted.ALL, 0, 1).getFirst().id());
    assertEquals("b1099-1", store.postings(Wanted.ALL, 100, 1).getFirst().id());
    Wanted failed =
        new Wanted(null, FakeClock.START.plusSeconds(600), Set.of(Status.FAILED), "ops");
    assertEquals("b597-1", store.postings(failed, 0, 10).getFirst().id());
    List<String> all = new ArrayList<>();
    store.eachPosting(failed, posting -> all.add(posting.id()));
    assertEquals(200, all.size());
    assertEquals("b0-1", all.getFirst());
    assertEquals(List.of(), store.postings(new Wanted(null, null, Set.of(), "nobody"), 0, 10));
    clock.tick(Duration.ofDays(91));
    purge();
    assertEquals(List.of(), store.postings(Wanted.ALL, 0, 10));
  }

  private Posting posting(String id, Status status) {
    return new Posting(
        0,
        id,
        "ops",
        clock.instant(),
        status,
        "3 deliveries",
        new Posting.Trial(
            clock.instant(),
            1,
            "mx.example.com",
            "https://ops.example.com/",
            200,
            Duration.ofMillis(5),
            ""));
  }

  private void putAll(String... ids) throws Exception {
    for (String id : ids) {
      put(store, mail(id, clock.instant(), "desk"), bytes(10));
    }
  }

  private void deny() throws Exception {
    Arrival arrival = new Arrival(clock.instant(), "s9", "helo", "a@b.example", "c@d.example", "");
    store.deny(new Row(0, clock.instant(), Status.DENIED, "no", arrival, Step.NONE));
    Sqls.await(path(), "SELECT count(*) FROM log WHERE status = 4", "1");
  }

  private List<Long> numbers() throws Exception {
    return store.stretch(0, ALL, 1_000).entries().stream().map(Entry::number).toList();
  }

  private Cursor cursor(String name) throws Exception {
    return store.cursors().stream()
        .filter(it -> it.subscriber().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void purge() throws Exception {
    Retention retention =
        new Retention(store, io.postern.queue.Settings.USUAL, clock, clock.instant());
    while (retention.runOnce()) {
      // A part after the other.
    }
  }
}
