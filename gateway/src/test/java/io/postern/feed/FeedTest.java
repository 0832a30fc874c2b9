package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.TestGateway;
import io.postern.delivery.Courier;
import io.postern.delivery.Outcome;
import io.postern.fixture.FakeClock;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Cursor;
import io.postern.queue.Pause;
import io.postern.queue.Samples;
import io.postern.queue.Traces;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the feed makes of a roster that changes under it, of pauses, of faults and of its stop;
/// with a real store, and cranked by hand.
final class FeedTest {
  private static final Outcome GOOD = new Outcome.Accepted(200);

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final Sink sink = new Sink();
  private volatile Roster roster;
  private SqliteStore store;
  private Feed feed;
  private int next;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectory(folder.resolve("subscribers"));
    store =
        SqliteStore.open(
            io.postern.store.sqlite.Settings.of(folder.resolve("postern.db"), 0), clock);
    roster = read();
    feed = feed(Duration.ofSeconds(10));
  }

  @AfterEach
  void close() {
    sink.gate.countDown();
    feed.close();
    store.close();
  }

  @Test
  void oneThatIsAddedWhileItRunsIsToldFromThen() throws Exception {
    write("first", true);
    crank();
    mail();
    write("second", true);
    crank();
    mail();
    crank();
    assertEquals(List.of("first m0-1", "first m1-1", "second m1-1"), sink.told());
  }

  @Test
  void oneThatIsDisabledAndEnabledAgainGoesOnWhereItWas() throws Exception {
    write("first", true);
    crank();
    mail();
    crank();
    write("first", false);
    crank();
    mail();
    crank();
    assertEquals(List.of("first m0-1"), sink.told());
    write("first", true);
    crank();
    crank();
    assertEquals(List.of("first m0-1", "first m1-1"), sink.told());
  }

  @Test
  void oneThatIsRemovedIsToldNothingAndKeepsNothingBack() throws Exception {
    write("first", true);
    write("second", true);
    crank();
    Files.delete(folder.resolve("subscribers/first.yaml"));
    roster = read();
    crank();
    mail();
    crank();
    assertEquals(List.of("second m0-1"), sink.told());
    assertEquals(Set.of("second"), feed.stands().keySet());
    Cursor gone = store.cursors().getFirst();
    assertTrue(gone.missed().away() != null, "it is noted to be away");
  }

  @Test
  void whoIsResumedByAPersonIsTriedAtOnce() throws Exception {
    write("first", true);
    crank();
    sink.answer = new Outcome.Deferred(503, "HTTP 503", "", null);
    mail();
    crank();
    assertEquals(1, sink.told().size());
    store.pauseSubscriber(new Pause("first", clock.instant(), "by hand"));
    feed.wake();
    crank();
    sink.answer = GOOD;
    store.resumeSubscriber("first");
    feed.wake();
    crank();
    assertEquals(List.of("first m0-1", "first m0-1"), sink.told(), "the wait of hours is over");
  }

  @Test
  void whoIsOnlyFailingIsTriedAtOnceToo() throws Exception {
    write("first", true);
    write("second", true);
    crank();
    sink.answer = new Outcome.Deferred(503, "HTTP 503", "", null);
    mail();
    crank();
    crank();
    assertEquals(List.of("first m0-1", "second m0-1"), sink.told(), "they wait for hours");
    feed.resume("first");
    crank();
    assertEquals(List.of("first m0-1", "first m0-1", "second m0-1"), sink.told());
    assertEquals(1, attempts("first"), "its failures are counted anew");
    crank();
    assertEquals(3, sink.told().size(), "once");
    feed.resume("nobody");
  }

  @Test
  void whoResumesByItselfKeepsThePaceThatItHasGot() throws Exception {
    write("first", true);
    crank();
    sink.answer = new Outcome.Deferred(503, "HTTP 503", "", null);
    mails(200);
    crank();
    store.pauseSubscriber(new Pause("first", clock.instant(), Pause.Cause.FAILING, "down"));
    feed.wake();
    sink.answer = GOOD;
    clock.tick(Duration.ofHours(7));
    crank();
    crank();
    assertEquals(List.of(), store.pausedSubscribers());
    int before = sink.calls;
    mails(200);
    crank();
    assertEquals(2, sink.calls - before, "of 100 events, and not of 10, 20, 40 and so on");
  }

  private void mails(int count) throws StoreUnavailable {
    for (int i = 0; i < count; i++) {
      Samples.put(store, Samples.mail("m" + next++, clock.instant(), "desk"), Samples.bytes(10));
    }
    clock.tick(Duration.ofSeconds(2));
  }

  private int attempts(String name) throws StoreUnavailable {
    return store.cursors().stream()
        .filter(it -> it.subscriber().equals(name))
        .findFirst()
        .orElseThrow()
        .standing()
        .attempts();
  }

  @Test
  void aPauseThatCameFromElsewhereIsKnownBeforeTheNextTurn() throws Exception {
    write("first", true);
    crank();
    store.pauseSubscriber(new Pause("first", clock.instant(), "by hand"));
    mail();
    feed.wake();
    crank();
    assertEquals(List.of(), sink.told());
    assertEquals(Stand.State.PAUSED, feed.stands().get("first").state());
  }

  @Test
  void whatWasGatheredIsReadAgainAfterAnErasure() throws Exception {
    write("first", true);
    crank();
    Samples.put(store, Samples.mail("m0", clock.instant(), "desk"), Samples.bytes(10));
    feed.wake();
    crank();
    assertEquals(0, sink.calls, "it waits for more");
    store.forget(new Traces.OfMail("m0"));
    feed.reread();
    clock.tick(Duration.ofSeconds(1));
    crank();
    // Queued, and given up by the erasure.
    assertEquals(List.of("first m0-1", "first m0-1"), sink.told());
    assertEquals(1, sink.calls);
    assertFalse(sink.body.contains("sender.example.net"), sink.body);
  }

  @Test
  void aStopWaitsForThePostThatIsUnderWay() throws Exception {
    write("first", true);
    crank();
    mail();
    sink.isHeld = true;
    feed.runOnce();
    assertTrue(sink.entered.await(10, TimeUnit.SECONDS));
    Thread stop = Thread.ofPlatform().start(feed::close);
    TestGateway.until("it waits", () -> stop.getState() == Thread.State.TIMED_WAITING);
    assertFalse(sink.isClosed, "nothing is cut off while there is time");
    sink.gate.countDown();
    stop.join(10_000);
    assertFalse(stop.isAlive());
    assertTrue(sink.isClosed);
    assertEquals(store.newest(), store.cursors().getFirst().position());
    assertEquals(0, feed.runOnce(), "nothing is begun after that");
  }

  @Test
  void aStopAmidABatchNotesWhatWasTakenOfIt() throws Exception {
    write("first", true, "bik");
    crank();
    mails(3);
    sink.isHeld = true;
    feed.runOnce();
    assertTrue(sink.entered.await(10, TimeUnit.SECONDS));
    Thread stop = Thread.ofPlatform().start(feed::close);
    TestGateway.until("it waits", () -> stop.getState() == Thread.State.TIMED_WAITING);
    sink.gate.countDown();
    stop.join(10_000);
    Cursor.Batch batch = store.cursors().getFirst().batch();
    assertEquals(3, batch.posts());
    assertEquals(1, batch.done(), "it is not posted again after the start");
    assertEquals(1, sink.calls);
  }

  @Test
  void aStopCutsOffAPostThatDoesNotEndAndLeavesItsSubscriberAsItWas() throws Exception {
    feed.close();
    sink.isClosed = false;
    feed = feed(Duration.ZERO);
    write("first", true);
    crank();
    mail();
    sink.isHeld = true;
    sink.answer = new Outcome.NotMade("the gateway stopped during the call", true);
    feed.runOnce();
    assertTrue(sink.entered.await(10, TimeUnit.SECONDS));
    // Closing the courier is what ends the call.
    feed.close();
    assertEquals(0, feed.inFlight());
    Cursor cursor = store.cursors().getFirst();
    assertEquals(0, cursor.standing().attempts());
    assertFalse(cursor.standing().due().isAfter(clock.instant()));
    assertEquals(1, cursor.batch().posts());
  }

  @Test
  void aFaultOfOursIsTriedMoreAndMoreSeldomAndTold() throws Exception {
    write("first", true);
    write("second", true);
    crank();
    sink.isBroken = true;
    mail();
    for (int second = 0; second < 200; second++) {
      crank();
      clock.tick(Duration.ofSeconds(1));
    }
    int turns = sink.calls;
    // 1, 2, 4, 8, 16, 32, 60, 60 s, for each of the two.
    assertTrue(turns >= 2 * 8 && turns <= 2 * 10, turns + " turns");
    assertEquals(Set.of("first", "second"), feed.faults().keySet());
    assertTrue(feed.faults().get("first").contains("a bug"), feed.faults().toString());
    sink.isBroken = false;
    clock.tick(Duration.ofMinutes(1));
    crank();
    assertEquals(Map.of(), feed.faults());
    assertEquals(List.of("first m0-1", "second m0-1"), sink.told());
  }

  @Test
  void whoWaitsForHoursHasATurnNowAndThenAndNotAllTheTime() throws Exception {
    write("first", true);
    crank();
    sink.answer = new Outcome.Deferred(503, "HTTP 503", "", null);
    mail();
    crank();
    assertEquals(1, sink.calls);
    assertEquals(0, feed.runOnce(), "its turn is over, and its time has not come");
    clock.tick(Duration.ofSeconds(4));
    assertEquals(0, feed.runOnce());
    clock.tick(Duration.ofSeconds(1));
    assertEquals(1, feed.runOnce(), "its file may have been changed");
    TestGateway.until("the turn is over", () -> feed.inFlight() == 0);
    assertEquals(0, feed.runOnce());
    clock.tick(Duration.ofHours(-2));
    assertEquals(1, feed.runOnce(), "what a clock said that was ahead is not waited for");
  }

  @Test
  void whoCannotBeToldForTheStoreIsNamedUntilItCan() throws Exception {
    write("first", true);
    crank();
    mail();
    breakLog(true);
    crank();
    assertEquals(Set.of("first"), feed.faults().keySet());
    assertTrue(feed.faults().get("first").startsWith("The store can't"), feed.faults().toString());
    assertEquals(0, feed.runOnce(), "it rests before it is tried again");
    breakLog(false);
    clock.tick(Duration.ofSeconds(1));
    crank();
    assertEquals(Map.of(), feed.faults());
    assertEquals(List.of("first m0-1"), sink.told());
  }

  @Test
  void aWakeIsNotLostWhileTheStoreCannotBeAsked() throws Exception {
    write("first", true);
    crank();
    store.pauseSubscriber(new Pause("first", clock.instant(), "by hand"));
    mail();
    change("ALTER TABLE cursors RENAME TO hidden");
    feed.wake();
    assertThrows(StoreUnavailable.class, feed::runOnce);
    change("ALTER TABLE hidden RENAME TO cursors");
    crank();
    assertEquals(List.of(), sink.told(), "it is paused");
    assertEquals(Stand.State.PAUSED, feed.stands().get("first").state());
  }

  /// The log can't be read, or can again; the cursors can.
  private void breakLog(boolean isBroken) throws SQLException {
    change(
        isBroken
            ? "ALTER TABLE block_changes RENAME TO hidden"
            : "ALTER TABLE hidden RENAME TO block_changes");
  }

  private void change(String statement) throws SQLException {
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("postern.db"));
        Statement sql = database.createStatement()) {
      sql.execute(statement);
    }
  }

  @Test
  void theMemoryIsPartedAmongThoseThatAreEnabled() throws Exception {
    feed.close();
    feed = feed(Duration.ofSeconds(10), 8_000);
    write("first", true);
    write("second", true);
    write("third", false);
    crank();
    for (int i = 0; i < 4; i++) {
      Samples.put(store, Samples.mail("m" + i, clock.instant(), "desk"), Samples.bytes(10));
    }
    clock.tick(Duration.ofSeconds(2));
    crank();
    assertEquals(4 + 4, sink.told().size());
    assertEquals(4, sink.calls, "4,000 bytes are two events");
  }

  private void mail() throws StoreUnavailable {
    Samples.put(store, Samples.mail("m" + next++, clock.instant(), "desk"), Samples.bytes(10));
    clock.tick(Duration.ofSeconds(2));
  }

  private void crank() throws StoreUnavailable {
    feed.runOnce();
    TestGateway.until("the turns are over", () -> feed.inFlight() == 0);
  }

  private void write(String name, boolean isEnabled) throws IOException {
    write(name, isEnabled, "postern");
  }

  private void write(String name, boolean isEnabled, String format) throws IOException {
    Files.writeString(
        folder.resolve("subscribers").resolve(name + ".yaml"),
        """
        name: %s
        events: [deliveries]
        post: { url: "https://%s.example.com/events", format: %s }
        retry: { schedule: [6h, 12h] }
        validate: false
        enabled: %s
        """
            .formatted(name, name, format, isEnabled));
    roster = read();
  }

  private Roster read() {
    Settings settings = new Settings(folder.resolve("subscribers"), Set.of(), true);
    return switch (new SubscriberFiles(settings, Map.of(), Severity.ERROR).read()) {
      case Judgement.Good<Roster>(Roster good, _) -> good;
      case Judgement.Bad<Roster>(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private Feed feed(Duration grace) {
    return feed(grace, 1 << 24);
  }

  private Feed feed(Duration grace, long inHandMax) {
    return new Feed(
        new Feed.Parts(
            store,
            () -> Optional.of(roster),
            Optional::empty,
            sink,
            new Payload.Gateway("mx.example.com", "main"),
            clock,
            new Random(1),
            Notices.NONE),
        new Feed.Limits(Duration.ofDays(90), grace, inHandMax));
  }

  /// Notes who was told of what, and answers as it is told to; a post may be held until the gate is
  /// opened, or the courier closed.
  private static final class Sink implements Courier {
    private final List<String> told = new ArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch entered = new CountDownLatch(1);
    private volatile Outcome answer = GOOD;
    private volatile boolean isHeld;
    private volatile boolean isBroken;
    private volatile boolean isClosed;
    private volatile int calls;
    private volatile String body = "";

    @Override
    public Outcome carry(Post post) throws IOException {
      synchronized (this) {
        calls++;
        if (isBroken) {
          throw new IllegalStateException("a bug");
        }
        try (InputStream in = post.body().source().open()) {
          body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          for (JsonNode event : JsonMapper.shared().readTree(body).at("/data/events")) {
            told.add(
                post.url().getHost().split("\\.", 2)[0] + " " + event.get("delivery").asString());
          }
        }
      }
      entered.countDown();
      try {
        if (isHeld && !gate.await(20, TimeUnit.SECONDS)) {
          throw new AssertionError("nobody opened the gate");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return answer;
    }

    synchronized List<String> told() {
      return told.stream().sorted().toList();
    }

    @Override
    public void close() {
      isClosed = true;
      gate.countDown();
    }
  }
}
