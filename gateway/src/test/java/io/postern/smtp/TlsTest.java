package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.NeedsProgram;
import io.postern.fixture.Program;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Encrypted sessions on real sockets, with clients of other makers where there are some.
@Timeout(180)
final class TlsTest {
  private static final TestTls TLS = TestTls.shared();
  private static final Duration LONG = Doors.LONG;

  private final RecordingReceiver receiver = new RecordingReceiver();

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void tellsTheReceiverHowTheSessionIsEncrypted(String protocol) throws Exception {
    try (Listener listener = open(LONG, LONG);
        RawPeer peer = new RawPeer(listener).hello()) {
      peer.ask("STARTTLS");
      peer.encrypt(protocol);
      peer.ask("EHLO other.example.net");
      mail(peer, "hello");
      RecordingReceiver.Kept kept = receiver.next();
      assertEquals(protocol + " " + peer.secure().getSession().getCipherSuite(), kept.peer().tls());
      assertEquals("other.example.net", kept.peer().helo());
      assertEquals(1, listener.traffic().encrypted());
    }
  }

  @Test
  void keepsALargeMessageWholeHoweverTheNetworkTearsIt() throws Exception {
    StringBuilder text = new StringBuilder();
    Random random = new Random(11);
    while (text.length() < 60_000) {
      text.append(Long.toString(random.nextLong() & Long.MAX_VALUE, 36)).append("\r\n");
    }
    try (Listener listener = open(LONG, LONG);
        TearingNetwork network = new TearingNetwork(listener.addresses().getFirst());
        RawPeer peer = new RawPeer(network.address()).hello()) {
      peer.ask("STARTTLS");
      peer.encrypt();
      peer.ask("EHLO other.example.net");
      mail(peer, text.toString());
      assertEquals(text + "\r\n", receiver.next().content());
      mail(peer, text.toString());
      assertEquals(text + "\r\n", receiver.next().content());
      // A pipelined group of many records, and one record of many commands.
      for (int i = 0; i < 30; i++) {
        peer.send("NOOP\r\n");
      }
      peer.send("NOOP\r\n".repeat(30));
      for (int i = 0; i < 60; i++) {
        assertEquals(250, peer.code());
      }
    }
  }

  @Test
  void countsClearTextBehindStarttls() throws Exception {
    try (Listener listener = open(LONG, LONG);
        RawPeer peer = new RawPeer(listener).hello()) {
      String injected = "NOOP\r\n".repeat(2_000);
      peer.send("STARTTLS\r\n" + injected);
      assertEquals("220 2.0.0 Ready to start TLS", peer.line());
      assertTrue(listener.traffic().discardedBytes() > 200);
      if (listener.traffic().discardedBytes() == injected.length()) {
        peer.encrypt();
        assertEquals("250 2.0.0 OK", peer.ask("NOOP"));
      } else {
        // What came too late to be thrown away is no handshake.
        assertEquals(List.of(), alert(peer.rest()));
      }
    }
  }

  @Test
  void hangsUpOnAHandshakeThatStallsOrTrickles() throws Exception {
    Duration max = Duration.ofMillis(600);
    try (Listener listener = open(LONG, max);
        RawPeer silent = new RawPeer(listener).hello();
        RawPeer trickling = new RawPeer(listener).hello();
        RawPeer busy = new RawPeer(listener).hello()) {
      long from = System.nanoTime();
      silent.ask("STARTTLS");
      trickling.ask("STARTTLS");
      // The head of a record that is long enough for an hour.
      trickling.send(new byte[] {22, 3, 1, 64, 0});
      boolean open = true;
      trickling.socket.setSoTimeout(50);
      while (open) {
        try {
          trickling.send(new byte[] {1});
          open = trickling.socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException _) {
          // Still open.
          assertEquals("250 2.0.0 OK", busy.ask("NOOP"), "nobody else waits");
        } catch (SocketException _) {
          open = false;
        }
        assertTrue(System.nanoTime() - from < LONG.dividedBy(2).toNanos(), "never hung up");
      }
      assertTrue(System.nanoTime() - from >= max.toNanos());
      assertEquals(List.of(), silent.rest());
      Doors.until(() -> listener.traffic().failedHandshakes() == 2);
    }
  }

