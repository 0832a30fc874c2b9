package io.postern.queue;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.read;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.Journal;
import io.postern.journal.Ledger;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Choice.State;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What every engine does for an operator: replay, drop, forget, and what is asked before them.
public interface OrdersContract {
  /// The line.
  MailQueue queue();

  /// Its status log.
  Journal journal();

  /// The time that the line was given.
  FakeClock clock();

  @Test
  default void aReplayGoesOnWhereTheAttemptsEnded() throws Exception {
    byte[] message = bytes(300_000);
    put(queue(), mail("m1", clock().instant(), "desk"), message);
    queue().elapse(List.of("desk"), Duration.ofHours(5));
    queue().settle(claimOne("desk"), again(clock().instant()));
    fail("desk");
    clock().tick(Duration.ofHours(1));

    assertEquals(1, queue().replay(Choice.of("m1"), ""));

    Claim claim = claimOne("desk");
    assertEquals("m1-1", claim.delivery());
    assertEquals(3, claim.attempt());
    assertTrue(claim.replay());
    assertEquals(Duration.ZERO, claim.age(), "a new period");
    assertArrayEquals(message, read(claim));
    Row row = newest("m1-1");
    assertEquals(Status.QUEUED, row.status());
    assertEquals("replayed by operator", row.reason());
    assertEquals(clock().instant(), row.at());
    assertTrue(queue().settle(claim, again(clock().instant())));
    assertEquals(Status.DEFERRED, newest("m1-1").status(), "the same reason is told anew");
    assertTrue(claimOne("desk").replay());
    assertEquals(new Ledger(1, 0, 0, 1, 0), journal().ledger());
  }

