package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.GatewayCase;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkRequest;
import io.postern.journal.Row;
import io.postern.journal.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Blocked senders: by commands, at the door of a gateway that runs.
final class BlockCommandTest extends GatewayCase {
  private static final String REFUSED = "550 5.7.1 this gateway takes no mail from that sender";

  @BeforeEach
  void start() throws Exception {
    gateway.rule("desk", sink.url("/desk")).set("postmaster: desk").start();
    gateway.tellConsole();
  }

  @Test
  void aGatewayThatRunsRefusesAtOnce() throws Exception {
    assertTrue(mail("ann@example.org", "ann@example.org", "desk").startsWith("250"));
    Answer added = run("block", "add", "Example.ORG", "--reason", "sends nothing else");
    assertEquals(0, added.code(), added.err());
    assertEquals("example.org is blocked", added.out().strip());
    assertEquals(1, run("block", "add", "example.org").code());
    assertEquals(REFUSED, atRcpt("ann@EXAMPLE.org", "desk"));
    Row row = gateway.await(Status.DENIED);
    assertEquals("blocked sender example.org: sends nothing else", row.reason());
    assertEquals("desk@in.example.com", row.arrival().to());
    assertEquals("ann@EXAMPLE.org", row.arrival().from().replace("example.org", "EXAMPLE.org"));
    assertTrue(run("block", "list").out().startsWith("example.org  blocked since 20"));
    assertEquals(
        "example.org is not blocked any more", run("block", "remove", "example.org").out().strip());
    assertEquals(1, run("block", "remove", "example.org").code());
    assertTrue(mail("ann@example.org", "ann@example.org", "desk").startsWith("250"));
    assertEquals("no sender is blocked", run("block", "list").out().strip());
  }

  @Test
  void theHeaderFromCountsToo() throws Exception {
    run("block", "add", "ann@example.org");
    assertEquals(REFUSED, mail("bounces@example.net", "Ann <ANN@example.org>", "desk"));
    assertEquals("blocked sender ann@example.org", gateway.await(Status.DENIED).reason());
    assertTrue(mail("bounces@example.net", "Bob <bob@example.org>", "desk").startsWith("250"));
  }

  @Test
  void whoReportsToPostmasterIsHeard() throws Exception {
    run("block", "add", "*.example.org");
    assertEquals(REFUSED, atRcpt("ann@mail.example.org", "desk"));
    assertTrue(
        mail("ann@mail.example.org", "ann@mail.example.org", "postmaster").startsWith("250"));
  }

  @Test
  void theNullReversePathIsNobody() throws Exception {
    run("block", "add", "example.org");
    assertTrue(mail("", "MAILER-DAEMON@mx.example.net", "desk").startsWith("250"));
    assertEquals(REFUSED, mail("", "MAILER-DAEMON@example.org", "desk"));
  }

  @Test
  void aRestartKeepsThem() throws Exception {
    run("block", "add", "example.org");
    gateway.restart();
    assertEquals(REFUSED, atRcpt("ann@example.org", "desk"));
  }

  @Test
  void withoutAGatewayACommandActsItself() throws Exception {
    gateway.close();
    assertEquals(0, run("block", "add", "ann@example.org").code());
    assertTrue(run("block", "list").out().startsWith("ann@example.org  blocked since"));
    assertEquals(0, run("block", "remove", "ANN@example.org").code());
  }

  @Test
  void wrongUsageIsSaid() {
    assertEquals(2, run("block").code());
    assertEquals(2, run("block", "add").code());
    Answer wrong = run("block", "add", "no sender");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("write an address, a domain, or *. and a domain"));
    assertEquals(List.<SinkRequest>of(), sink.requests());
  }

  private String atRcpt(String from, String to) throws IOException {
    try (RawSmtp smtp = RawSmtp.greeted(gateway.smtp())) {
      smtp.ask("MAIL FROM:<" + from + ">", "250");
      return said(smtp.ask("RCPT TO:<" + to + "@in.example.com>", "550"));
    }
  }

  private String mail(String reversePath, String from, String to) throws IOException {
    String message = "From: " + from + "\r\nSubject: x\r\n\r\nhello\r\n";
    return said(
        RawSmtp.deliver(
            gateway.smtp(),
            reversePath,
            List.of(to + "@in.example.com"),
            message.getBytes(StandardCharsets.US_ASCII)));
  }

  /// A reply without what differs from session to session.
  private static String said(String reply) {
    int session = reply.indexOf(" [");
    return (session < 0 ? reply : reply.substring(0, session)).strip();
  }

  private Answer run(String... arguments) {
    return Answer.to(folder.resolve("postern.yaml"), arguments);
  }
}
