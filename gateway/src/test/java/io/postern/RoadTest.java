package io.postern;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.demo.PostedForm;
import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkAnswer.Twist;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Story;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The whole road: mail by real TCP, through the real queue, to a real HTTP endpoint.
final class RoadTest extends GatewayCase {
  private static final Duration PATIENCE = TestGateway.PATIENCE;
  private static final Duration INTERVAL = Duration.ofSeconds(12);

  @Test
  void aMailReachesItsEndpointAndTheLogTellsIt() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    String reply = gateway.deliver(Mails.plain(), "desk@in.example.com");
    assertTrue(reply.startsWith("250 2.0.0 "), reply);
    String id = reply.substring("250 2.0.0 ".length()).strip();

    SinkRequest request = sink.take(PATIENCE);
    assertEquals(id + "-1", request.header("webhook-id").orElseThrow());
    PostedForm form = form(request);
    assertEquals(List.of(), form.problems());
    assertEquals("desk", form.field("filter").orElseThrow());
    assertEquals("mx.example.com", form.field("server_composition").orElseThrow());
    assertEquals("ann@sender.example", form.field("envelope-from").orElseThrow());
    assertEquals("desk@in.example.com", form.field("envelope-to").orElseThrow());
    assertEquals("0", form.field("attachments").orElseThrow());

    Row succeeded = gateway.await(Status.SUCCEEDED);
    assertEquals(id + "-1", succeeded.step().delivery());
    assertEquals(200, succeeded.step().httpStatus());
    assertEquals(1, succeeded.step().attempt());
    assertEquals("desk", succeeded.step().rule());
    assertEquals(List.of(Status.QUEUED, Status.SUCCEEDED), gateway.statuses());

