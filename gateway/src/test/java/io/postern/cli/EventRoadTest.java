package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.GatewayCase;
import io.postern.TestGateway;
import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.journal.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The road of bounces and blocks: in by SMTP and by command, out to a subscriber, over real parts.
final class EventRoadTest extends GatewayCase {
  private static final String REPORT =
      """
      From: MAILER-DAEMON@mx.example.net
      To: returns@in.example.com
      Subject: Undelivered Mail Returned to Sender
      Message-ID: <report@mx.example.net>
      Content-Type: multipart/report; report-type=delivery-status; boundary=b

      --b

      Sorry.
      --b
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.example.net

      Final-Recipient: rfc822; nobody@example.net
      Action: failed
      Status: 5.1.1
      Diagnostic-Code: smtp; 550 5.1.1 no such user

      Final-Recipient: rfc822; full@example.net
      Action: failed
      Status: 5.2.2

      --b
      Content-Type: text/rfc822-headers

      From: Shop <shop@example.com>
      Subject: Order 17
      Message-ID: <order-17@example.com>

      --b--
      """;

  @BeforeEach
  void prepare() throws IOException {
    gateway.rule("returns", sink.url("/returns"));
  }

  @Test
  void aReportThatComesInIsToldAsBouncesOnce() throws Exception {
    gateway.ruleFile(
        "archive",
        """
        name: archive
        when: [ { header: To, matches: '^returns@' } ]
        post: { url: "%s" }
        """
            .formatted(sink.url("/archive")));
    start("bounces, deliveries");
    deliver(Mails.plain());
    deliver(REPORT.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
    TestGateway.until("all was posted", () -> sink.requests().size() == 5);
    gateway.idle();
    // Two mails by two rules, queued and succeeded.
    List<JsonNode> all = told(2 + 8);
    List<JsonNode> events = all.stream().filter(it -> it.has("kind")).toList();
    assertEquals(2, events.size());
    assertEquals("nobody@example.net", events.get(0).at("/address").asString());
    assertTrue(events.get(0).at("/hard").asBoolean());
    assertEquals(2, events.get(0).at("/code").asInt());
    assertEquals("<order-17@example.com>", events.get(0).at("/original/messageId").asString());
    assertEquals("shop@example.com", events.get(0).at("/original/from").asString());
    assertEquals("Order 17", events.get(0).at("/original/subject").asString());
    assertEquals("", events.get(0).at("/mail/envelopeFrom").asString());
    assertEquals(
        "Undelivered Mail Returned to Sender", events.get(0).at("/mail/subject").asString());
    assertEquals("full@example.net", events.get(1).at("/address").asString());
    assertEquals("over-capacity", events.get(1).at("/reason").asString());
    assertTrue(!events.get(1).at("/hard").asBoolean());
  }

  @Test
  void blocksAreToldInTheOrderOfTheLog() throws Exception {
    start("blocks, deliveries");
    run("block", "add", "example.org", "--reason", "sends nothing else");
    deliver(Mails.plain());
    gateway.await(Status.SUCCEEDED);
    run("block", "remove", "example.org");
    List<JsonNode> events = told(4);
    List<String> blocks =
        events.stream()
            .filter(it -> it.has("action"))
            .map(it -> it.at("/action").asString())
            .toList();
    assertEquals(List.of("added", "removed"), blocks);
    JsonNode added = events.stream().filter(it -> it.has("action")).findFirst().orElseThrow();
    assertEquals("example.org", added.at("/sender").asString());
    assertEquals("sends nothing else", added.at("/reason").asString());
    JsonNode queued = events.stream().filter(it -> it.has("delivery")).findFirst().orElseThrow();
    assertEquals("queued", queued.at("/status").asString());
    assertEquals("127.0.0.1", queued.at("/mail/peer").asString());
    assertTrue(queued.at("/mail/size").asLong() > 0);
  }

  @Test
  void whatWasErasedIsNotToldThoughItWaitedAlready() throws Exception {
    start("deliveries");
    sink.alwaysAt("/events", SinkAnswer.status(503));
    deliver(Mails.plain());
    String delivery = gateway.await(Status.SUCCEEDED).step().delivery();
    gateway.tick(Duration.ofSeconds(1));
    TestGateway.until("the events were refused", () -> posts().size() == 2);
    assertTrue(posts().getLast().text().contains("peer@sender.example.net"));
    run("forget", delivery.substring(0, delivery.indexOf('-')), "--yes");
    sink.alwaysAt("/events", SinkAnswer.status(200));
    TestGateway.until(
        "it is tried again",
        () -> Answer.to(folder.resolve("postern.yaml"), "subscriber", "resume", "ops").code() == 0);
    TestGateway.until("the events were taken", () -> posts().size() == 3);
    assertTrue(posts().getLast().text().contains(delivery));
    assertFalse(posts().getLast().text().contains("sender.example.net"));
  }

  private void start(String events) throws Exception {
    gateway.subscriber("ops", sink.url("/events"));
    Files.writeString(
        folder.resolve("subscribers").resolve("ops.yaml"),
        """
        name: ops
        events: [ %s ]
        post: { url: "%s", format: postern }
        """
            .formatted(events, sink.url("/events")));
    gateway.start();
    gateway.tellConsole();
    TestGateway.until("a test event was taken", () -> !posts().isEmpty());
  }

  private void deliver(byte[] message) throws IOException {
    String reply = RawSmtp.deliver(gateway.smtp(), "", List.of("returns@in.example.com"), message);
    assertTrue(reply.startsWith("250"), reply);
  }

  private void run(String... arguments) {
    Answer answer = Answer.to(folder.resolve("postern.yaml"), arguments);
    assertEquals(0, answer.code(), answer.err());
  }

  /// All that was told but the test event, when there is as much.
  private List<JsonNode> told(int count) {
    gateway.tick(Duration.ofSeconds(1));
    TestGateway.until("all was told", () -> events().size() >= count);
    assertEquals(count, events().size());
    return events();
  }

  private List<JsonNode> events() {
    List<JsonNode> events = new ArrayList<>();
    for (SinkRequest post : posts()) {
      for (JsonNode event : JsonMapper.shared().readTree(post.text()).at("/data/events")) {
        if (!event.at("/test").asBoolean()) {
          events.add(event);
        }
      }
    }
    return events;
  }

  private List<SinkRequest> posts() {
    return sink.requests().stream().filter(it -> it.target().equals("/events")).toList();
  }
}
