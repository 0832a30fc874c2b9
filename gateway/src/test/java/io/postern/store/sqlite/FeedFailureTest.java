package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Courier;
import io.postern.delivery.Outcome;
import io.postern.feed.Feed;
import io.postern.feed.Notices;
import io.postern.feed.Roster;
import io.postern.feed.SubscriberFiles;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.BlockChange;
import io.postern.journal.Entry;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Blocklist;
import io.postern.queue.Claim;
import io.postern.queue.Settlement;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A subscriber is told with the Nth call to the database failing, for every N until none is
/// touched, with and without the process living on. Each event of the log is told, in the log's
/// order; what is told twice is of one batch, and has the same ids.
final class FeedFailureTest {
  private static final int CALLS_MAX = 1_000;
  private static final JsonMapper JSON = new JsonMapper();

  /// Dozens of stores wait for the disk longer than for anything else. That a sync is one is not
  /// what is tested here.
  @TempDir(factory = InMemory.class)
  private static Path folder;

  private static Path template;
  private static final Map<Form, Roster> rosters = new EnumMap<>(Form.class);

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

  /// How many batches came again.
  private int repeats;

  /// What the subscriber gets: several events a post, or several posts a batch.
  enum Form {
    POSTERN("deliveries, blocks"),
    BIK("deliveries");

    private final String events;