    Story story = gateway.gateway().journal().story(id).orElseThrow();
    assertEquals(2, story.rows().size());
    assertEquals(0, gateway.gateway().journal().ledger().unaccounted());
  }

  @Test
  void japaneseMailReadsRight() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    gateway.deliver(Mails.japanese(), "desk@in.example.com");
    PostedForm form = form(sink.take(PATIENCE));
    assertEquals(Mails.JAPANESE_SUBJECT, form.field("subject").orElseThrow());
    assertEquals(Mails.JAPANESE_TEXT, form.field("text").orElseThrow());
    assertEquals(Mails.JAPANESE_FILE_NAME, form.files().getFirst().fileName());
  }

  @Test
  void aForeignDomainIsDeniedAndLoggedOnlyWhenAskedFor() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    assertTrue(gateway.deliver(Mails.plain(), "ann@elsewhere.example").startsWith("550 5.7.1 "));
    assertTrue(gateway.deliver(Mails.plain(), "nobody@in.example.com").startsWith("550 5.1.1 "));
    Row denied = gateway.await(Status.DENIED);
    assertEquals("nobody@in.example.com", denied.arrival().to());
    gateway.set("log: { domain-mismatch: true }").restart();
    assertTrue(gateway.deliver(Mails.plain(), "ann@elsewhere.example").startsWith("550 5.7.1 "));
    gateway.await(Status.DENIED, row -> row.arrival().to().equals("ann@elsewhere.example"));
    assertEquals(2, gateway.rows().size());
  }

  @Test
  void forgedSelfMailIsDeniedAfterTheDot() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    String reply = gateway.deliver(Mails.forgedSelfMail(), "desk@in.example.com");
    assertTrue(reply.startsWith("550 5.7.1 "), reply);
    assertEquals("desk@in.example.com", gateway.await(Status.DENIED).arrival().to());
    assertEquals(0, sink.requests().size());
  }

  @Test
  void observingHeuristicsLetTheMailPass() throws Exception {
    gateway
        .set("self-mail: { from-permitted: observe, to-is-from: observe }")
        .rule("desk", sink.url("/desk"))
        .start();
    assertTrue(
        gateway.deliver(Mails.forgedSelfMail(), "desk@in.example.com").startsWith("250 2.0.0 "));
    gateway.await(Status.SUCCEEDED);
  }

  @Test
  void anEndpointThatFailsOnceGetsTheSameBytesAgain() throws Exception {
    sink.next(SinkAnswer.status(500));
    gateway.rule("desk", sink.url("/desk")).start();
    gateway.deliver(Mails.japanese(), "desk@in.example.com");
    Row deferred = gateway.await(Status.DEFERRED);
    assertTrue(deferred.reason().startsWith("HTTP 500"), deferred.reason());
    assertEquals(1, sink.requests().size());

    gateway.tick(INTERVAL);
    gateway.await(Status.SUCCEEDED);
    List<SinkRequest> requests = sink.await(2, PATIENCE);
    assertEquals(requests.get(0).text(), requests.get(1).text());
    assertEquals(requests.get(0).header("webhook-id"), requests.get(1).header("webhook-id"));
    assertEquals("2", requests.get(1).header("postern-attempt").orElseThrow());
    assertEquals(List.of(Status.QUEUED, Status.DEFERRED, Status.SUCCEEDED), gateway.statuses());
  }

  @Test
  void anEndpointThatIsDownIsDeferredUntilItIsUp() throws Exception {
    try (WebhookSink.Refusing nobody = WebhookSink.refusing()) {
      gateway.rule("desk", nobody.url("/desk")).start();
      gateway.deliver(Mails.plain(), "desk@in.example.com");
      Row deferred = gateway.await(Status.DEFERRED);
      assertTrue(deferred.reason().startsWith("no connection"), deferred.reason());
      assertEquals(0, deferred.step().httpStatus());
    }
    gateway.rule("desk", sink.url("/desk"));
    gateway.gateway().reload();
    gateway.tick(INTERVAL);
    assertEquals(2, gateway.await(Status.SUCCEEDED).step().attempt());
  }

  @Test
  void aRefusedRequestFailsAtOnce() throws Exception {
    sink.next(SinkAnswer.status(422).body("no such ticket\n"));
    gateway.rule("desk", sink.url("/desk")).start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    Row failed = gateway.await(Status.FAILED);
    assertEquals("HTTP 422: no such ticket", failed.reason());
    assertEquals(1, gateway.gateway().journal().ledger().failed());
  }

  @Test
  void aRedirectIsDeferredAndNamed() throws Exception {
    sink.next(SinkAnswer.redirect(301, "https://other.example.com/"));
    gateway.rule("desk", sink.url("/desk")).start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    Row deferred = gateway.await(Status.DEFERRED);
    assertTrue(deferred.reason().contains("https://other.example.com/"), deferred.reason());
  }

  @Test
  void aHangingEndpointIsDeferredAndHoldsUpNobody() throws Exception {
    sink.alwaysAt("/slow", SinkAnswer.twisted(Twist.NEVER));
    gateway
        .rule("slow", sink.url("/slow"), "timeout: 1s")
        .rule("quick", sink.url("/quick"))
        .start();
    for (int i = 0; i < 40; i++) {
      gateway.deliver(Mails.plain(), "slow@in.example.com");
    }
    gateway.deliver(Mails.plain(), "quick@in.example.com");
    gateway.await(Status.SUCCEEDED, row -> row.step().rule().equals("quick"));
    Row deferred = gateway.await(Status.DEFERRED);
    assertEquals("time-out after 1 s", deferred.reason());
  }

  @Test
  void theBackupUrlIsTriedWithinTheSameAttempt() throws Exception {
    sink.alwaysAt("/main", SinkAnswer.status(503));
    gateway.rule("desk", sink.url("/main"), "backup-url: " + sink.url("/backup")).start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    Row succeeded = gateway.await(Status.SUCCEEDED);
    assertEquals(1, succeeded.step().attempt());
    assertEquals(
        List.of("/main", "/backup"), sink.requests().stream().map(SinkRequest::target).toList());
  }

  @Test
  void goneEndpointsArePausedAndTheirDeliveriesWait() throws Exception {
    sink.next(SinkAnswer.status(410));
    gateway.rule("desk", sink.url("/desk")).start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.DEFERRED);
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.tick(INTERVAL);
    assertEquals("desk", gateway.gateway().queue().pauses().getFirst().rule());
    gateway.restart();
    gateway.tick(INTERVAL);
    gateway.idle();
    assertEquals(1, sink.requests().size());
    assertTrue(gateway.gateway().queue().resume("desk"));
    gateway.gateway().wake();
    sink.await(3, PATIENCE);
  }

  @Test
  void severalRecipientsHaveFatesOfTheirOwn() throws Exception {
    sink.nextAt("/b", SinkAnswer.status(400));
    sink.nextAt("/c", SinkAnswer.status(500));
    gateway.rule("a", sink.url("/a")).rule("b", sink.url("/b")).rule("c", sink.url("/c"));
    gateway.ruleFile(
        "vip",
        """
        name: vip
        when:
          - { header: To, matches: '^vip@' }
          - { header: Subject, matches: 'no such subject' }
        post: { url: "%s" }
        """
            .formatted(sink.url("/vip")));
    gateway.start();
    String reply =
        gateway.deliver(
            Mails.plain(),
            "a@in.example.com",
            "b@in.example.com",
            "c@in.example.com",
            "vip@in.example.com");
    assertTrue(reply.startsWith("250 "), reply);
    gateway.await(Status.SUCCEEDED, row -> row.arrival().to().equals("a@in.example.com"));
    gateway.await(Status.FAILED, row -> row.arrival().to().equals("b@in.example.com"));
    gateway.await(Status.DEFERRED, row -> row.arrival().to().equals("c@in.example.com"));
    Row denied = gateway.await(Status.DENIED);
    assertEquals("vip@in.example.com", denied.arrival().to());
    assertEquals("no rule matched", denied.reason());
  }

  @Test
  void oneFailingTermIsEnoughToDenyAndAllTogetherTake() throws Exception {
    gateway
        .ruleFile(
            "tickets",
            """
            name: tickets
            when:
              - { header: To, matches: '^desk@' }
              - { header: Subject, matches: '(?i)\\[ticket #\\d+\\]' }
              - { header: X-Spam-Flag, not-matches: '(?i)yes' }
            post: { url: "%s" }
            """
                .formatted(sink.url("/tickets")))
        .start();
    byte[] other = Mails.plain("ann@sender.example", "desk@in.example.com", "Hello", "x");
    byte[] ticket = Mails.plain("ann@sender.example", "desk@in.example.com", "[Ticket #7]", "x");
    byte[] spam = ("X-Spam-Flag: YES\r\n" + new String(ticket, UTF_8)).getBytes(UTF_8);
    assertTrue(gateway.deliver(other, "desk@in.example.com").startsWith("550 5.7.1 "));
    assertTrue(gateway.deliver(spam, "desk@in.example.com").startsWith("550 5.7.1 "));
    assertTrue(gateway.deliver(ticket, "desk@in.example.com").startsWith("250 "));
    gateway.await(Status.SUCCEEDED);
    assertEquals(1, sink.requests().size());
  }

  @Test
  void aRestartInTheMiddleOfARetryForgetsNothing() throws Exception {
    sink.next(SinkAnswer.status(500));
    gateway.rule("desk", sink.url("/desk")).start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.DEFERRED);
    gateway.restart();
    assertEquals(List.of(Status.QUEUED, Status.DEFERRED), gateway.statuses());
    gateway.tick(INTERVAL);
    Row succeeded = gateway.await(Status.SUCCEEDED);
    assertEquals(2, succeeded.step().attempt());
  }

  @Test
  void pausedDeliveryKeepsMailAndPostsNothingUntilItIsLifted() throws Exception {
    gateway.set("delivery: { paused: true }").rule("desk", sink.url("/desk")).start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.tick(INTERVAL);
    gateway.idle();
    assertEquals(1, gateway.gateway().journal().ledger().waiting());
    assertEquals(0, sink.requests().size());
    gateway.close();
    gateway = new TestGateway(folder, gateway.clock).start();
    gateway.await(Status.SUCCEEDED);
  }

  @Test
  void aMailOverTheLimitIsRefusedAndTheSessionGoesOn() throws Exception {
    gateway.messageMax("64KB").rule("desk", sink.url("/desk")).start();
    String reply = gateway.deliver(Mails.big(200_000), "desk@in.example.com");
    assertTrue(reply.startsWith("552 5.3.4 "), reply);
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
  }

  @Test
  void anEmptyMessageIsAMailToo() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    assertTrue(gateway.deliver(new byte[0], "desk@in.example.com").startsWith("250 "));
    assertEquals("", form(sink.take(PATIENCE)).field("subject").orElseThrow());
  }

  @Test
  void postmasterIsTakenByItsRuleAndPutOffWithoutOne() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    assertTrue(gateway.deliver(Mails.plain(), "Postmaster").startsWith("451 4.3.5 "));
    assertTrue(
        gateway.deliver(Mails.forgedSelfMail(), "postmaster@in.example.com").startsWith("451 "));
    gateway.set("postmaster: desk").restart();
    assertTrue(
        gateway.deliver(Mails.forgedSelfMail(), "postMASTER@in.example.com").startsWith("250 "));
    assertTrue(gateway.deliver(Mails.plain(), "Postmaster").startsWith("250 "));
    assertEquals(2, sink.await(2, PATIENCE).size());
  }

  @Test
  void aMailThatHasBeenRoundTooOftenIsALoop() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    byte[] mail =
        ("Received: from a by b; 1 Jan 2026 00:00:00 +0000\r\n".repeat(101)
                + new String(Mails.plain(), ISO_8859_1))
            .getBytes(ISO_8859_1);
    assertTrue(gateway.deliver(mail, "desk@in.example.com").startsWith("554 5.4.6 "));
    Row denied = gateway.await(Status.DENIED);
    assertTrue(denied.reason().startsWith("mail loop"), denied.reason());
    assertFalse(denied.arrival().messageId().isEmpty());
  }

  @Test
  void aLargeMailArrivesWhole() throws Exception {
    gateway.rule("desk", sink.url("/desk"), "format: raw").start();
    byte[] mail = Mails.big(3_000_000);
    assertTrue(gateway.deliver(mail, "desk@in.example.com").startsWith("250 "));
    String body = new String(sink.take(PATIENCE).body(), ISO_8859_1);
    assertTrue(body.endsWith(new String(mail, ISO_8859_1)));
  }

  @Test
  void aMailInChunksWithSmtpUtf8ArrivesWholeAndItsReceivedLineSaysSo() throws Exception {
    gateway.rule("desk", sink.url("/desk"), "format: raw").start();
    byte[] mail = Mails.big(1_000_000);
    int half = mail.length / 2;
    try (RawSmtp peer = RawSmtp.greeted(gateway.smtp())) {
      peer.ask("MAIL FROM:<jürgen@münchen.example> SMTPUTF8 BODY=8BITMIME", "250");
      peer.ask("RCPT TO:<desk@in.example.com>", "250");
      peer.send("BDAT " + half).raw(Arrays.copyOf(mail, half));
      peer.expect("250 2.0.0 " + half + " octets");
      peer.send("BDAT " + (mail.length - half) + " LAST");
      peer.raw(Arrays.copyOfRange(mail, half, mail.length)).expect("250 2.0.0 ");
    }
    String body = new String(sink.take(PATIENCE).body(), UTF_8);
    assertTrue(body.startsWith("Return-Path: <jürgen@xn--mnchen-3ya.example>\r\n"), body);
    assertTrue(body.contains(" with UTF8SMTP id "), body);
    assertTrue(body.endsWith("\r\n" + new String(mail, UTF_8)));
  }

  @Test
  void aMailThatNobodyCanParseIsPostedAllTheSame() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    byte[] mail =
        ("From: ann@sender.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".repeat(5000))
            .getBytes(UTF_8);
    assertTrue(gateway.deliver(mail, "desk@in.example.com").startsWith("250 "));
    PostedForm form = form(sink.take(PATIENCE));
    assertTrue(form.field("defect").isPresent());
    assertFalse(form.files().isEmpty());
  }

  @Test
  void aSecondGatewayOnTheSameStoreIsRefused() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    try (TestGateway second = new TestGateway(folder)) {
      StoreUnavailable refusal = assertThrows(StoreUnavailable.class, second::start);
      assertTrue(refusal.getMessage().contains("postern.db"), refusal.getMessage());
    }
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
  }

  static PostedForm form(SinkRequest request) throws IOException {
    String boundary =
        PostedForm.boundary(request.header("content-type").orElseThrow()).orElseThrow();
    return PostedForm.read(new ByteArrayInputStream(request.body()), boundary);
  }
}
