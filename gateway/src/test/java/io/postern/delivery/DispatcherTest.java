package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.queue.Accepted;
import io.postern.queue.Pause;
import io.postern.queue.Spool;
import io.postern.rules.Book;
import io.postern.rules.Read;
import io.postern.rules.RuleFiles;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.SqliteReader;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The dispatcher cranked by hand, over the real queue, with a courier that is told what to say.
final class DispatcherTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final ScriptedCourier courier = new ScriptedCourier();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final Notices notices =
      new Notices() {
        @Override
        public void paused(Pause pause) {
          told.add("paused " + pause.rule() + " " + pause.cause() + ": " + pause.reason());
        }

        @Override
        public void resumed(String rule) {
          told.add("resumed " + rule);
        }
      };
  private SqliteStore store;
  private Optional<Book> book;
  private Dispatcher dispatcher;
  private int mails;

  @BeforeEach
  void open() throws Exception {
    store =
        SqliteStore.open(
            io.postern.store.sqlite.Settings.of(folder.resolve("data/postern.db"), 0), clock);
    book = Optional.of(book("interval: 10s, period: 1d, pause-after: 1d", true));
    dispatcher = dispatcher(new Settings(false, Set.of(400), 64, 32, 4, true, PATIENCE));
  }

  @AfterEach
  void close() {
    dispatcher.close();
    store.close();
  }

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
  void aGoneEndpointIsPausedAndSomebodyIsTold() throws Exception {
    put();
    courier.always = new Outcome.Gone("HTTP 410", "");
    crank();
    assertEquals(List.of("paused desk GONE: the endpoint answered 410 Gone"), told);
    clock.tick(Duration.ofHours(2));
    assertEquals(0, crank());
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

  /// One turn of the crank, and the attempts it started to their end.
  private int crank() throws Exception {
    int started = dispatcher.runOnce();
    until(() -> dispatcher.inFlight() == 0);
    return started;
  }

  private static void until(java.util.function.BooleanSupplier state) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!state.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "waited in vain");
      LockSupport.parkNanos(100_000);
    }
  }

  private boolean has(Status status) throws Exception {
    return !rows(status).isEmpty();
  }

  private List<Row> rows(Status status) throws Exception {
    return store.after(0, Query.ALL, 1000).stream().filter(r -> r.status() == status).toList();
  }

  private Dispatcher dispatcher(Settings settings) {
    return new Dispatcher(
        new Dispatcher.Parts(
            store,
            () -> book,
            courier,
            new Payload.Gateway("mx.example.com", "main"),
            clock,
            new Random(1),
            notices),
        settings);
  }

  private void put() throws Exception {
    put("desk");
  }

  private void put(String rule) throws Exception {
    Address to = new Address(rule, new Domain("in.example.com"));
    Envelope envelope =
        new Envelope(
            "session",
            new Peer(
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25),
                "peer.example",
                true,
                ""),
            ReversePath.NULL,
            List.of(to),
            clock.instant(),
            false);
    try (Spool spool = store.spool()) {
      byte[] message = Mails.plain();
      spool.write(message, 0, message.length);
      store.put(
          new Accepted(
              "mail%022d".formatted(mails++),
              envelope,
              "ann@sender.example",
              "<1@sender.example>",
              "book",
              List.of(new Accepted.Route(to, rule))),
          spool);
    }
  }

  private void rule(String name, String post, String retry, boolean enabled) throws IOException {
    Path rules = Files.createDirectories(folder.resolve("rules"));
    Files.writeString(
        rules.resolve(name + ".yaml"),
        """
        name: %s
        when: [ { header: To, matches: '^%s@' } ]
        post: { url: "https://app.example.com/", %s }
        retry: { %s }
        enabled: %s
        """
            .formatted(name, name, post, retry, enabled));
  }

  /// All rules, and the rule desk anew.
  private Book book(String retry, boolean enabled) throws IOException {
    rule("desk", "", retry, enabled);
    return book();
  }

  private Book book() {
    Path rules = folder.resolve("rules");
    return switch (new RuleFiles(
            new io.postern.rules.Settings(rules, Set.of(), true), Map.of(), Severity.WARNING)
        .read()) {
      case Read.Good(Book good, _) -> good;
      case Read.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  /// Says what it is told to, to every post.
  private static final class ScriptedCourier implements Courier {
    final BlockingQueue<Post> calls = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> gate = new LinkedBlockingQueue<>();
    volatile Outcome always = new Outcome.Accepted(200);
    volatile boolean hold;
    volatile boolean broken;
    volatile boolean dying;

    @Override
    public Outcome carry(Post post) {
      calls.add(post);
      if (dying) {
        throw new InternalError("no bug that is foreseen");
      }
      if (broken) {
        throw new IllegalStateException("a bug");
      }
      try {
        while (hold && gate.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) == null) {
          throw new AssertionError("nobody opened the gate");
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return always;
    }

    void release() {
      hold = false;
      for (int i = 0; i < 100; i++) {
        gate.add(true);
      }
    }

    @Override
    public void close() {}
  }
}