  @Test
  default void aReplayTakesWhatIsOverAndNothingElse() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk", "archive", "spare"), bytes(10));
    succeed("desk");
    fail("archive");
    assertEquals(2, queue().replay(Choice.of("m1"), ""));
    assertEquals(0, queue().replay(Choice.of("m1"), ""), "all wait");
    assertEquals(0, queue().replay(Choice.of("m1-1"), ""));
    assertEquals(0, queue().replay(Choice.of("m2"), ""), "nobody knows it");
    assertFalse(claimOne("spare").replay());
    assertTrue(claimOne("desk").replay());
    assertTrue(claimOne("archive").replay());
    assertEquals(0, queue().replay(Choice.of("m1"), ""), "all are being tried");
  }

  @Test
  default void oneDeliveryOfAMailIsReplayedByItsOwnId() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk", "archive"), bytes(10));
    fail("desk");
    fail("archive");
    assertEquals(1, queue().replay(Choice.of("m1-2"), ""));
    assertEquals(List.of(), claim("desk"));
    assertEquals("m1-2", claimOne("archive").delivery());
  }

  @Test
  default void manyAreReplayedByRuleStateAndTime() throws Exception {
    Instant start = clock().instant();
    for (int i = 1; i <= 6; i++) {
      put(queue(), mail("m" + i, clock().instant(), "desk", "archive"), bytes(10));
      fail("desk");
      succeed("archive");
      clock().tick(Duration.ofMinutes(1));
    }
    Choice some =
        new Choice(
            "",
            "desk",
            Set.of(State.FAILED),
            start.plus(Duration.ofMinutes(1)),
            start.plus(Duration.ofMinutes(4)));
    assertEquals(3, queue().count(some));
    assertEquals(3, queue().replay(some, ""));
    assertEquals(0, queue().count(some));
    assertEquals(
        List.of("m2-1", "m3-1", "m4-1"), claim("desk").stream().map(Claim::delivery).toList());
    Choice succeeded = new Choice("", "", Set.of(State.SUCCEEDED), null, null);
    assertEquals(6, queue().count(succeeded));
    assertEquals(6, queue().replay(succeeded, ""));
    assertEquals(12, queue().count(new Choice("", "", Set.of(), null, null)));
    assertEquals(9, queue().count(succeeded.in(Set.of(State.WAITING))));
  }

  @Test
  default void whatEndedBeforeTheClockWasSetBackIsReplayedToo() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    fail("desk");
    clock().tick(Duration.ofHours(-1));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    fail("desk");
    Choice failed = new Choice("", "", Set.of(State.FAILED), null, null);
    assertEquals(2, queue().count(failed));
    assertEquals(2, queue().replay(failed, ""));
    assertEquals(0, queue().count(failed));
    assertEquals(2, claim("desk").size());
  }

  @Test
  default void aThousandAreReplayedInSmallPartsWhichAllCount() throws Exception {
    String[] rules = new String[100];
    for (int i = 0; i < rules.length; i++) {
      rules[i] = i % 3 == 0 ? "archive" : "desk";
    }
    for (int i = 0; i < 10; i++) {
      put(queue(), mail("m" + i, clock().instant(), rules), bytes(10));
    }
    fail("desk");
    fail("archive");
    AtomicInteger told = new AtomicInteger();
    queue().onReady(told::incrementAndGet);
    Choice failed = new Choice("", "", Set.of(State.FAILED), null, null);
    assertEquals(1_000, queue().replay(failed, ""));
    assertTrue(told.get() > 1, "it was done in " + told.get() + " part");
    assertEquals(660, claim("desk").size());
    assertEquals(340, claim("archive").size());
  }

  @Test
  default void whoIsInterruptedStopsAndWhoAsksAgainGetsTheRest() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    fail("desk");
    Thread.currentThread().interrupt();
    try {
      assertThrows(StoreUnavailable.class, () -> queue().replay(Choice.of("m1"), ""));
    } finally {
      assertTrue(Thread.interrupted());
    }
    assertEquals(1, queue().replay(Choice.of("m1"), ""));
  }

  @Test
  default void aReplayToAnotherRuleMovesWhatIsOverAndWhatWaits() throws Exception {
    put(queue(), mail("m1", clock().instant(), "gone"), bytes(10));
    put(queue(), mail("m2", clock().instant(), "gone"), bytes(10));
    put(queue(), mail("m3", clock().instant(), "gone"), bytes(10));
    queue().elapse(List.of("gone"), Duration.ofDays(3));
    List<Claim> claims = queue().claim(want("gone", 2), clock().instant());
    queue().settle(claims.getFirst(), dead());
    Choice gone = new Choice("", "gone", Set.of(State.FAILED, State.WAITING), null, null);

    assertEquals(2, queue().replay(gone, "desk"), "not what is being tried");

    assertEquals("replayed by operator, moved from rule gone", newest("m1-1").reason());
    assertEquals("desk", newest("m1-1").step().rule());
    List<Claim> moved = claim("desk");
    assertEquals(List.of("m1-1", "m3-1"), moved.stream().map(Claim::delivery).sorted().toList());
    assertEquals(List.of(Duration.ZERO, Duration.ZERO), moved.stream().map(Claim::age).toList());
    assertTrue(moved.stream().allMatch(Claim::replay));
    assertTrue(queue().settle(claims.getLast(), again(clock().instant())));
    assertEquals(1, queue().replay(gone, "desk"));
    assertEquals(0, queue().replay(gone.in(Set.of(State.WAITING)), "desk"));
  }

  @Test
  default void whatIsDroppedFailsAndItsAttemptIsNotHeard() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk", "archive"), bytes(10));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    Claim inFlight = claimOne("archive");
    assertEquals(2, queue().drop(Choice.of("m1")));
    assertEquals(0, queue().drop(Choice.of("m1")));
    assertFalse(queue().settle(inFlight, done()));
    Row row = newest("m1-2");
    assertEquals(Status.FAILED, row.status());
    assertEquals("dropped by operator", row.reason());
    assertEquals(1, row.step().attempt());
    assertEquals(List.of("m2-1"), claim("desk").stream().map(Claim::delivery).toList());
    assertEquals(new Ledger(3, 0, 2, 1, 0), journal().ledger());
    assertEquals(1, queue().replay(Choice.of("m1-2"), ""), "a drop is no end for good");
    assertFalse(queue().settle(inFlight, done()));
    assertEquals(2, claimOne("archive").attempt());
  }

  @Test
  default void aRuleIsDroppedWhole() throws Exception {
    String[] rules = new String[1_000];
    for (int i = 0; i < rules.length; i++) {
      rules[i] = i % 2 == 0 ? "gone" : "desk";
    }
    put(queue(), mail("m1", clock().instant(), rules), bytes(10));
    Choice gone = new Choice("", "gone", Set.of(), null, null);
    assertEquals(500, queue().drop(gone));
    assertEquals(new Ledger(1_000, 0, 500, 500, 0), journal().ledger());
    assertEquals(0, queue().drop(gone));
  }

  @Test
  default void whatWaitsIsListedNextDueFirst() throws Exception {
    Instant start = clock().instant();
    put(queue(), mail("m1", start, "desk", "archive"), bytes(10));
    clock().tick(Duration.ofSeconds(1));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    queue().settle(claimOne("desk"), again(start.plusSeconds(60)));
    claimOne("archive");
    assertEquals(
        List.of(
            new Pending("m2-1", "desk", "desk@in.example.com", at(1), 0, at(1), false, ""),
            new Pending(
                "m1-1",
                "desk",
                "desk@in.example.com",
                start,
                1,
                at(60),
                false,
                "500 from the endpoint"),
            new Pending(
                "m1-2",
                "archive",
                "archive@in.example.com",
                start,
                1,
                at(1).plus(Samples.LEASE),
                true,
                "")),
        queue().pending("", 10));
    assertEquals(1, queue().pending("", 1).size());
    assertEquals("m1-2", queue().pending("archive", 10).getFirst().delivery());
    assertEquals(List.of(), queue().pending("spare", 10));
    assertThrows(IllegalArgumentException.class, () -> queue().pending("", 0));
  }

  private static Instant at(int seconds) {
    return FakeClock.START.plusSeconds(seconds);
  }

  @Test
  default void aForgottenMailLeavesItsCountsOnly() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk", "archive"), bytes(600_000));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    Claim claim = claimOne("archive");
    succeed("desk");

    assertEquals(new Done(1, 3), queue().count(new Traces.OfMail("m1")));
    assertEquals(new Done(1, 4), queue().forget(new Traces.OfMail("m1-2")));

    assertThrows(IOException.class, () -> read(claim));
    assertFalse(queue().settle(claim, done()));
    assertEquals(new Ledger(3, 1, 0, 0, 2), journal().ledger());
    List<Row> rows = rows("m1-");
    assertEquals(
        List.of(Status.QUEUED, Status.QUEUED, Status.SUCCEEDED, Status.FAILED),
        rows.stream().map(Row::status).toList());
    for (Row row : rows) {
      assertEquals(
          List.of("", "", "", ""),
          List.of(
              row.arrival().from(),
              row.arrival().to(),
              row.arrival().hostName(),
              row.arrival().messageId()));
      assertEquals("forgotten by operator", row.reason());
    }
    assertEquals(0, queue().replay(Choice.of("m1"), ""));
    assertEquals("", journal().story("m1").orElseThrow().rows().getFirst().arrival().to());
    assertEquals("desk@in.example.com", rows("m2-").getFirst().arrival().to());
    assertEquals(1, queue().replay(Choice.of("m2"), ""));
  }

  @Test
  default void anAddressIsForgottenAsSenderAndAsRecipientInAnyCase() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    put(queue(), mail("m2", clock().instant(), "archive"), bytes(10));
    assertEquals(new Done(0, 0), queue().forget(new Traces.From("desk@in.example.com")));
    assertEquals(new Done(1, 1), queue().count(new Traces.To("Desk@IN.example.com")));
    assertEquals(new Done(1, 2), queue().forget(new Traces.To("Desk@IN.example.com")));
    assertEquals(List.of(), claim("desk"));
    assertEquals(new Done(1, 1), queue().count(new Traces.From("alice@sender.example.NET")));
    assertEquals(new Done(1, 0), queue().count(new Traces.From("BOUNCE+1@sender.example.net")));
    assertEquals(new Done(1, 2), queue().forget(new Traces.From("bounce+1@sender.example.net")));
    assertEquals(new Done(0, 0), queue().forget(new Traces.From("alice@sender.example.net")));
    assertEquals(new Ledger(2, 0, 0, 0, 2), journal().ledger());
  }

  @Test
  default void whatHasBeenKeptForLongEnoughIsRemoved() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk", "archive"), bytes(600_000));
    put(queue(), mail("m2", clock().instant(), "archive"), bytes(10));
    put(queue(), mail("m3", clock().instant(), "spare"), bytes(10));
    succeed("desk");
    Claim kept = claimOne("archive");
    fail("archive");
    clock().tick(Duration.ofDays(3));
    purge(Settings.USUAL);
    assertEquals(new Ledger(4, 1, 1, 2, 0), journal().ledger(), "just not yet");
    clock().tick(Duration.ofMillis(1));
    purge(Settings.USUAL);
    assertEquals(new Ledger(4, 0, 1, 2, 1), journal().ledger());
    assertEquals(600_000, read(kept).length, "another delivery of it needs the message");
    assertEquals(0, queue().replay(Choice.of("m1-1"), ""), "it is gone");
    assertEquals(1, queue().replay(Choice.of("m2"), ""));

    queue().settle(kept, dead());
    clock().tick(Duration.ofDays(31));
    purge(Settings.USUAL);

    assertEquals(new Ledger(4, 0, 0, 2, 2), journal().ledger(), "what waits stays");
    awaitGone(kept);
    assertEquals(8, rows("").size(), "the status log is kept longer");
    assertEquals(2, queue().waiting().size());
    assertArrayEquals(bytes(10), read(claimOne("spare")));
    clock().tick(Duration.ofDays(60));
    purge(Settings.USUAL);
    assertEquals(List.of(), rows(""));
    assertEquals(new Ledger(4, 0, 0, 2, 2), journal().ledger());
  }

  @Test
  default void whatWasReplayedIsKeptAnew() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    succeed("desk");
    clock().tick(Duration.ofDays(2));
    queue().replay(Choice.of("m1"), "");
    clock().tick(Duration.ofDays(2));
    purge(Settings.USUAL);
    succeed("desk");
    clock().tick(Duration.ofDays(2));
    purge(Settings.USUAL);
    assertEquals(new Ledger(1, 1, 0, 0, 0), journal().ledger());
    clock().tick(Duration.ofDays(2));
    purge(Settings.USUAL);
    assertEquals(new Ledger(1, 0, 0, 0, 1), journal().ledger());
  }

  @Test
  default void aLotIsRemovedPartByPart() throws Exception {
    String[] rules = new String[250];
    Arrays.fill(rules, "desk");
    for (int i = 0; i < 4; i++) {
      put(queue(), mail("m" + i, clock().instant(), rules), bytes(10));
    }
    succeed("desk");
    clock().tick(Duration.ofDays(4));
    Duration kept = Duration.ofDays(3);
    int parts = purge(new Settings(kept, kept, kept, kept));
    assertTrue(parts > 4, "only " + parts + " parts");
    assertEquals(new Ledger(1_000, 0, 0, 0, 1_000), journal().ledger());
    assertEquals(List.of(), rows(""));
    put(queue(), mail("m9", clock().instant(), "desk"), bytes(20));
    assertArrayEquals(bytes(20), read(claimOne("desk")), "a rule that was removed begins anew");
  }

  /// Large messages go by and by.
  private static void awaitGone(Claim claim) {
    Soon.until("the message is gone", () -> !isKept(claim));
  }

  private static boolean isKept(Claim claim) {
    try {
      return read(claim).length > 0;
    } catch (IOException _) {
      return false;
    }
  }

  /// Turns the crank until nothing is left to do.
  private int purge(Settings settings) throws StoreUnavailable {
    Retention retention = new Retention(queue(), settings, clock(), clock().instant());
    int parts = 0;
    while (retention.runOnce()) {
      parts++;
    }
    return parts;
  }

  private List<Row> rows(String delivery) throws StoreUnavailable {
    return journal().after(0, Query.ALL, 1_000).stream()
        .filter(row -> row.step().delivery().startsWith(delivery))
        .toList();
  }

  private Row newest(String delivery) throws StoreUnavailable {
    return rows(delivery).getLast();
  }

  private List<Claim> claim(String rule) throws StoreUnavailable {
    return queue().claim(want(rule, 1_000), clock().instant());
  }

  private Claim claimOne(String rule) throws StoreUnavailable {
    List<Claim> claims = queue().claim(want(rule, 1), clock().instant());
    assertEquals(1, claims.size(), "one delivery of " + rule);
    return claims.getFirst();
  }

  private void succeed(String rule) throws Exception {
    settleAll(rule, done());
  }

  private void fail(String rule) throws Exception {
    settleAll(rule, dead());
  }

  /// All at once, or else each would wait for an fsync of its own.
  private void settleAll(String rule, Settlement settlement) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> settled = new ArrayList<>();
      for (Claim claim : claim(rule)) {
        settled.add(threads.submit(() -> queue().settle(claim, settlement)));
      }
      for (Future<Boolean> one : settled) {
        assertTrue(one.get());
      }
    }
  }

  private Settlement done() {
    return new Settlement.Done(trial(clock().instant(), 200, ""));
  }

  private Settlement dead() {
    return new Settlement.Dead(trial(clock().instant(), 400, "400 from the endpoint"));
  }

  private Settlement again(Instant due) {
    return new Settlement.Again(trial(clock().instant(), 500, "500 from the endpoint"), due);
  }
}
