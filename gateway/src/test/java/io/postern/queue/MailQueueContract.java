package io.postern.queue;

import static io.postern.queue.Samples.LEASE;
import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.fill;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.read;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static io.postern.queue.Samples.wants;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.StoreUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What every engine's line does. An engine's test implements this and opens an empty store before
/// each test.
public interface MailQueueContract {
  /// The line.
  MailQueue queue();

  /// The time that the line was given.
  FakeClock clock();

  /// Ends the store, and opens it again as a gateway does that starts.
  void restart() throws Exception;

  @Test
  default void givesAMailBackAsItWasPut() throws Exception {
    byte[] message = bytes(5_000);
    Accepted accepted = mail("m1", clock().instant(), "desk");
    put(queue(), accepted, message);

    Claim claim = claimOne("desk");

    assertEquals("m1-1", claim.delivery());
    assertEquals("desk", claim.rule());
    assertEquals("desk@in.example.com", claim.recipient().text());
    assertEquals(1, claim.attempt());
    assertFalse(claim.replay());
    assertEquals(Duration.ZERO, claim.age());
    assertEquals("m1", claim.mail().id());
    assertEquals(accepted.envelope(), claim.mail().envelope());
    assertEquals(message.length, claim.mail().message().size());
    assertArrayEquals(message, read(claim));
  }

