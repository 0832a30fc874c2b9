package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.journal.Posting;
import io.postern.journal.Postings;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Pause;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The road of events: a mail, the rows of its deliveries, and the post that tells of them.
final class SubscribersTest extends GatewayCase {
  private static final JsonMapper JSON = new JsonMapper();

  @BeforeEach
  void prepare() throws IOException {
    gateway.rule("desk", sink.url("/desk"));
  }

  @Test
  void tellsEachChangeOfADeliveryInOnePostOverRealHttp() throws Exception {
    gateway.subscriber("ops", sink.url("/events")).start();
    TestGateway.until("a test event was taken", () -> !told().isEmpty());
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.tick(Duration.ofSeconds(1));
    TestGateway.until("the events were told", () -> told().size() == 2);
    List<JsonNode> events = events(told().getLast());
    List<String> statuses = new ArrayList<>();
    events.forEach(event -> statuses.add(event.get("status").asString()));
    assertEquals(List.of("queued", "succeeded"), statuses);
    List<Row> rows = gateway.rows();
    assertEquals(2, rows.size());
    TestGateway.until("the posts are noted", () -> postings().size() == 2 && isOver());
    Posting posting = postings().getFirst();
    assertEquals("2 deliveries", posting.events());
    assertEquals(Status.SUCCEEDED, posting.status());
    assertEquals(sink.url("/events").toString(), posting.trial().endpointUrl());
    assertEquals("mx.example.com", posting.trial().hostName());
    assertEquals(told().getLast().header("webhook-id").orElseThrow(), posting.id());
  }

  @Test
  void healthTellsWhoIsUnverifiedAndWhoTakesNothing() throws Exception {
    sink.nextAt("/events", SinkAnswer.status(401));
    gateway.subscriber("ops", sink.url("/events")).start();
    untilHealth(
        "ops is unverified: its URL has taken no test event: HTTP 401, key mismatch,"
            + " the endpoint does not accept our credentials: answer 401;"
            + " see: postern subscriber test ops");
    gateway.tick(Duration.ofSeconds(70));
    untilHealth();
    sink.alwaysAt("/events", SinkAnswer.status(503).body("closed"));
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.tick(Duration.ofSeconds(1));
    untilHealth(
        "ops takes no events: HTTP 503: closed; it is tried again, and at once by:"
            + " postern subscriber resume ops");
  }

  @Test
  void healthTellsWhoIsPausedAndByWhom() throws Exception {
    gateway.subscriber("ops", sink.url("/events"), "validate: false").start();
    SqliteStore store = (SqliteStore) gateway.gateway().queue();
    Instant now = gateway.clock.instant();
    TestGateway.until("the feed has begun", () -> isKnown(store));
    store.pauseSubscriber(
        new Pause("ops", now, Pause.Cause.FAILING, "nothing but failures for 3 d"));
    untilHealth(
        "ops is paused: nothing but failures for 3 d; it is tried hourly, and resumes when it"
            + " takes something");
    store.pauseSubscriber(new Pause("ops", now, "paused by an operator"));
    untilHealth(
        "ops is paused: paused by an operator; when it is mended: postern subscriber resume ops");
    sink.alwaysAt("/events", SinkAnswer.status(410));
    store.resumeSubscriber("ops");
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    TestGateway.until(
        "it is gone",
        () -> {
          gateway.tick(Duration.ofSeconds(1));
          return health().stream().anyMatch(it -> it.contains("410 Gone"));
        });
    assertTrue(
        health()
            .contains(
                "ops is paused: the endpoint answered 410 Gone; when it is mended:"
                    + " postern subscriber resume ops"),
        health().toString());
  }