  @Test
  void neverReturnsToClearText() throws Exception {
    try (Listener listener = open(LONG, LONG)) {
      try (RawPeer peer = new RawPeer(listener).hello()) {
        peer.ask("STARTTLS");
        peer.send("EHLO client.example.net\r\nMAIL FROM:<>\r\n");
        assertEquals(List.of(), alert(peer.rest()));
      }
      try (RawPeer peer = new RawPeer(listener).hello()) {
        peer.ask("STARTTLS");
        peer.socket.shutdownOutput();
        assertEquals(List.of(), peer.rest());
      }
      Doors.until(() -> listener.traffic().failedHandshakes() == 2);
    }
    assertEquals(0, receiver.opened.get());
  }

  @Test
  void encryptsAtOnceWhereItIsToldTo() throws Exception {
    Settings.Tls tls = new Settings.Tls(List.of(Doors.loopback()), LONG);
    try (Listener listener = Doors.open(settings(LONG, tls), receiver, TLS::engine)) {
      assertEquals(2, listener.addresses().size());
      try (RawPeer peer = new RawPeer(listener.addresses().getLast())) {
        peer.encrypt();
        assertEquals("220 mx.example.com ESMTP Postern", peer.line());
        assertFalse(peer.send("EHLO a.example\r\n").reply().contains("250-STARTTLS"));
        assertTrue(peer.ask("STARTTLS").startsWith("503 5.5.1 TLS is on already"));
        mail(peer, "hello");
        assertTrue(receiver.next().peer().tls().startsWith("TLSv1.3 "));
        peer.ask("QUIT");
        assertEquals(List.of(), peer.rest());
      }
      try (RawPeer plain = new RawPeer(listener.addresses().getLast())) {
        plain.send("EHLO a.example\r\n");
        assertEquals(List.of(), alert(plain.rest()));
      }
      Doors.until(() -> listener.traffic().failedHandshakes() == 1);
    }
  }

  @Test
  void listensForNothingWithoutACertificate() throws Exception {
    Settings.Tls tls = new Settings.Tls(List.of(Doors.loopback()), LONG);
    try (Listener listener = Doors.open(settings(LONG, tls), receiver)) {
      try (RawPeer peer = new RawPeer(listener.addresses().getLast())) {
        assertEquals(List.of(), peer.rest());
      }
      try (RawPeer peer = new RawPeer(listener)) {
        peer.line();
        assertFalse(peer.send("EHLO a.example\r\n").reply().contains("250-STARTTLS"));
        assertTrue(peer.ask("STARTTLS").startsWith("502 5.5.1 "));
      }
    }
  }

