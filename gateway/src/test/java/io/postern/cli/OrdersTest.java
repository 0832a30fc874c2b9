package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.GatewayCase;
import io.postern.TestGateway;
import io.postern.console.Token;
import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.journal.Row;
import io.postern.journal.Status;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What an operator changes by commands, beside a gateway that runs and without one.
final class OrdersTest extends GatewayCase {
  @BeforeEach
  void start() throws Exception {
    gateway.rule("desk", sink.url("/desk")).rule("down", sink.url("/down")).start();
    gateway.tellConsole();
  }

  @Test
  void whatFailedIsPostedAgainWithItsOwnId() throws Exception {
    sink.nextAt("/down", SinkAnswer.status(422));
    String mail = deliver("down");
    gateway.await(Status.FAILED);
    assertEquals(mail + ": 1 delivery replayed", run("replay", mail).out().strip());
    gateway.await(Status.SUCCEEDED);
    SinkRequest again = sink.requests().getLast();
    assertEquals(mail + "-1", again.header("webhook-id").orElseThrow());
    assertEquals("2", again.header("postern-attempt").orElseThrow());
    assertEquals("true", again.header("postern-replay").orElseThrow());
    assertEquals(0, run("replay", mail + "-1").code(), "what succeeded, too");
    TestGateway.until("posted again", () -> sink.requests().size() == 3);
    Answer unknown = run("replay", mail + "-2", "nobody");
    assertEquals(1, unknown.code());
    assertEquals(2, unknown.out().lines().filter(it -> it.contains("nothing to replay")).count());
  }

  @Test
  void aFilterTellsItsCountAndActsOnlyWhenTold() throws Exception {
    sink.nextAt("/down", SinkAnswer.status(422), SinkAnswer.status(422));
    deliver("down");
    deliver("down");
    deliver("desk");
    TestGateway.until("all ended", () -> sink.requests().size() == 3);
    gateway.idle();
    Answer asked = run("replay", "--rule", "down");
    assertEquals(1, asked.code());
    assertEquals("2 deliveries to replay", asked.out().strip());
    assertTrue(asked.err().contains("--yes"), asked.err());
    Answer none = run("replay", "--since", "2026-01-03", "--yes");
    assertEquals(1, none.code());
    assertEquals("nothing to replay", none.out().strip());
    assertEquals(0, run("replay", "--rule", "down", "--yes").code());
    gateway.idle();
    assertEquals(5, sink.requests().size());
    assertEquals(
        0, run("replay", "--status", "succeeded", "--until", "2026-01-03", "--yes").code());
    gateway.idle();
    assertEquals(8, sink.requests().size());
  }

  @Test
  void whatWaitsForALostRuleIsMovedToAnother() throws Exception {
    sink.alwaysAt("/down", SinkAnswer.status(503));
    String mail = deliver("down");
    gateway.await(Status.DEFERRED);
    gateway.removeRule("down").rule("spare", sink.url("/spare"));
    gateway.gateway().reload();
    assertEquals(1, run("replay", "--rule", "down", "--to-rule", "nowhere", "--yes").code());
    assertEquals(0, run("replay", "--rule", "down", "--to-rule", "spare", "--yes").code());
    Row row = gateway.await(Status.SUCCEEDED);
    assertEquals("spare", row.step().rule());
    assertEquals(mail + "-1", row.step().delivery());
    assertEquals("spare", gateway.await(Status.QUEUED, it -> !it.reason().isEmpty()).step().rule());
  }

  @Test
  void whatWaitsIsListedAndDropped() throws Exception {
    sink.alwaysAt("/down", SinkAnswer.status(503));
    String first = deliver("down");
    String second = deliver("down");
    gateway.await(Status.DEFERRED, row -> row.step().delivery().startsWith(second));
    gateway.idle();
    String list = run("queue", "list").out();
    assertEquals(2, list.lines().count(), list);
    assertTrue(list.contains(first + "-1  down  to down@in.example.com"), list);
    assertTrue(list.contains("attempts 1  next try at 2026-01-02T03:04:1"), list);
    assertTrue(list.contains("HTTP 503"), list);
    assertEquals(1, run("queue", "list", "--limit", "1").out().lines().count());
    assertEquals("nothing waits", run("queue", "list", "--rule", "desk").out().strip());
    assertEquals(first + ": 1 delivery dropped", run("queue", "drop", first).out().strip());
    assertEquals(1, run("queue", "drop", first).code());
    assertEquals(1, run("queue", "drop", "--rule", "down").code(), "not told to");
    assertEquals(0, run("queue", "drop", "--rule", "down", "--yes").code());
    assertEquals("dropped by operator", gateway.await(Status.FAILED).reason());
    assertTrue(run("queue", "status").out().contains("failed       2"));
    assertEquals("nothing waits", run("queue", "list").out().strip());
  }

