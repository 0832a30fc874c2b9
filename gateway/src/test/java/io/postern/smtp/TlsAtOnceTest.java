package io.postern.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.settings.Network;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Where TLS begins before the greeting, nothing is ever said in clear text; nor is it behind
/// STARTTLS, whatever goes wrong.
@Timeout(120)
final class TlsAtOnceTest {
  private static final Network LOOPBACK = Network.parse("127.0.0.0/8").orElseThrow();

  /// What a proxy says in clear text of a peer at 192.0.2.1, in either version of its protocol.
  enum Header {
    LINE(
        HexFormat.of()
            .formatHex("PROXY TCP4 192.0.2.1 198.51.100.1 56324 465\r\n".getBytes(US_ASCII))),
    BYTES("0d0a0d0a000d0a515549540a" + "2111000c" + "c0000201c6336401dc0401d1"),
    /// With an extension of four bytes, which look like the beginning of a handshake.
    BYTES_AND_MORE(
        "0d0a0d0a000d0a515549540a" + "21110010" + "c0000201c6336401dc0401d1" + "16030102");

    private final String hex;

    Header(String hex) {
      this.hex = hex;
    }

    byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }
  }

  private final RecordingReceiver receiver = new RecordingReceiver();

  @Test
  void hangsUpWithoutAWordOnWhoeverIsOneTooMany() throws Exception {
    try (Listener listener = open(1, List.of(), TestTls.shared()::engine);
        RawPeer first = new RawPeer(atOnce(listener)).encrypt()) {
      assertEquals("220 mx.example.com ESMTP Postern", first.line());
      try (RawPeer second = new RawPeer(atOnce(listener))) {
        assertEquals(List.of(), second.rest());
      }
      try (RawPeer third = new RawPeer(listener)) {
        assertTrue(third.rest().getFirst().startsWith("421 4.7.0 Too many sessions"));
      }
      assertEquals(2, listener.traffic().refusedSessions());
      assertEquals("250 2.0.0 OK", first.ask("NOOP"));
    }
  }

  @Test
  void hangsUpWithoutAWordOnAProxyWithoutAHeader() throws Exception {
    try (Listener listener = open(10, List.of(LOOPBACK), TestTls.shared()::engine)) {
      try (RawPeer peer = new RawPeer(atOnce(listener))) {
        peer.send("EHLO client.example.net\r\n");
        assertEquals(List.of(), peer.rest());
      }
      Doors.until(() -> listener.sessions() == 0);
      assertEquals(1, listener.traffic().refusedProxy());
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesThePeerThatAProxyNamesBeforeTlsBegins(Header header) throws Exception {
    try (Listener listener = open(10, List.of(LOOPBACK), TestTls.shared()::engine)) {
      try (RawPeer peer = new RawPeer(atOnce(listener)).send(header.bytes()).encrypt()) {
        assertTrue(peer.line().startsWith("220 "));
        assertTrue(peer.send("EHLO a.example\r\n").reply().getFirst().endsWith("192.0.2.1"));
        peer.send("MAIL FROM:<>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n");
        assertEquals(List.of(250, 250, 354), List.of(peer.code(), peer.code(), peer.code()));
        assertEquals("250 2.0.0 kept", peer.ask("."));
      }
      RecordingReceiver.Kept kept = receiver.next();
      assertEquals("192.0.2.1", kept.peer().ip());
      assertTrue(kept.peer().tls().startsWith("TLSv1.3 "), kept.peer().tls());
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsAHandshakeThatComesInThePacketOfTheProxysHeader(Header header) throws Exception {
    try (Listener listener = open(10, List.of(LOOPBACK), TestTls.shared()::engine);
        Socket socket = new Glued(atOnce(listener), header.bytes());
        SSLSocket secure = TestTls.shared().over(socket, "TLSv1.3")) {
      secure.startHandshake();
      byte[] greeting = secure.getInputStream().readNBytes("220 mx.example.com".length());
      assertEquals("220 mx.example.com", new String(greeting, US_ASCII));
      assertEquals(1, listener.traffic().encrypted());
    }
  }

  /// The mode of such an engine is open, which it can't agree on keys with.
  @Test
  void saysNothingInClearTextWhenTheHandshakeHasAFaultOfOurs() throws Exception {
    try (Listener listener = open(10, List.of(), TlsAtOnceTest::useless)) {
      try (RawPeer peer = new RawPeer(atOnce(listener))) {
        assertEquals(List.of(), peer.rest());
      }
      try (RawPeer peer = new RawPeer(listener).hello()) {
        assertEquals("220 2.0.0 Ready to start TLS", peer.ask("STARTTLS"));
        assertEquals(List.of(), peer.rest());
      }
      Doors.until(() -> listener.sessions() == 0);
    }
  }

  private static Optional<SSLEngine> useless() {
    try {
      return Optional.of(SSLContext.getDefault().createSSLEngine());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /// A connection whose first bytes leave in the packet of those that are written first.
  private static final class Glued extends Socket {
    private final byte[] first;
    private boolean sent;

    Glued(InetSocketAddress address, byte[] first) throws IOException {
      super(address.getAddress(), address.getPort());
      this.first = first;
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return super.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          ByteArrayOutputStream all = new ByteArrayOutputStream();
          if (!sent) {
            sent = true;
            all.writeBytes(first);
          }
          all.write(bytes, offset, length);
          out.write(all.toByteArray());
        }
      };
    }
  }

  private static InetSocketAddress atOnce(Listener listener) {
    return listener.addresses().getLast();
  }

  private Listener open(int sessions, List<Network> proxies, Supplier<Optional<SSLEngine>> engines)
      throws IOException {
    Settings.Networks networks =
        new Settings.Networks(32, 64, Settings.Networks.DEFAULT.exempt(), proxies);
    return Doors.open(
        new Settings(
            Doors.HOST,
            List.of(Doors.loopback()),
            Doors.LIMITS,
            Doors.patience(Doors.LONG),
            new Settings.Crowd(sessions, 50, 300, networks),
            BareLineEnds.REFUSE,
            "",
            new Settings.Tls(List.of(Doors.loopback()), Doors.LONG)),
        receiver,
        engines);
  }
}