    Form(String events) {
      this.events = events;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What goes wrong.
  enum Fault {
    /// A call fails, and the process goes on.
    FAILS,
    /// A commit has happened, and the process goes on without knowing.
    UNHEARD,
    /// A call fails, and it was the process's last: another one goes on with what is on disk.
    FAILS_FOR_GOOD,
    /// A commit was the process's last call.
    UNHEARD_FOR_GOOD;

    private boolean isOfCommits() {
      return this == UNHEARD || this == UNHEARD_FOR_GOOD;
    }

    private boolean isLast() {
      return this == FAILS_FOR_GOOD || this == UNHEARD_FOR_GOOD;
    }
  }

  @BeforeAll
  static void write() throws Exception {
    template = folder.resolve("template.db");
    SqliteStore.open(Settings.of(template, 0), new FakeClock()).close();
    for (Form form : Form.values()) {
      Path files = Files.createDirectory(folder.resolve(form.word()));
      Files.writeString(
          files.resolve("ops.yaml"),
          """
          name: ops
          events: [ %s ]
          post: { url: "https://ops.example.com/events", format: %s }
          validate: false
          """
              .formatted(form.events, form.word()));
      io.postern.feed.Settings settings = new io.postern.feed.Settings(files, Set.of(), true);
      rosters.put(
          form,
          switch (new SubscriberFiles(settings, Map.of(), Severity.ERROR).read()) {
            case Judgement.Good<Roster>(Roster good, _) -> good;
            case Judgement.Bad<Roster>(var problems) ->
                throw new AssertionError(problems.toString());
          });
    }
  }

  static List<Arguments> troubles() {
    return Arrays.stream(Form.values())
        .flatMap(form -> Arrays.stream(Fault.values()).map(fault -> Arguments.of(form, fault)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("troubles")
  void everythingIsToldInOrder(Form form, Fault fault) throws Exception {
    int nth = 1;
    while (run(form, fault, nth)) {
      nth++;
      assertTrue(nth < CALLS_MAX, "the scenario has no end");
    }
    assertTrue(nth > (fault.isOfCommits() ? 2 : 10), "only " + nth + " calls were seen");
    assertEquals(fault == Fault.FAILS_FOR_GOOD, repeats > 0, "only who lost what it knew repeats");
  }

  /// The Nth call of a kind goes wrong, once it is armed.
  private static final class Nth implements TroubledJdbc.Trouble {
    private final Fault fault;
    private final int nth;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean isArmed;

    Nth(Fault fault, int nth) {
      this.fault = fault;
      this.nth = nth;
    }

    private boolean hasCome() {
      return calls.get() >= nth;
    }

    @Override
    public void before(String call, String sql) throws SQLException {
      if (!fault.isOfCommits() && isArmed && calls.incrementAndGet() == nth) {
        throw new SQLException("disk I/O error (made by the test) at " + sql);
      }
    }

    @Override
    public void after(String call, String sql) throws SQLException {
      boolean isCommit = call.equals("executeUpdate") && sql.equals("COMMIT");
      if (fault.isOfCommits() && isCommit && isArmed && calls.incrementAndGet() == nth) {
        throw new SQLException("disk I/O error (made by the test) after " + sql);
      }
    }
  }

  /// @return false when there was no such call
  private boolean run(Form form, Fault fault, int nth) throws Exception {
    String words = form + ", " + fault + ", call " + nth + ": ";
    FakeClock clock = new FakeClock();
    Sink sink = new Sink(form);
    List<String> kept = new ArrayList<>();
    Nth trouble = new Nth(fault, nth);
    Path database = folder.resolve(form + "-" + fault + "-" + nth + ".db");
    Files.copy(template, database);
    try (SqliteStore store =
        SqliteStore.open(Settings.of(database, 0), clock, TroubledJdbc.door(trouble))) {
      Feed feed = feed(form, store, sink, clock);
      crank(feed);
      // What a mail's own transactions come to is the same for all.
      trouble.isArmed = form == Form.POSTERN && !fault.isLast();
      happen(store, clock, 0, kept);
      clock.tick(Duration.ofSeconds(1));
      trouble.isArmed = true;
      crank(feed);
      trouble.isArmed = false;
      if (!fault.isLast()) {
        end(feed, store, sink, clock, kept, words);
      }
      feed.close();
    }
    if (fault.isLast()) {
      try (SqliteStore store = SqliteStore.open(Settings.of(database, 0), clock)) {
        Feed feed = feed(form, store, sink, clock);
        end(feed, store, sink, clock, kept, words);
        feed.close();
      }
    }
    repeats += sink.repeated.size();
    return trouble.hasCome();
  }

  /// A mail comes, and is delivered; a sender is blocked. What was promised is kept.
  private static void happen(SqliteStore store, FakeClock clock, int i, List<String> kept) {
    String delivery = "m" + i + "-1";
    try {
      put(store, mail("m" + i, clock.instant(), "desk"), bytes(10));
      kept.add(delivery + " queued");
      for (Claim claim : store.claim(want("desk", 10), clock.instant())) {
        if (store.settle(claim, new Settlement.Done(trial(clock.instant(), 200, "")))) {
          kept.add(claim.delivery() + " succeeded");
        }
      }
      store.block(new Blocklist.Block("s" + i + ".example.org", clock.instant(), ""));
      kept.add("s" + i + ".example.org");
    } catch (StoreUnavailable _) {
      // Not promised; with a commit that was not heard of it is told all the same.
    }
  }

  /// Something more happens, and nothing goes wrong: all is told, and held against the log.
  private static void end(
      Feed feed, SqliteStore store, Sink sink, FakeClock clock, List<String> kept, String words)
      throws Exception {
    happen(store, clock, 1, kept);
    for (int i = 0; i < 3; i++) {
      clock.tick(Duration.ofSeconds(2));
      crank(feed);
    }
    List<String> deliveries = new ArrayList<>();
    List<String> blocks = new ArrayList<>();
    List<Entry> entries = store.stretch(0, Set.of(Status.values()), 1_000).entries();
    for (Entry entry : entries) {
      switch (entry) {
        case Entry.Logged logged ->
            deliveries.add(logged.row().step().delivery() + " " + logged.row().status().word());
        case Entry.Changed(BlockChange change) -> blocks.add(change.sender());
      }
    }
    assertEquals(
        deliveries, sink.told("deliveries"), words + "each event once, in the log's order");
    if (sink.hasBlocks) {
      assertEquals(blocks, sink.told("blocks"), words);
    }
    List<String> all = new ArrayList<>(deliveries);
    all.addAll(blocks);
    assertTrue(all.containsAll(kept), words + "kept " + kept + ", told " + all);
    assertEquals("", sink.wrong, words);
    assertTrue(sink.repeated.size() <= 1, words + "repeated batches " + sink.repeated);
    assertEquals(entries.getLast().number(), feed.stands().get("ops").position(), words);
  }

  /// One look of the feed, and the turns that it starts, to their end.
  private static void crank(Feed feed) {
    feed.wake();
    try {
      feed.runOnce();
    } catch (StoreUnavailable _) {
      // The loop around it tries again, and so does the test.
    }
    Soon.until("a turn ends", () -> feed.inFlight() == 0);
  }

  private static Feed feed(Form form, SqliteStore store, Courier courier, FakeClock clock) {
    return new Feed(
        new Feed.Parts(
            store,
            () -> Optional.of(rosters.get(form)),
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
    private final Map<String, JsonNode> posts = new LinkedHashMap<>();
    private final Set<String> repeated = new HashSet<>();
    private final boolean hasBlocks;
    private String wrong = "";

    Sink(Form form) {
      this.hasBlocks = form == Form.POSTERN;
    }

    @Override
    public synchronized Outcome carry(Post post) throws IOException {
      try (InputStream in = post.body().source().open()) {
        JsonNode body = JSON.readTree(in);
        JsonNode before = posts.putIfAbsent(post.delivery(), body);
        if (before != null) {
          wrong += before.equals(body) ? "" : post.delivery() + " has other events; ";
          repeated.add(post.delivery().substring(0, post.delivery().lastIndexOf('-')));
        }
      }
      return new Outcome.Accepted(200);
    }

    /// The events of a type, without those of posts that came again.
    synchronized List<String> told(String type) {
      List<String> told = new ArrayList<>();
      for (JsonNode body : posts.values()) {
        JsonNode detail = body.at("/data/details");
        for (JsonNode event : detail.isObject() ? List.of(detail) : body.at("/data/events")) {
          boolean isBlock = event.has("sender");
          if (isBlock == type.equals("blocks")) {
            told.add(
                isBlock
                    ? event.get("sender").asString()
                    : event.get("delivery").asString() + " " + event.get("status").asString());
          }
        }
      }
      return told;
    }

    @Override
    public void close() {}
  }
}