  @Test
  void saysFarewellThroughTheTunnelWhenTheDoorCloses() throws Exception {
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      Listener listener = open(LONG, LONG);
      try (RawPeer waiting = encrypted(listener, protocol);
          RawPeer handshaking = new RawPeer(listener).hello()) {
        handshaking.ask("STARTTLS");
        Thread closing = Thread.ofVirtual().start(listener::close);
        assertTrue(waiting.line().startsWith("421 4.3.2 Going down"), protocol);
        assertEquals(List.of(), waiting.rest());
        assertTrue(closing.join(LONG.dividedBy(2)), "somebody is waited for");
        assertEquals(List.of(), handshaking.rest());
      } finally {
        listener.close();
      }
    }
  }

  @Test
  void keepsItsDeadlinesInTheTunnel() throws Exception {
    try (Listener listener = open(Duration.ofSeconds(2), LONG);
        RawPeer idle = encrypted(listener, "TLSv1.3");
        RawPeer trickling = encrypted(listener, "TLSv1.3")) {
      // The head of a record of application data, and then a byte of it now and then.
      trickling.socket.getOutputStream().write(new byte[] {23, 3, 3, 64, 0});
      boolean open = true;
      long from = System.nanoTime();
      trickling.secure().setSoTimeout(50);
      String told = "";
      while (open) {
        try {
          trickling.socket.getOutputStream().write(1);
          told = trickling.line();
          open = false;
        } catch (SocketTimeoutException _) {
          assertTrue(System.nanoTime() - from < LONG.dividedBy(2).toNanos(), "never hung up");
        }
      }
      assertTrue(told.startsWith("421 4.4.2 "), told);
      assertTrue(idle.line().startsWith("421 4.4.2 Waited too long"));
      assertEquals(List.of(), idle.rest());
    }
  }

  @Test
  void refusesANewHandshakeButTakesNewKeys() throws Exception {
    try (Listener listener = open(LONG, LONG)) {
      try (RawPeer peer = encrypted(listener, "TLSv1.3")) {
        // On TLS 1.3 the JDK's client asks for new keys by this, both ways.
        peer.secure().startHandshake();
        mail(peer, "with new keys");
        assertEquals("with new keys\r\n", receiver.next().content());
      }
      try (RawPeer peer = encrypted(listener, "TLSv1.2")) {
        assertThrows(
            IOException.class,
            () -> {
              peer.secure().startHandshake();
              peer.ask("NOOP");
            });
      }
    }
  }

  @Test
  void endsTheSessionAtARecordThatWasTamperedWith() throws Exception {
    try (Listener listener = open(LONG, LONG);
        RawPeer peer = encrypted(listener, "TLSv1.3")) {
      byte[] record = new byte[69];
      System.arraycopy(new byte[] {23, 3, 3, 0, 64}, 0, record, 0, 5);
      peer.socket.getOutputStream().write(record);
      SSLException told = assertThrows(SSLException.class, peer::rest);
      assertTrue(told.getMessage().contains("bad_record_mac"), told.getMessage());
      Doors.until(() -> listener.sessions() == 0);
    }
  }

  @Test
  void failsCleanlyWithAClientThatTrustsAnother() throws Exception {
    TestTls other = TestTls.of(Certificates.rsa("mx.example.com", 2048));
    try (Listener listener = open(LONG, LONG)) {
      try (RawPeer peer = new RawPeer(listener).hello()) {
        peer.ask("STARTTLS");
        assertThrows(
            SSLHandshakeException.class, () -> other.over(peer.socket, "TLSv1.3").startHandshake());
      }
      Doors.until(() -> listener.traffic().failedHandshakes() == 1);
    }
  }

  @Test
  void takesMailFromAngusMailByStarttls() throws Exception {
    try (Listener listener = open(LONG, LONG)) {
      InetSocketAddress address = listener.addresses().getFirst();
      Properties properties = new Properties();
      properties.put("mail.smtp.ssl.socketFactory", TLS.client().getSocketFactory());
      properties.setProperty("mail.smtp.starttls.enable", "true");
      properties.setProperty("mail.smtp.starttls.required", "true");
      properties.setProperty("mail.smtp.ssl.checkserveridentity", "false");
      properties.setProperty("mail.smtp.host", address.getAddress().getHostAddress());
      properties.setProperty("mail.smtp.port", Integer.toString(address.getPort()));
      properties.setProperty("mail.smtp.localhost", "client.example.net");
      Session session = Session.getInstance(properties);
      try (Transport transport = session.getTransport("smtp")) {
        transport.connect();
        for (int i = 0; i < 20; i++) {
          MimeMessage message = new MimeMessage(session);
          message.setFrom(new InternetAddress("alice@example.net"));
          message.setRecipients(Message.RecipientType.TO, "bob@example.com");
          message.setText("line\r\n".repeat(1 + i * 300));
          message.saveChanges();
          transport.sendMessage(message, message.getAllRecipients());
        }
      }
      assertEquals(20, receiver.kept.size());
      for (RecordingReceiver.Kept kept : receiver.kept) {
        assertTrue(kept.peer().tls().startsWith("TLSv1.3 "));
      }
    }
  }

  @Test
  @NeedsProgram("python3")
  void takesMailFromPythonByStarttls() throws Exception {
    String script =
        """
        import smtplib, ssl, sys
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=60) as client:
            client.starttls(context=context)
            for i in range(3):
                client.sendmail("alice@example.net", ["bob@example.com"], "Subject: hi\\r\\n\\r\\n" + "x" * 50000)
        """;
    try (Listener listener = open(LONG, LONG)) {
      Program.run(
              "python3", "-c", script, Integer.toString(listener.addresses().getFirst().getPort()))
          .expect(0);
      for (int i = 0; i < 3; i++) {
        RecordingReceiver.Kept kept = receiver.next();
        assertTrue(kept.peer().tls().startsWith("TLSv1.3 "));
        assertEquals(15 + 50_000 + 2, kept.content().length());
      }
    }
  }

  @ParameterizedTest
  @NeedsProgram("swaks")
  @ValueSource(strings = {"--tls", "--tls-on-connect"})
  void takesMailFromSwaks(String option) throws Exception {
    Settings.Tls tls = new Settings.Tls(List.of(Doors.loopback()), LONG);
    try (Listener listener = Doors.open(settings(LONG, tls), receiver, TLS::engine)) {
      List<InetSocketAddress> addresses = listener.addresses();
      InetSocketAddress address =
          option.equals("--tls") ? addresses.getFirst() : addresses.getLast();
      String command =
          "--server 127.0.0.1 --port %d --timeout 60 --helo client.example.net %s"
              .formatted(address.getPort(), option);
      String mail = " --from alice@example.net --to bob@example.com --body hello";
      Program.Run run = Program.run("swaks", (command + mail).split(" ")).expect(0);
      assertTrue(run.text().contains("=== TLS started"), run.text());
      RecordingReceiver.Kept kept = receiver.next();
      assertTrue(kept.peer().tls().startsWith("TLSv1.3 "), kept.peer().tls());
      assertTrue(kept.content().endsWith("\r\n\r\nhello\r\n\r\n\r\n"), kept.content());
    }
  }

  @ParameterizedTest
  @NeedsProgram("openssl")
  @CsvSource({
    "-tls1_3, TLSv1.3",
    "-tls1_2, TLSv1.2",
    "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256, ECDHE-ECDSA-AES128-SHA256",
    "-tls1_1 -cipher ALL:@SECLEVEL=0, ",
    "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0, "
  })
  void agreesWithOpensslOnWhatIsSoundOnly(String options, String agreed) throws Exception {
    try (Listener listener = open(LONG, LONG)) {
      InetSocketAddress address = listener.addresses().getFirst();
      String command =
          "s_client -starttls smtp -connect %s:%d %s"
              .formatted(address.getAddress().getHostAddress(), address.getPort(), options);
      String output = Program.run("openssl", command.split(" ")).text();
      if (agreed == null) {
        assertTrue(output.contains("alert"), output);
        Doors.until(() -> listener.traffic().failedHandshakes() == 1);
      } else {
        assertTrue(output.contains(agreed), output);
        Doors.until(() -> listener.sessions() == 0);
        assertEquals(0, listener.traffic().failedHandshakes());
      }
    }
  }

  private static RawPeer encrypted(Listener listener, String protocol) throws IOException {
    RawPeer peer = new RawPeer(listener).hello();
    peer.ask("STARTTLS");
    peer.encrypt(protocol);
    peer.ask("EHLO client.example.net");
    return peer;
  }

  private static void mail(RawPeer peer, String text) throws IOException {
    assertTrue(peer.ask("MAIL FROM:<alice@example.net>").startsWith("250"));
    assertTrue(peer.ask("RCPT TO:<bob@example.com>").startsWith("250"));
    assertTrue(peer.ask("DATA").startsWith("354"));
    String reply = peer.ask(text + "\r\n.");
    assertTrue(reply.startsWith("250"), reply);
  }

  /// Without a TLS alert alone, a record of seven bytes, which is no line of SMTP.
  private static List<String> alert(List<String> lines) {
    List<String> left = new ArrayList<>(lines);
    left.removeIf(line -> line.length() <= 7 && line.charAt(0) == 21);
    return left;
  }

  private Listener open(Duration idle, Duration handshake) throws IOException {
    return Doors.open(
        settings(idle, new Settings.Tls(List.of(), handshake)), receiver, TLS::engine);
  }

  private static Settings settings(Duration idle, Settings.Tls tls) {
    return new Settings(
        Doors.HOST,
        List.of(Doors.loopback()),
        Doors.LIMITS,
        Doors.patience(idle),
        Doors.crowd(50),
        BareLineEnds.REFUSE,
        "",
        tls);
  }
}
