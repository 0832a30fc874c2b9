package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.GatewayCase;
import io.postern.TestGateway;
import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.journal.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What an operator sees of subscribers and does to them, beside a gateway that runs.
final class SubscriberCommandTest extends GatewayCase {
  private static final String RESUMED =
      "ops is resumed: it is tried at once, and its failures are counted anew";

  @BeforeEach
  void prepare() throws Exception {
    gateway.rule("desk", sink.url("/desk"));
    gateway.subscriber("ops", sink.url("/events"));
  }

  /// From here the subscriber is told: what the sink is to answer is said before.
  private void start() throws Exception {
    gateway.start();
    gateway.tellConsole();
  }

  @Test
  void aPauseHoldsEventsAndAResumeTellsThem() throws Exception {
    start();
    TestGateway.until("verified", () -> list().startsWith("ops  good"));
    assertEquals("ops is paused", run("subscriber", "pause", "ops").out().strip());
    assertTrue(list().contains("ops  paused since 2026-01-02"), list());
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.tick(Duration.ofHours(1));
    gateway.idle();
    assertEquals(1, told().size(), "the test event alone");
    assertEquals(RESUMED, run("subscriber", "resume", "ops").out().strip());
    TestGateway.until("told", () -> told().size() == 2);
    TestGateway.until("noted", () -> list().equals("ops  good, 0 rows behind\n"));
    Answer again = run("subscriber", "resume", "ops");
    assertEquals(1, again.code());
    assertEquals("ops was neither paused nor failing", again.out().strip());
    Answer unknown = run("subscriber", "resume", "nobody");
    assertEquals(1, unknown.code());
    assertTrue(unknown.err().contains("there is no subscriber nobody"), unknown.err());
    assertEquals(1, run("subscriber", "pause", "nobody").code());
    assertEquals(0, run("subscriber", "show", "ops").code());
    assertEquals(1, run("subscriber", "show", "nobody").code());
  }

  @Test
  void oneThatIsOnlyFailingIsTriedWhenItIsMended() throws Exception {
    start();
    TestGateway.until("verified", () -> list().startsWith("ops  good"));
    sink.alwaysAt("/events", SinkAnswer.status(503));
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.tick(Duration.ofSeconds(1));
    TestGateway.until("it fails", () -> list().startsWith("ops  failing, 1 attempts"));
    sink.alwaysAt("/events", SinkAnswer.status(200));
    assertEquals(RESUMED, run("subscriber", "resume", "ops").out().strip());
    // The test's clock stands still: nothing is due but by that.
    TestGateway.until("told", () -> list().equals("ops  good, 0 rows behind\n"));
    assertEquals(3, told().size(), "the test event, and the post twice");
  }

  @Test
  void theLogOfPostsIsSearchedAndWrittenAsCsv() throws Exception {
    sink.nextAt("/events", SinkAnswer.status(503).body("not, now"));
    start();
    TestGateway.until("tried", () -> !told().isEmpty());
    TestGateway.until(
        "noted", () -> run("log", "--subscribers").out().contains("deferred   ops  1 test event"));
    assertTrue(list().contains("unverified"), list());
    gateway.tick(Duration.ofSeconds(70));
    TestGateway.until("verified", () -> list().contains("good"));
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    sink.nextAt("/events", SinkAnswer.status(401));
    gateway.tick(Duration.ofSeconds(1));
    TestGateway.until("tried", () -> told().size() == 3);
    TestGateway.until(
        "noted",
        () ->
            run("log", "--subscribers", "--status", "deferred").code() == 0
                && run("log", "--subscribers", "--status", "deferred")
                    .out()
                    .contains("key mismatch"));
    Answer csv = run("log", "--subscribers", "--csv");
    assertEquals(0, csv.code());
    List<String> lines = csv.out().lines().toList();
    assertEquals("received,status,hostName,endpointUrl,reason", lines.getFirst());
    String url = sink.url("/events").toString();
    assertEquals("2026-01-02T03:04:05.678Z,succeeded,mx.example.com," + url + ",", lines.get(1));
    assertTrue(
        lines
            .get(2)
            .endsWith(
                "deferred,mx.example.com,"
                    + url
                    + ",\"HTTP 401, key mismatch, the endpoint does not accept our credentials:"
                    + " answer 401\""),
        lines.get(2));
    assertEquals(3, lines.size());
    assertTrue(list().contains("failing, 1 attempts, the next at 2026-01-02T03:0"), list());
    assertEquals(2, run("log", "--subscribers", "--to", "ann").code());
    assertEquals("no matching rows", run("log", "--subscriber", "nobody").out().strip());
  }

