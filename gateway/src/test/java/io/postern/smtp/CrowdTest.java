package io.postern.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.settings.Network;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who may come in, alone and behind a proxy. Two sessions of a network at once, six connections a
/// minute.
@Timeout(120)
final class CrowdTest {
  private static final String LINE = "PROXY TCP4 192.0.2.%d 198.51.100.1 56324 25\r\n";
  private static final Network LOOPBACK = Network.parse("127.0.0.0/8").orElseThrow();

  private final RecordingReceiver receiver = new RecordingReceiver();

  @Test
  void refusesTheThirdSessionOfANetworkBeforeItSpeaks() throws Exception {
    try (Listener listener = open(List.of(), List.of());
        RawPeer first = new RawPeer(listener).hello();
        RawPeer second = new RawPeer(listener).hello()) {
      try (RawPeer third = new RawPeer(listener)) {
        List<String> said = third.rest();
        assertEquals(1, said.size(), said::toString);
        assertTrue(
            said.getFirst().startsWith("421 4.7.0 Too many sessions from your network"),
            said::toString);
      }
      first.ask("QUIT");
      Doors.until(() -> listener.sessions() == 1);
      try (RawPeer fourth = new RawPeer(listener).hello()) {
        assertEquals("250 2.0.0 OK", fourth.ask("NOOP"));
      }
      assertEquals("250 2.0.0 OK", second.ask("NOOP"));
      Doors.until(() -> listener.sessions() == 1);
      assertEquals(new Traffic(1, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0), listener.traffic());
    }
  }

  @Test
  void refusesTheSeventhConnectionInAMinute() throws Exception {
    try (Listener listener = open(List.of(), List.of())) {
      for (int i = 0; i < 6; i++) {
        try (RawPeer peer = new RawPeer(listener)) {
          peer.line();
          peer.ask("QUIT");
        }
        Doors.until(() -> listener.sessions() == 0);
      }
      try (RawPeer peer = new RawPeer(listener)) {
        List<String> said = peer.rest();
        assertTrue(said.getFirst().startsWith("421 4.7.0 Too many connections"), said::toString);
      }
      Doors.until(() -> listener.sessions() == 0);
      assertEquals(new Traffic(0, 7, 0, 0, 1, 0, 0, 0, 0, 0, 0), listener.traffic());
    }
  }

