package io.postern.doctor;

import static io.postern.doctor.Clinic.assertIs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.TestGateway;
import io.postern.doctor.Finding.Level;
import io.postern.fixture.WebhookSink;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who answers where the gateway should.
final class DoorExamTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @TempDir private Path folder;

  @Test
  void aGatewayThatAnswersIsFoundWithItsEncryption() throws Exception {
    try (TestGateway gateway = new TestGateway(folder.resolve("gateway"))) {
      gateway.start();
      assertIs(
          look(gateway.smtp(), "smtp: { tls: { enabled: false } }"), Level.OK, "answers; from");
      Finding unencrypted = look(gateway.smtp(), "");
      assertIs(unencrypted, Level.WARNING, "offers no STARTTLS");
      assertTrue(unencrypted.cure().startsWith("journalctl -u postern tells"), unencrypted.cure());
      assertTrue(
          look(gateway.smtp(), "console: { listen: \"127.0.0.1:8125\" }")
              .cure()
              .startsWith("curl -s 127.0.0.1:8125/health tells"));
      assertTrue(
          look(gateway.smtp(), "console: { listen: \"[::1]:8125\" }")
              .cure()
              .startsWith("curl -s [0:0:0:0:0:0:0:1]:8125/health tells"));
    }
  }

  @Test
  void aGatewayThatEncryptsIsSeenToEncrypt() throws Exception {
    try (TestGateway gateway = new TestGateway(folder.resolve("gateway")).tls("{}")) {
      gateway.start();
      assertIs(look(gateway.smtp(), ""), Level.OK, "answers and offers STARTTLS");
    }
  }

  @Test
  void nobodyIsAnError() throws Exception {
    try (WebhookSink.Refusing nobody = WebhookSink.refusing()) {
      InetSocketAddress there = (InetSocketAddress) nobody.bound().getLocalSocketAddress();
      String words = "nobody listens at 127.0.0.1 port " + there.getPort();
      assertIs(look(there, ""), Level.ERROR, words);
    }
  }

  @Test
  void anotherServerInItsPlaceIsAnError() throws Exception {
    try (ServerSocket other = greeting("220 other.example.com ESMTP Exim\r\n")) {
      assertIs(look(address(other), ""), Level.ERROR, "another server is at");
    }
  }

  @Test
  void aServerThatRefusesIsTold() throws Exception {
    try (ServerSocket busy = greeting("421 4.7.0 too many\u0007 connections\r\n")) {
      assertIs(look(address(busy), ""), Level.WARNING, "answers 421 4.7.0 too many? connections");
    }
  }

  @Test
  void aServerThatHangsUpOrNeverEndsIsAnError() throws Exception {
    try (ServerSocket mute = greeting("")) {
      assertIs(look(address(mute), ""), Level.ERROR, "hung up");
    }
    try (ServerSocket endless = greeting("220-".repeat(10_000))) {
      assertIs(look(address(endless), ""), Level.ERROR, "never ended");
    }
  }

  private Finding look(InetSocketAddress address, String lines) throws IOException {
    Clinic clinic = new Clinic(folder.resolve("clinic")).configure(lines);
    List<Finding> findings = new DoorExam(clinic.config(), address, false).findings();
    assertEquals(1, findings.size());
    return findings.getFirst();
  }

  private static InetSocketAddress address(ServerSocket socket) {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /// Says one thing to the first who comes, and hangs up.
  private static ServerSocket greeting(String text) throws IOException {
    ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (Socket socket = server.accept()) {
                OutputStream out = socket.getOutputStream();
                out.write(text.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
              } catch (IOException _) {
                // The other side has heard enough.
              }
            });
    return server;
  }
}
