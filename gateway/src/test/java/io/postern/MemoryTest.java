package io.postern;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkAnswer.Twist;
import io.postern.fixture.WebhookSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What many peers or large mails can do together to a gateway with the heap as shipped: nothing.
final class MemoryTest {
  private static final int SESSIONS = 450;
  private static final int LARGE_TEXTS = 8;
  private static final int MORE_RULES = 4;

  @TempDir private Path folder;
  private WebhookSink sink;
  private ChildGateway child;

  @BeforeEach
  void prepare() throws IOException {
    sink = WebhookSink.start();
    child = new ChildGateway(folder, sink.url("/desk"), "timeout: 60s");
  }

  @AfterEach
  void stop() throws Exception {
    child.kill();
    sink.close();
  }

  @Test
  void aFloodOfUnfinishedMailIsPutOffAndSmallMailIsTakenBesideIt() throws Exception {
    InetSocketAddress smtp = child.start();
    byte[] headers =
        ("X-Filler: " + "a".repeat(900) + "\r\n")
            .repeat(280)
            .substring(0, 255_000)
            .getBytes(US_ASCII);
    List<RawSmtp> peers = new ArrayList<>();
    try {
      for (int i = 0; i < SESSIONS; i++) {
        RawSmtp peer = RawSmtp.greeted(smtp);
        peers.add(peer);
        peer.ask("MAIL FROM:<>", "250");
        peer.ask("RCPT TO:<desk@in.example.com>", "250");
        peer.ask("DATA", "354");
        peer.raw(headers);
      }
      String last = peers.getLast().message("\r\n\r\nx\r\n".getBytes(US_ASCII)).expect("");
      assertTrue(last.startsWith("452 4.3.1 "), last);
      assertTrue(isTaken(smtp));
      assertTrue(child.isAlive());
    } finally {
      for (RawSmtp peer : peers) {
        peer.close();
      }
    }
    TestGateway.until("large mail is taken again", () -> isTaken(smtp, Mails.big(300_000)));
  }

  @Test
  void longTextsToAnEndpointThatHangsAreNotHeld() throws Exception {
    sink.always(SinkAnswer.twisted(Twist.NEVER));
    // One endpoint alone gets few calls at once before the first is answered.
    for (int i = 0; i < MORE_RULES; i++) {
      child.alsoPostTo(sink.url("/more" + i), "more" + i, "timeout: 60s");
    }
    InetSocketAddress smtp = child.start();
    // One letter outside Latin-1 makes Java hold every other in two bytes.
    String text = "\u96ea\r\n" + ("a".repeat(70) + "\r\n").repeat(54_000);
    byte[] mail =
        """
        From: ann@sender.example
        Subject: long
        MIME-Version: 1.0
        Content-Type: multipart/alternative; boundary=b

        --b
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit

        %s
        --b
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: 8bit

        %s
        --b--
        """
            .replace("\n", "\r\n")
            .formatted(text, text)
            .getBytes(UTF_8);
    for (int i = 0; i < LARGE_TEXTS; i++) {
      String reply =
          RawSmtp.deliver(smtp, "ann@sender.example", List.of("desk@in.example.com"), mail);
      assertTrue(reply.startsWith("250 "), reply);
    }
    sink.await(16, TestGateway.PATIENCE);
    assertTrue(child.isAlive());
    assertTrue(isTaken(smtp));
  }

  private static boolean isTaken(InetSocketAddress smtp) {
    return isTaken(smtp, Mails.big(2_000));
  }

  private static boolean isTaken(InetSocketAddress smtp, byte[] mail) {
    try {
      return RawSmtp.deliver(smtp, "ann@sender.example", List.of("desk@in.example.com"), mail)
          .startsWith("250 ");
    } catch (IOException | AssertionError _) {
      return false;
    }
  }
}