  @Test
  void aTestShowsTheBodyAndWhatItsAnswerWouldMean() throws Exception {
    start();
    TestGateway.until("verified", () -> list().startsWith("ops  good"));
    Answer good = run("subscriber", "test", "ops", "--type", "bounces");
    assertEquals(0, good.code(), good.err());
    SinkRequest posted = told().getLast();
    assertTrue(good.out().contains(posted.text()), good.out());
    assertTrue(posted.text().contains("postern.bounces"), posted.text());
    assertTrue(good.out().contains("HTTP 200, it would count as accepted"), good.out());
    sink.nextAt("/events", SinkAnswer.status(422).body("no such field"));
    Answer refused = run("subscriber", "test", "ops");
    assertEquals(1, refused.code());
    assertTrue(
        refused.out().contains("HTTP 422: no such field, it would not count as accepted"),
        refused.out());
    assertEquals(2, run("subscriber", "test", "ops", "--type", "letters").code());
    assertEquals(1, run("log", "--subscribers", "--csv").out().lines().count() - 1);
  }

  @Test
  void theEventThatIsNotTakenIsShownAndSkipped() throws Exception {
    start();
    TestGateway.until("verified", () -> list().startsWith("ops  good"));
    Answer nothing = run("subscriber", "skip", "ops", "--event", "1");
    assertEquals(1, nothing.code());
    assertTrue(nothing.err().contains("no event that was tried in vain"), nothing.err());
    sink.alwaysAt("/events", SinkAnswer.status(422).body("no such field"));
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.tick(Duration.ofSeconds(1));
    TestGateway.until(
        "halved, and tried",
        () -> run("subscriber", "skip", "ops", "--event", "9").err().contains(" is 1"));
    Answer asked = run("subscriber", "skip", "ops");
    assertEquals(1, asked.code());
    assertTrue(asked.out().contains("event 1 of deliveries, "), asked.out());
    assertTrue(asked.out().contains("HTTP 422: no such field"), asked.out());
    assertTrue(asked.err().contains("add --event 1, since there is no terminal"), asked.err());
    Answer other = run("subscriber", "skip", "ops", "--event", "2");
    assertEquals(1, other.code());
    assertTrue(other.err().contains("the event that is not taken is 1"), other.err());
    sink.alwaysAt("/events", SinkAnswer.status(200));
    Answer skipped = run("subscriber", "skip", "ops", "--event", "1");
    assertEquals("", skipped.err());
    assertEquals(0, skipped.code());
    TestGateway.until("the one behind it is told", () -> told().getLast().text().contains("succ"));
    TestGateway.until(
        "it is noted", () -> run("subscriber", "show", "ops").out().contains("missed    1 events"));
    String show = run("subscriber", "show", "ops").out();
    assertTrue(
        show.matches(
            "(?s).*skipped   2026-01-02T\\S+Z  1 event skipped by an operator, number 1; last: .*"),
        show);
    Answer failed = run("log", "--subscribers", "--status", "failed");
    assertTrue(failed.out().contains("1 event skipped by an operator, number 1; last: HTTP 422"));
  }

  @Test
  void wrongUsageIsSaid() throws Exception {
    start();
    assertEquals(2, run("subscriber").code());
    assertEquals(1, run("subscriber", "test", "nobody").code());
  }

  private String list() {
    return run("subscriber", "list").out();
  }

  private List<SinkRequest> told() {
    return sink.requests().stream().filter(it -> it.target().equals("/events")).toList();
  }

  private Answer run(String... arguments) {
    return Answer.to(folder.resolve("postern.yaml"), arguments);
  }
}