  @Test
  default void keepsAnEmptyMessage() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), new byte[0]);
    assertArrayEquals(new byte[0], read(claimOne("desk")));
  }

  @Test
  default void keepsMessagesOfEverySizeAroundABlock() throws Exception {
    int[] sizes = {1, Spool.BLOCK - 1, Spool.BLOCK, Spool.BLOCK + 1, 3 * Spool.BLOCK, 999_999};
    for (int size : sizes) {
      put(queue(), mail("m" + size, clock().instant(), "desk"), bytes(size));
      Claim claim = claimOne("desk");
      assertArrayEquals(bytes(size), read(claim), "size " + size);
      assertTrue(queue().settle(claim, done()));
    }
  }

  @Test
  default void holdsLittleOfASmallMessageAndTwoBlocksOfALargeOne() throws Exception {
    try (Spool spool = queue().spool()) {
      fill(spool, bytes(2_000));
      assertTrue(spool.held() >= 2_000 && spool.held() <= 16 * 1024, spool.held() + " bytes");
      fill(spool, bytes(64 * 1024 - 2_000));
      assertTrue(spool.held() <= 64 * 1024, spool.held() + " bytes");
      fill(spool, bytes(3 * Spool.BLOCK));
      assertEquals(2L * Spool.BLOCK, spool.held());
    }
  }

  @Test
  default void opensAMessageAtAnyByte() throws Exception {
    byte[] message = bytes(2 * Spool.BLOCK + 100);
    put(queue(), mail("m1", clock().instant(), "desk"), message);
    Claim claim = claimOne("desk");
    for (int offset : new int[] {0, 1, Spool.BLOCK - 1, Spool.BLOCK, message.length}) {
      byte[] rest = Arrays.copyOfRange(message, offset, message.length);
      assertArrayEquals(rest, read(claim, offset), "offset " + offset);
    }
    assertThrows(IndexOutOfBoundsException.class, () -> read(claim, message.length + 1));
  }

  @Test
  default void aMailForTwoRulesIsTwoDeliveries() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk", "archive"), bytes(10));
    assertEquals("m1-2", claimOne("archive").delivery());
    assertEquals("m1-1", claimOne("desk").delivery());
  }

  @Test
  default void leavesRulesAloneThatAreNotNamed() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    assertEquals(List.of(), claim("archive", 10));
    assertEquals(List.of(), queue().claim(Demand.of(List.of()), clock().instant()));
    assertEquals(1, claim("desk", 10).size());
  }

  @Test
  default void takesNoMoreThanThereIsRoomForOldestFirst() throws Exception {
    for (int i = 1; i <= 5; i++) {
      put(queue(), mail("m" + i, clock().instant(), "desk", "archive"), bytes(10));
      clock().tick(Duration.ofMillis(1));
    }
    List<Claim> claims =
        queue().claim(Demand.of(List.of(wants("desk", 3), wants("archive", 1))), clock().instant());
    assertEquals(
        List.of("m1", "m1", "m2", "m3"), claims.stream().map(claim -> claim.mail().id()).toList());
    assertEquals(
        Set.of("m1-1", "m1-2", "m2-1", "m3-1"),
        new HashSet<>(claims.stream().map(Claim::delivery).toList()));
  }

  @Test
  default void aLimitOnAllIsPartedEvenlyWhateverWaits() throws Exception {
    for (int i = 1; i <= 20; i++) {
      put(queue(), mail("m" + i, clock().instant(), "desk", "archive"), bytes(10));
    }
    put(queue(), mail("m21", clock().instant(), "tickets"), bytes(10));
    List<Want> wants = List.of(wants("desk", 20), wants("archive", 20), wants("tickets", 20));
    assertEquals(
        Map.of("desk", 4, "archive", 4, "tickets", 1), claimed(new Demand(wants, 9, Map.of())));
    assertEquals(
        Map.of("desk", 1, "archive", 1),
        claimed(new Demand(wants.reversed(), 2, Map.of())),
        "the part of tickets, which has none left");
    assertEquals(Map.of("archive", 1), claimed(new Demand(wants.reversed(), 1, Map.of())));
    assertEquals(Map.of(), claimed(new Demand(wants, 0, Map.of())));
    assertEquals(Map.of("desk", 15, "archive", 14), claimed(Demand.of(wants)));
  }

  @Test
  default void aLimitOnAHostHoldsForAllWantsOfIt() throws Exception {
    for (int i = 1; i <= 10; i++) {
      put(queue(), mail("m" + i, clock().instant(), "desk", "archive", "tickets"), bytes(10));
    }
    List<Want> wants =
        List.of(
            new Want("desk", "app.example.com", 10, LEASE),
            new Want("archive", "app.example.com", 10, LEASE),
            new Want("tickets", "other.example.com", 10, LEASE));
    assertEquals(
        Map.of("desk", 2, "archive", 1, "tickets", 5),
        claimed(new Demand(wants, 8, Map.of("app.example.com", 3))));
    assertEquals(Map.of("tickets", 5), claimed(new Demand(wants, 8, Map.of("app.example.com", 0))));
  }

  @Test
  default void aLeaseKeepsOthersAwayUntilItIsOver() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    claimOne("desk");
    assertEquals(List.of(), claim("desk", 1));
    assertEquals(Optional.of(clock().instant().plus(LEASE)), queue().nextDue(List.of("desk")));
    clock().tick(LEASE);
    assertEquals(2, claimOne("desk").attempt());
  }

  @Test
  default void aSettlementOfALostLeaseChangesNothing() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    Claim late = claimOne("desk");
    clock().tick(LEASE);
    Claim later = claimOne("desk");
    assertFalse(queue().settle(late, done()));
    assertFalse(queue().settle(late, new Settlement.Unmade(clock().instant())));
    assertTrue(queue().settle(later, done()));
    assertFalse(queue().settle(later, done()));
    assertEquals(List.of(), queue().waiting());
  }

  @Test
  default void aSettlementCountsWhileNobodyElseHasTheLease() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    Claim claim = claimOne("desk");
    clock().tick(LEASE.multipliedBy(2));
    assertTrue(queue().settle(claim, done()));
  }

  @Test
  default void aSettlementOfWhatIsNotThereChangesNothing() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    Claim claim = claimOne("desk");
    for (String delivery : List.of("m1-2", "m2-1", "m1", "m1-x", "m1-0", "")) {
      Claim other =
          new Claim(
              delivery,
              claim.rule(),
              claim.recipient(),
              claim.attempt(),
              false,
              claim.age(),
              claim.failing(),
              claim.mail());
      assertFalse(queue().settle(other, done()), delivery);
    }
    assertTrue(queue().settle(claim, done()));
  }

  @Test
  default void whatIsOverIsNotClaimedAgain() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    queue().settle(claimOne("desk"), done());
    queue().settle(claimOne("desk"), new Settlement.Dead(trial(clock().instant(), 400, "refused")));
    clock().tick(Duration.ofDays(30));
    assertEquals(List.of(), claim("desk", 10));
    assertEquals(Optional.empty(), queue().nextDue(List.of("desk")));
    assertEquals(List.of(), queue().waiting());
  }

  @Test
  default void whatIsToBeTriedAgainIsDueThen() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    Instant due = clock().instant().plusSeconds(60);
    queue().settle(claimOne("desk"), again(due));
    assertEquals(Optional.of(due), queue().nextDue(List.of("archive", "desk")));
    clock().tick(Duration.ofMillis(59_999));
    assertEquals(List.of(), claim("desk", 10));
    clock().tick(Duration.ofMillis(1));
    assertEquals(2, claimOne("desk").attempt());
  }

  @Test
  default void whatWaitsLongerThanAnyWaitIsBroughtForward() throws Exception {
    Duration longest = Duration.ofHours(1);
    // Accepted, put off and leased by a clock that was a year ahead.
    clock().tick(Duration.ofDays(365));
    for (int i = 0; i < 250; i++) {
      put(queue(), mail("m" + i, clock().instant(), "desk"), bytes(10));
    }
    put(queue(), mail("other", clock().instant(), "archive"), bytes(10));
    queue().settle(claimOne("desk"), again(clock().instant().plusSeconds(60)));
    Claim leased = claimOne("desk");
    Instant now = clock().tick(Duration.ofDays(-365));
    put(queue(), mail("later", clock().instant(), "desk"), bytes(10));
    queue().settle(claimOne("desk"), again(now.plus(longest)));
    assertEquals(List.of(), claim("desk", 1_000));

    int parts = 1;
    while (queue().bringForward(Map.of("desk", longest, "nothing", longest), now)) {
      parts++;
    }
    assertEquals(2, parts, "in small transactions");
    assertEquals(249, claim("desk", 1_000).size(), "all but the leased one and the later one");
    assertEquals(List.of(), claim("archive", 10), "nobody asked for it");
    assertTrue(queue().settle(leased, done()), "the lease was left alone");
  }

  @Test
  default void anAttemptThatWasNotMadeIsNotCounted() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    Instant due = clock().instant().plusSeconds(5);
    assertTrue(queue().settle(claimOne("desk"), new Settlement.Unmade(due)));
    assertEquals(List.of(), claim("desk", 1));
    clock().tick(Duration.ofSeconds(5));
    assertEquals(1, claimOne("desk").attempt());
  }

  @Test
  default void onlyTimeThatIsToldCountsForTheAge() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk", "archive"), bytes(10));
    clock().tick(Duration.ofHours(1));
    queue().elapse(List.of("desk", "other"), Duration.ofSeconds(10));
    queue().elapse(List.of("desk"), Duration.ofMillis(5));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    queue().elapse(List.of("desk"), Duration.ofSeconds(1));

    List<Claim> claims = claim("desk", 2);

    assertEquals(Duration.ofMillis(11_005), claims.get(0).age());
    assertEquals(Duration.ofSeconds(1), claims.get(1).age());
    assertEquals(Duration.ZERO, claimOne("archive").age());
  }

  @Test
  default void aRestartKeepsWhatWasPromisedAndEndsLeases() throws Exception {
    byte[] message = bytes(Spool.BLOCK + 5);
    put(queue(), mail("m1", clock().instant(), "desk"), message);
    put(queue(), mail("m2", clock().instant(), "archive"), bytes(10));
    claimOne("desk");
    queue().settle(claimOne("archive"), again(clock().instant().plusSeconds(60)));
    queue().elapse(List.of("desk"), Duration.ofSeconds(7));
    queue().pause(new Pause("archive", clock().instant(), "410 Gone"));

    restart();

    Claim claim = claimOne("desk");
    assertEquals(2, claim.attempt());
    assertEquals(Duration.ofSeconds(7), claim.age());
    assertArrayEquals(message, read(claim));
    assertEquals(List.of(), claim("archive", 1));
    assertEquals(1, queue().pauses().size());
    put(queue(), mail("m3", clock().instant(), "desk"), bytes(20));
    assertArrayEquals(bytes(20), read(claimOne("desk")));
  }

  @Test
  default void tellsWhatWaitsByRule() throws Exception {
    Instant start = clock().instant();
    put(queue(), mail("m1", start, "desk", "archive"), bytes(10));
    clock().tick(Duration.ofSeconds(3));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    claim("desk", 1);
    assertEquals(
        List.of(
            new Waiting("archive", 1, start, start),
            new Waiting("desk", 2, start, start.plusSeconds(3))),
        queue().waiting());
  }

  @Test
  default void aSecondPauseChangesNothingAndAResumeEndsIt() throws Exception {
    Pause pause = new Pause("desk", clock().instant(), "410 Gone");
    queue().pause(pause);
    queue().pause(new Pause("desk", clock().instant().plusSeconds(9), "again"));
    queue().pause(new Pause("archive", clock().instant(), "by hand"));
    assertEquals(
        List.of(new Pause("archive", clock().instant(), "by hand"), pause), queue().pauses());
    assertTrue(queue().resume("desk"));
    assertFalse(queue().resume("desk"));
    assertFalse(queue().resume("never seen"));
    assertEquals(1, queue().pauses().size());
  }

  @Test
  default void onlyAPauseThatEndsByItselfGivesWay() throws Exception {
    Pause failing =
        new Pause("desk", clock().instant(), Pause.Cause.FAILING, "nothing but failures");
    Pause gone = new Pause("desk", clock().instant().plusSeconds(1), Pause.Cause.GONE, "410");
    queue().pause(failing);
    queue().pause(new Pause("desk", clock().instant(), Pause.Cause.FAILING, "still"));
    assertEquals(List.of(failing), queue().pauses());
    queue().pause(gone);
    queue().pause(failing);
    queue().pause(new Pause("desk", clock().instant(), "by hand"));
    assertEquals(List.of(gone), queue().pauses());
    restart();
    assertEquals(List.of(gone), queue().pauses());
  }

  @Test
  default void anEndpointForWhichNothingWaitsDoesNotFail() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    Instant now = clock().instant();
    queue().settle(claimOne("desk"), again(now));
    assertEquals(Map.of("desk", Duration.ZERO), queue().failing());
    queue().settle(claimOne("desk"), new Settlement.Dead(trial(now, 400, "refused")));
    assertEquals(Map.of(), queue().failing());
  }

  @Test
  default void tellsHowLongAnEndpointHasDoneNothingButFail() throws Exception {
    for (int i = 0; i < 5; i++) {
      put(queue(), mail("m" + i, clock().instant(), "desk"), bytes(10));
    }
    Instant now = clock().instant();
    queue().elapse(List.of("desk"), Duration.ofSeconds(5));
    Claim first = claimOne("desk");
    assertEquals(Duration.ZERO, first.failing());
    queue().settle(first, new Settlement.Again(trial(now, 0, "our own fault"), now, true));
    queue().elapse(List.of("desk"), Duration.ofSeconds(10));
    Claim second = claimOne("desk");
    assertEquals(Duration.ZERO, second.failing(), "our own faults count");
    queue().settle(second, again(now.plusSeconds(100)));
    queue().elapse(List.of("desk"), Duration.ofSeconds(20));
    restart();
    Claim third = claimOne("desk");
    assertEquals(Duration.ofSeconds(20), third.failing());
    assertEquals(Duration.ofSeconds(35), third.age());
    queue().settle(third, again(now.plusSeconds(100)));
    queue().elapse(List.of("desk"), Duration.ofSeconds(7));
    Claim fourth = claimOne("desk");
    assertEquals(Duration.ofSeconds(27), fourth.failing());
    assertEquals(Map.of("desk", Duration.ofSeconds(27)), queue().failing());
    queue().settle(fourth, done());
    assertEquals(Duration.ZERO, claimOne("desk").failing(), "a success ends it");
    assertEquals(Map.of(), queue().failing());
  }

  @Test
  default void aResumedEndpointFailsAnew() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    queue().settle(claimOne("desk"), again(clock().instant()));
    queue().elapse(List.of("desk"), Duration.ofDays(2));
    queue().pause(new Pause("desk", clock().instant(), Pause.Cause.FAILING, "failing"));
    queue().resume("desk");
    assertEquals(Duration.ZERO, claimOne("desk").failing());
  }

  @Test
  default void saysWhenDeliveriesBecomeReady() throws Exception {
    // The listener has run when the next call returns, since one thread does both in turn.
    AtomicInteger calls = new AtomicInteger();
    queue().onReady(calls::incrementAndGet);
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    Claim claim = claimOne("desk");
    assertEquals(1, calls.get(), "after a put");
    queue().settle(claim, new Settlement.Unmade(clock().instant()));
    Claim next = claimOne("desk");
    assertEquals(2, calls.get(), "after an attempt that was not made");
    queue().pause(new Pause("desk", clock().instant(), "by hand"));
    queue().resume("desk");
    queue().settle(next, again(clock().instant().plusSeconds(60)));
    assertEquals(3, calls.get(), "after a resume");
    claim("desk", 1);
    assertEquals(3, calls.get(), "not for later");
  }

  @Test
  default void aListenerThatFailsHarmsNothing() throws Exception {
    queue()
        .onReady(
            () -> {
              throw new IllegalStateException("listener");
            });
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    assertEquals(2, claim("desk", 10).size());
  }

  @Test
  default void aSpoolThatIsGivenUpLeavesNothingToClaim() throws Exception {
    try (Spool spool = queue().spool()) {
      fill(spool, bytes(3 * Spool.BLOCK));
      assertEquals(3L * Spool.BLOCK, spool.size());
    }
    assertEquals(List.of(), queue().waiting());
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    assertArrayEquals(bytes(10), read(claimOne("desk")));
  }

  @Test
  default void aSpoolIsUsedUpByAPut() throws Exception {
    try (Spool spool = queue().spool()) {
      fill(spool, bytes(10));
      queue().put(mail("m1", clock().instant(), "desk"), spool);
      assertThrows(
          IllegalStateException.class,
          () -> queue().put(mail("m2", clock().instant(), "desk"), spool));
      assertThrows(IllegalStateException.class, () -> spool.write(new byte[1], 0, 1));
    }
    assertEquals(1, claim("desk", 10).size());
  }

  @Test
  default void anIdIsTakenOnce() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    assertThrows(
        StoreUnavailable.class,
        () -> put(queue(), mail("m1", clock().instant(), "desk"), bytes(20)));
    assertEquals(1, claim("desk", 10).size());
  }

  @Test
  default void anInterruptedCallerHearsTheTruth() throws Exception {
    Thread.currentThread().interrupt();
    try {
      put(queue(), mail("m1", clock().instant(), "desk"), bytes(2 * Spool.BLOCK));
      assertTrue(Thread.currentThread().isInterrupted());
    } finally {
      assertTrue(Thread.interrupted());
    }
    assertArrayEquals(bytes(2 * Spool.BLOCK), read(claimOne("desk")));
  }

  @Test
  default void manySessionsAtOnceLoseNothing() throws Exception {
    int sessions = 20;
    int each = 10;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> running = new ArrayList<>();
      for (int s = 0; s < sessions; s++) {
        String name = "s" + s + "m";
        running.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    put(queue(), mail(name + i, clock().instant(), "desk"), bytes(100 + i));
                  }
                  return null;
                }));
      }
      for (Future<Void> one : running) {
        one.get();
      }
    }
    Set<String> seen = new HashSet<>();
    for (Claim claim : claim("desk", 1_000)) {
      int number = Integer.parseInt(claim.mail().id().replaceAll(".*m", ""));
      assertArrayEquals(bytes(100 + number), read(claim));
      assertTrue(seen.add(claim.delivery()));
    }
    assertEquals(sessions * each, seen.size());
  }

  @Test
  default void knowsWhetherThereIsRoom() {
    assertTrue(queue().hasRoom(1));
    assertFalse(queue().hasRoom(Long.MAX_VALUE));
  }

  /// How many of each rule were claimed.
  private Map<String, Integer> claimed(Demand demand) throws StoreUnavailable {
    Map<String, Integer> counts = new HashMap<>();
    queue()
        .claim(demand, clock().instant())
        .forEach(claim -> counts.merge(claim.rule(), 1, Integer::sum));
    return counts;
  }

  private List<Claim> claim(String rule, int room) throws StoreUnavailable {
    return queue().claim(want(rule, room), clock().instant());
  }

  private Claim claimOne(String rule) throws StoreUnavailable {
    List<Claim> claims = claim(rule, 1);
    assertEquals(1, claims.size(), "one delivery of " + rule);
    return claims.getFirst();
  }

  private Settlement done() {
    return new Settlement.Done(trial(clock().instant(), 200, ""));
  }

  private Settlement again(Instant due) {
    return new Settlement.Again(trial(clock().instant(), 500, "500 from the endpoint"), due);
  }
}