  @Test
  void aMailIsForgottenAndTheCountsStay() throws Exception {
    String mail = deliver("desk");
    gateway.await(Status.SUCCEEDED);
    Answer asked = run("forget", mail);
    assertEquals(1, asked.code());
    assertEquals("1 mail and 2 rows of the status log to forget for good", asked.out().strip());
    Answer done = run("forget", mail, "--yes");
    assertEquals(0, done.code());
    assertTrue(done.out().contains("forgot 1 mail and 2 rows of the status log"), done.out());
    String story = run("show", mail).out();
    assertTrue(story.contains("forgotten by operator"), story);
    assertTrue(!story.contains("ann@sender.example"), story);
    assertEquals(1, run("forget", "--to", "desk@in.example.com", "--yes").code());
    assertEquals(1, run("replay", mail).code());
    assertTrue(run("queue", "status").out().contains("purged       1"));
    assertEquals(2, run("forget").code());
    assertEquals(2, run("forget", mail, "--to", "desk@in.example.com").code());
  }

  @Test
  void withoutAGatewayACommandActsItself() throws Exception {
    sink.alwaysAt("/down", SinkAnswer.status(503));
    String mail = deliver("down");
    gateway.await(Status.DEFERRED);
    gateway.close();
    assertEquals(mail + ": 1 delivery dropped", run("queue", "drop", mail).out().strip());
    assertEquals(0, run("replay", "--rule", "down", "--yes").code());
    assertEquals(0, run("forget", "--from", "ann@sender.example", "--yes").code());
    String status = run("queue", "status").out();
    assertTrue(status.contains("purged       1"), status);
    assertTrue(status.contains("unaccounted  0"), status);
  }

  @Test
  void anEndpointIsTriedWithoutAGateway() throws Exception {
    gateway.rule(
        "signed",
        sink.url("/signed"),
        "format: json",
        "sign: [ { env: PATH_OF_NO_KEY } ]",
        "basic: { username: postern, password: { env: PATH } }");
    gateway.rule(
        "bare", sink.url("/bare"), "basic: { username: postern, password: { env: PATH } }");
    gateway.close();
    Answer good = run("endpoint", "test", "bare");
    assertEquals(0, good.code(), good.err());
    SinkRequest posted = sink.requests().getLast();
    assertTrue(posted.text().contains("Test of the endpoint bare"), posted.text());
    assertTrue(posted.text().contains("X-Postern-Test"), posted.text());
    assertTrue(good.out().startsWith("POST " + sink.url("/bare")), good.out());
    String id = posted.header("webhook-id").orElseThrow();
    assertTrue(good.out().contains("webhook-id: " + id), good.out());
    assertTrue(good.out().contains("authorization: Basic (not shown)"), good.out());
    assertTrue(good.out().contains("signature: not signed"), good.out());
    assertTrue(good.out().contains("HTTP 200, a delivery would succeed"), good.out());
    sink.alwaysAt("/bare", SinkAnswer.status(422).body("no such field"));
    Answer refused = run("endpoint", "test", "bare");
    assertEquals(1, refused.code());
    assertTrue(refused.out().contains("HTTP 422: no such field, a delivery would fail at once"));
    assertEquals(1, run("endpoint", "test", "signed").code(), "its key can't be read");
    Answer unknown = run("endpoint", "test", "baer");
    assertEquals(1, unknown.code());
    assertTrue(
        unknown.err().contains("no rule \"baer\", so nothing was done; did you mean \"bare\"?"),
        unknown.err());
    assertEquals(2, sink.requests().size());
    assertTrue(run("queue", "status").out().contains("accepted     0"), "nothing is noted");
  }

  @Test
  void wrongUsageIsSaid() {
    assertEquals(2, run("replay").code());
    assertEquals(2, run("replay", "m1", "--rule", "desk").code());
    assertEquals(2, run("replay", "--status", "lost").code());
    assertEquals(2, run("replay", "--status", "waiting").code());
    assertEquals(2, run("queue", "drop").code());
    assertEquals(2, run("queue", "list", "--limit", "0").code());
    assertEquals(2, run("queue").code());
  }

  @Test
  void theConsoleCarriesOutNothingWithoutTheToken() throws Exception {
    URI console = gateway.console();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest.Builder order =
          HttpRequest.newBuilder(console.resolve("/order"))
              .POST(BodyPublishers.ofString("do=pause&rule=desk"));
      assertEquals(401, client.send(order.build(), BodyHandlers.discarding()).statusCode());
      order.header("authorization", "Bearer " + "0".repeat(64));
      assertEquals(401, client.send(order.build(), BodyHandlers.discarding()).statusCode());
    }
    assertEquals(0, gateway.gateway().queue().pauses().size());
  }

  @Test
  void anOrderThatIsTooLongIsNotCarriedOutInPart() throws Exception {
    URI console = gateway.console();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest order =
          HttpRequest.newBuilder(console.resolve("/order"))
              .header("authorization", Token.read(folder.resolve("data")).header())
              .POST(BodyPublishers.ofString("do=pause&rule=desk&x=" + "x".repeat(70_000)))
              .build();
      assertEquals(400, client.send(order, BodyHandlers.discarding()).statusCode());
    }
    assertEquals(0, gateway.gateway().queue().pauses().size());
  }

  private String deliver(String rule) throws IOException {
    String reply = gateway.deliver(Mails.plain(), rule + "@in.example.com");
    return reply.substring("250 2.0.0 ".length()).strip();
  }

  private Answer run(String... arguments) {
    return Answer.to(folder.resolve("postern.yaml"), arguments);
  }
}