  @Test
  void limitsAnExemptNetworkOnlyByTheLimitForAll() throws Exception {
    try (Listener listener = open(List.of(LOOPBACK), List.of())) {
      RawPeer[] peers = new RawPeer[10];
      for (int i = 0; i < peers.length; i++) {
        peers[i] = new RawPeer(listener).hello();
      }
      try (RawPeer another = new RawPeer(listener)) {
        assertTrue(another.rest().getFirst().startsWith("421 4.7.0 Too many sessions; "));
      }
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
  }

  @Test
  void countsThePeersBehindAProxyAndNotTheProxy() throws Exception {
    try (Listener listener = open(List.of(), List.of(LOOPBACK));
        RawPeer first = new RawPeer(listener).send(LINE.formatted(1)).hello();
        RawPeer second = new RawPeer(listener).send(LINE.formatted(1)).hello();
        RawPeer other = new RawPeer(listener).send(LINE.formatted(2)).hello();
        RawPeer third = new RawPeer(listener).send(LINE.formatted(1))) {
      List<String> said = third.rest();
      assertEquals(1, said.size(), said::toString);
      assertTrue(
          said.getFirst().startsWith("421 4.7.0 Too many sessions from your network"),
          said::toString);
      mail(other);
      assertEquals("192.0.2.2", receiver.next().peer().ip());
      first.ask("QUIT");
      second.ask("QUIT");
      Doors.until(() -> listener.sessions() == 1);
      try (RawPeer fourth = new RawPeer(listener).send(LINE.formatted(1)).hello()) {
        mail(fourth);
        RecordingReceiver.Kept kept = receiver.next();
        assertEquals("192.0.2.1", kept.peer().ip());
        assertEquals(56_324, kept.peer().address().getPort());
        assertEquals("192.0.2.1", kept.peer().address().getHostString(), "no name is looked up");
      }
    }
  }

  @Test
  void readsVersion2InPiecesAndWhatFollowsInTheSamePacket() throws Exception {
    byte[] header =
        HexFormat.of()
            .parseHex(
                "0d0a0d0a000d0a515549540a2121002420010db8000000000000000000000001"
                    + "20010db8000000000000000000000002dc040019");
    try (Listener listener = open(List.of(), List.of(LOOPBACK));
        RawPeer peer = new RawPeer(listener)) {
      for (int i = 0; i < header.length - 1; i++) {
        peer.send(new byte[] {header[i]});
      }
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      rest.write(header, header.length - 1, 1);
      rest.writeBytes("EHLO client.example.net\r\n".getBytes(ISO_8859_1));
      peer.send(rest.toByteArray());
      assertTrue(peer.line().startsWith("220 "));
      assertTrue(peer.reply().getFirst().contains("2001:db8:0:0:0:0:0:1"));
      mail(peer);
      assertEquals(InetAddress.ofLiteral("2001:db8::1"), peerAddress());
    }
  }

  @Test
  void takesTheProxysOwnConnectionForItself() throws Exception {
    byte[] local = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");
    try (Listener listener = open(List.of(), List.of(LOOPBACK))) {
      for (int i = 0; i < 8; i++) {
        try (RawPeer peer = new RawPeer(listener).send(local).hello()) {
          mail(peer);
          assertEquals("127.0.0.1", receiver.next().peer().ip());
        }
        Doors.until(() -> listener.sessions() == 0);
      }
    }
  }

  @Test
  void sendsAProxyAwayThatBringsNoHeader() throws Exception {
    try (Listener listener = open(List.of(), List.of(LOOPBACK), Duration.ofMillis(500));
        RawPeer silent = new RawPeer(listener);
        RawPeer plain = new RawPeer(listener);
        RawPeer half = new RawPeer(listener)) {
      plain.send("EHLO client.example.net\r\n");
      half.send("PROXY TCP4 192.0.");
      for (RawPeer peer : List.of(silent, plain, half)) {
        List<String> said = peer.rest();
        assertEquals(1, said.size(), said::toString);
        assertTrue(said.getFirst().startsWith("421 4.7.0 A valid PROXY header"), said::toString);
      }
      Doors.until(() -> listener.sessions() == 0);
      assertEquals(new Traffic(0, 3, 0, 0, 0, 3, 0, 0, 0, 0, 0), listener.traffic());
    }
  }

  @Test
  void tellsAProxyThatWeGoDownAndNotThatItWasWrong() throws Exception {
    Settings.Crowd crowd =
        new Settings.Crowd(10, 2, 6, new Settings.Networks(32, 64, List.of(), List.of(LOOPBACK)));
    Settings settings = Doors.settings(Doors.LIMITS, Doors.patience(Doors.LONG), crowd);
    Listener listener = Doors.open(settings, receiver);
    try (listener;
        RawPeer silent = new RawPeer(listener)) {
      Doors.until(() -> listener.sessions() == 1);
      listener.close();
      List<String> said = silent.rest();
      assertEquals(1, said.size(), said::toString);
      assertTrue(said.getFirst().startsWith("421 4.3.2 Going down"), said::toString);
      assertEquals(0, listener.traffic().refusedProxy());
    }
  }

  @Test
  void takesTheHeaderOfAnyoneElseForJunk() throws Exception {
    try (Listener listener = open(List.of(), List.of());
        RawPeer peer = new RawPeer(listener)) {
      peer.line();
      assertTrue(peer.ask(LINE.formatted(1).strip()).startsWith("500 5.5.2 "));
      peer.ask("EHLO client.example.net");
      mail(peer);
      assertEquals("127.0.0.1", receiver.next().peer().ip());
    }
  }

  private InetAddress peerAddress() throws InterruptedException, UnknownHostException {
    return InetAddress.getByAddress(receiver.next().peer().address().getAddress().getAddress());
  }

  private static void mail(RawPeer peer) throws IOException {
    peer.send("MAIL FROM:<>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n");
    assertEquals(List.of(250, 250, 354), List.of(peer.code(), peer.code(), peer.code()));
    assertEquals("250 2.0.0 kept", peer.ask("."));
  }

  private Listener open(List<Network> exempt, List<Network> proxies) throws IOException {
    return open(exempt, proxies, Doors.LONG);
  }

  private Listener open(List<Network> exempt, List<Network> proxies, Duration proxyMax)
      throws IOException {
    Settings.Patience patience =
        new Settings.Patience(Doors.LONG, Duration.ofMinutes(10), 500, proxyMax, Doors.LONG);
    Settings.Crowd crowd =
        new Settings.Crowd(10, 2, 6, new Settings.Networks(32, 64, exempt, proxies));
    return Doors.open(Doors.settings(Doors.LIMITS, patience, crowd), receiver);
  }
}
