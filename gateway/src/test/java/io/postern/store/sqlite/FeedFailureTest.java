package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Courier;
import io.postern.delivery.Outcome;
import io.postern.feed.Feed;
import io.postern.feed.Notices;
import io.postern.feed.Roster;
import io.postern.feed.SubscriberFiles;
import io.postern.fixture.FakeClock;
import io.postern.journal.StoreUnavailable;
import io.postern.settings.LiveFiles.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A subscriber is told with the Nth call to the database failing, for every N until none is
/// touched. Each event of what was kept is told, in its order; what is told twice has the same id.
final class FeedFailureTest {
  private static final int MAILS = 2;
  private static final int CALLS_MAX = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  /// Dozens of stores wait for the disk longer than for anything else. That a sync is one is not
  /// what is tested here.
  @TempDir(factory = InMemory.class)
  private static Path folder;

  private static Path template;
  private static Roster roster;

  /// In memory where Linux has such a folder.
  static final class InMemory implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
        throws IOException {
      return Files.isWritable(MEMORY)
          ? Files.createTempDirectory(MEMORY, "junit-")
          : Files.createTempDirectory("junit-");
    }
  }

  @BeforeAll
  static void write() throws Exception {
    template = folder.resolve("template.db");
    SqliteStore.open(Settings.of(template, 0), new FakeClock()).close();
    Path files = Files.createDirectory(folder.resolve("subscribers"));
    Files.writeString(
        files.resolve("ops.yaml"),
        """
        name: ops
        events: [deliveries]
        post: { url: "https://ops.example.com/events", format: postern }
        validate: false
        """);
    io.postern.feed.Settings settings = new io.postern.feed.Settings(files, Set.of(), true);
    roster =
        switch (new SubscriberFiles(settings, Map.of(), Severity.ERROR).read()) {
          case Judgement.Good<Roster>(Roster good, _) -> good;
          case Judgement.Bad<Roster>(var problems) -> throw new AssertionError(problems.toString());
        };
  }

  @Test
  void everythingIsToldWhicheverCallFails() throws Exception {
    int nth = 1;
    while (run(nth, false)) {
      nth++;
      assertTrue(nth < CALLS_MAX, "the scenario has no end");
    }
    assertTrue(nth > 20, "only " + nth + " calls were seen");
  }

  @Test
  void everythingIsToldWhenACommitIsNotHeardOf() throws Exception {
    int nth = 1;
    while (run(nth, true)) {
      nth++;
      assertTrue(nth < CALLS_MAX, "the scenario has no end");
    }
    assertTrue(nth > 4, "only " + nth + " commits were seen");
  }

  /// @return false when there was no such call
  private boolean run(int nth, boolean unheard) throws Exception {
    FakeClock clock = new FakeClock();
    Sink sink = new Sink();
    AtomicBoolean armed = new AtomicBoolean();
    AtomicInteger calls = new AtomicInteger();
    TroubledJdbc.Trouble trouble =
        new TroubledJdbc.Trouble() {
          @Override
          public void before(String call, String sql) throws SQLException {
            if (!unheard && armed.get() && calls.incrementAndGet() == nth) {
              throw new SQLException("disk I/O error (made by the test) at " + sql);
            }
          }

          @Override
          public void after(String call, String sql) throws SQLException {
            boolean isCommit = call.equals("executeUpdate") && sql.equals("COMMIT");
            if (unheard && isCommit && armed.get() && calls.incrementAndGet() == nth) {
              throw new SQLException("disk I/O error (made by the test) after " + sql);
            }
          }
        };
    Path database = folder.resolve(nth + "-" + unheard + ".db");
    Files.copy(template, database);
    try (SqliteStore store =
        SqliteStore.open(Settings.of(database, 0), clock, TroubledJdbc.door(trouble))) {
      Feed feed = feed(store, sink, clock);
      crank(feed);
      armed.set(true);
      List<String> kept = new ArrayList<>();
      for (int i = 0; i < MAILS; i++) {
        try {
          put(store, mail("m" + i, clock.instant(), "desk"), bytes(10));
          kept.add("m" + i + "-1");
        } catch (StoreUnavailable _) {
          // Not promised; with a commit that was not heard of it is told all the same.
        }
        clock.tick(Duration.ofSeconds(1));
        crank(feed);
      }
      armed.set(false);
      for (int i = 0; i < 3; i++) {
        clock.tick(Duration.ofSeconds(2));
        crank(feed);
      }
      List<String> told = sink.told();
      assertTrue(told.containsAll(kept), "call " + nth + ": kept " + kept + ", told " + told);
      assertEquals(
          IntStream.range(0, MAILS).mapToObj(i -> "m" + i + "-1").filter(told::contains).toList(),
          told.stream().distinct().toList(),
          "call " + nth + ": in order");
      assertEquals(store.newest(), store.cursors().getFirst().position(), "call " + nth);
      feed.close();
    }
    return calls.get() >= nth;
  }

  /// One look of the feed, and the turns that it starts, to their end.
  private static void crank(Feed feed) {
    feed.wake();
    try {
      feed.runOnce();
    } catch (StoreUnavailable _) {
      // The loop around it tries again, and so does the test.
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (feed.inFlight() > 0) {
      assertTrue(System.nanoTime() < deadline, "a turn does not end");
      // A turn takes less time than a usual wait has.
      LockSupport.parkNanos(100_000);
    }
  }

  private Feed feed(SqliteStore store, Courier courier, FakeClock clock) {
    return new Feed(
        new Feed.Parts(
            store,
            () -> Optional.of(roster),
            Optional::empty,
            courier,
            new Payload.Gateway("mx.example.com", "main"),
            clock,
            new Random(1),
            Notices.NONE),
        new Feed.Limits(Duration.ofDays(90), Duration.ofSeconds(1), 1 << 24));
  }

  /// Takes everything, and sees to it that an id stands for the same bytes each time.
  private static final class Sink implements Courier {
    private final Map<String, JsonNode> posts = new HashMap<>();
    private final List<String> told = new ArrayList<>();

    @Override
    public synchronized Outcome carry(Post post) throws IOException {
      try (InputStream in = post.body().source().open()) {
        JsonNode body = JSON.readTree(in);
        JsonNode before = posts.putIfAbsent(post.delivery(), body);
        assertTrue(before == null || before.equals(body), "the same id, other events");
        for (JsonNode event : body.get("data").get("events")) {
          told.add(event.get("delivery").asString());
        }
      }
      return new Outcome.Accepted(200);
    }

    synchronized List<String> told() {
      return List.copyOf(told);
    }

    @Override
    public void close() {}
  }
}
