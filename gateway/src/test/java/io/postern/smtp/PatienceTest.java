package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Peers that go on and on, each a little at a time, on real sockets. What the time is made of is
/// told in [DeadlinesTest].
@Timeout(120)
final class PatienceTest {
  private static final Duration PACE = Duration.ofMillis(50);

  /// What a peer is given: so many times its pace that a busy machine does not make it stop.
  private static final Duration WAIT = Duration.ofSeconds(2);

  private final RecordingReceiver receiver = new RecordingReceiver();

  @Test
  void cutsAMessageThatComesByteByByte() throws Exception {
    try (Listener listener = open(WAIT, Duration.ofMinutes(10), 1_000_000);
        RawPeer peer = new RawPeer(listener).hello()) {
      peer.send("MAIL FROM:<>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n");
      assertEquals(List.of(250, 250, 354), List.of(peer.code(), peer.code(), peer.code()));
      assertTrue(answerTo(peer, "x").startsWith("421 4.4.2 Sent too slowly"));
    }
    assertEquals(0, receiver.kept.size());
    assertEquals(1, receiver.closed.get());
  }

  @Test
  void cutsCommandsThatComeByteByByte() throws Exception {
    try (Listener listener = open(WAIT, Duration.ofMinutes(10), 1_000_000);
        RawPeer peer = new RawPeer(listener).hello()) {
      peer.socket.setSoTimeout((int) PACE.toMillis());
      String line = "NOOP\r\n";
      String said = "250 ";
      for (int i = 0; said.isEmpty() || said.startsWith("250 "); i++) {
        assertTrue(i < 500, "a byte now and then goes on for ever");
        said = said(peer.send(line.substring(i % 6, i % 6 + 1)));
      }
      assertTrue(said.startsWith("421 4.4.2 Sent too slowly"), said);
    }
  }

  @Test
  void endsASessionThatLastsTooLong() throws Exception {
    try (Listener listener = open(WAIT, WAIT, 500);
        RawPeer peer = new RawPeer(listener).hello()) {
      String said = "250 2.0.0 OK";
      peer.socket.setSoTimeout((int) PACE.toMillis());
      for (int i = 0; said.isEmpty() || said.equals("250 2.0.0 OK"); i++) {
        assertTrue(i < 500, "the session goes on for ever");
        said = said(peer.send(said.isEmpty() ? "NOOP\r\n" : ""));
      }
      assertTrue(said.startsWith("421 4.4.2 Session took too long"), said);
    }
  }

  /// Sends the same until there is an answer.
  private static String answerTo(RawPeer peer, String bytes) throws IOException {
    peer.socket.setSoTimeout((int) PACE.toMillis());
    String said = "";
    for (int i = 0; said.isEmpty(); i++) {
      assertTrue(i < 500, "a byte now and then goes on for ever");
      said = said(peer.send(bytes));
    }
    return said;
  }

  /// What the door says within the pace; empty for nothing.
  private static String said(RawPeer peer) throws IOException {
    try {
      return peer.line();
    } catch (SocketTimeoutException e) {
      return "";
    }
  }

  private Listener open(Duration idle, Duration session, int bytesPerSecond) throws IOException {
    Settings.Patience patience =
        new Settings.Patience(idle, session, bytesPerSecond, Doors.LONG, Doors.LONG);
    return Doors.open(Doors.settings(Doors.LIMITS, patience, Doors.crowd(50)), receiver);
  }
}