  /// What only one table can't tell is a trouble of the store, whatever the others tell.
  @Test
  void healthTellsThatItCannotBeKnownHowSubscribersStand() throws Exception {
    gateway.subscriber("ops", sink.url("/events"), "validate: false").start();
    SqliteStore store = (SqliteStore) gateway.gateway().queue();
    TestGateway.until("the feed has begun", () -> isKnown(store));
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + gateway.database());
        Statement any = other.createStatement()) {
      any.execute("ALTER TABLE cursors RENAME TO hidden");
    }
    HttpResponse<String> health = gateway.get("/health");
    assertEquals(503, health.statusCode());
    assertTrue(health.body().contains("the store can't be read: "), health.body());
  }

  private static boolean isKnown(SqliteStore store) {
    try {
      return !store.cursors().isEmpty();
    } catch (StoreUnavailable e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void healthTellsWhatWasSkippedForAWeekAndARestartHidesNothing() throws Exception {
    gateway.subscriber("ops", sink.url("/events"), "validate: false").start();
    SqliteStore store = (SqliteStore) gateway.gateway().queue();
    TestGateway.until("the feed has begun", () -> isKnown(store));
    store.pauseSubscriber(new Pause("ops", gateway.clock.instant(), "paused by an operator"));
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.tick(Duration.ofDays(91));
    String skipped = "ops was not told of all: 2 events skipped: held, and older than 90 d";
    untilHealth(
        skipped,
        "ops is paused: paused by an operator; when it is mended: postern subscriber resume ops");
    store.resumeSubscriber("ops");
    gateway.restart();
    untilHealth(skipped);
    gateway.tick(Duration.ofDays(7));
    untilHealth();
  }

  @Test
  void anEditIsTakenLiveAndABadOneLeavesWhatWas() throws Exception {
    gateway.subscriber("ops", sink.url("/events"), "validate: false").start();
    gateway.subscriber("ops", sink.url("/events"), "evnets: []").gateway().reload();
    Path file = folder.resolve("subscribers").resolve("ops.yaml");
    untilHealth(file + ":4:1: unknown key \"evnets\"; did you mean \"events\"?");
    deliverAndTick();
    TestGateway.until("told as before", () -> told().size() == 1);
    gateway.subscriber("ops", sink.url("/other"), "validate: false").gateway().reload();
    gateway.subscriber("late", sink.url("/late"), "validate: false").gateway().reload();
    untilHealth();
    deliverAndTick();
    TestGateway.until("both are told", () -> posts("/other") == 1 && posts("/late") == 1);
    assertEquals(1, told().size(), "and the URL before no more");
  }

  private void deliverAndTick() throws Exception {
    int rows = gateway.rows().size();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED, row -> row.number() > rows);
    gateway.tick(Duration.ofSeconds(1));
  }

  private long posts(String target) {
    return sink.requests().stream().filter(it -> it.target().equals(target)).count();
  }

  /// Waits until this is all that health says of subscribers.
  private void untilHealth(String... findings) {
    List<String> all = List.of(findings);
    try {
      TestGateway.until(
          "this is said",
          () -> {
            gateway.gateway().wake();
            return health().equals(all);
          });
    } catch (AssertionError _) {
      assertEquals(all, health());
    }
  }

  /// What health says of subscribers.
  private List<String> health() {
    try {
      List<String> texts = new ArrayList<>();
      for (JsonNode finding : JSON.readTree(gateway.get("/health").body()).get("findings")) {
        if (finding.get("subject").asString().equals("subscriber")) {
          assertEquals("yellow", finding.get("level").asString());
          texts.add(finding.get("text").asString());
        }
      }
      return texts;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private boolean isOver() {
    return postings().stream().allMatch(it -> it.status() == Status.SUCCEEDED);
  }

  private List<Posting> postings() {
    try {
      return ((SqliteStore) gateway.gateway().queue()).postings(Postings.Wanted.ALL, 0, 100);
    } catch (StoreUnavailable e) {
      throw new AssertionError(e);
    }
  }

  private List<SinkRequest> told() {
    return sink.requests().stream().filter(it -> it.target().equals("/events")).toList();
  }

  private static List<JsonNode> events(SinkRequest request) {
    List<JsonNode> events = new ArrayList<>();
    JSON.readTree(request.text()).get("data").get("events").forEach(events::add);
    assertTrue(!events.isEmpty());
    return events;
  }
}
