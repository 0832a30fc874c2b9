package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Ids;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An error in a session's own thread, on a real socket: it ends that session and nothing else.
@Timeout(120)
final class SessionFaultTest {
  private static final int TIMES = 5;

  private final RecordingReceiver receiver = new RecordingReceiver();
  private final Settings settings = Doors.settings(Doors.LONG, 10);

  @Test
  void anErrorInACommandIsTemporaryAndEndsThatSessionOnly() throws Exception {
    Encryption fails =
        new Encryption(
            () -> {
              throw new StackOverflowError("an error at EHLO, made by the test");
            });
    try (Listener listener = open(Doors.ids(), fails);
        RawPeer other = new RawPeer(listener)) {
      other.line();
      other.ask("HELO client.example.net");
      for (int i = 0; i < TIMES; i++) {
        try (RawPeer peer = new RawPeer(listener)) {
          peer.line();
          peer.send("EHLO client.example.net\r\nMAIL FROM:<>\r\n");
          List<String> said = peer.rest();
          assertTrue(said.getLast().startsWith("421 4.3.0 "), said::toString);
        }
      }
      Doors.until(() -> listener.sessions() == 1);
      assertEquals("250 2.0.0 OK", other.ask("NOOP"));
      assertEquals(0, listener.traffic().restarts());
    }
    assertEquals(0, receiver.opened.get());
  }

  @Test
  void anErrorBeforeTheGreetingLeavesNoConnectionOpen() throws Exception {
    AtomicInteger faults = new AtomicInteger();
    Ids fail =
        new Ids(
            () -> {
              if (faults.incrementAndGet() <= TIMES) {
                throw new InternalError("an error in making an id, made by the test");
              }
              return Instant.parse("2026-11-22T00:00:00Z");
            },
            new Random(7));
    try (Listener listener = open(fail, Encryption.none())) {
      for (int i = 0; i < TIMES; i++) {
        try (RawPeer peer = new RawPeer(listener)) {
          assertEquals(List.of(), peer.rest());
        }
      }
      Doors.until(() -> listener.sessions() == 0);
      try (RawPeer peer = new RawPeer(listener).hello()) {
        assertEquals("250 2.0.0 OK", peer.ask("NOOP"));
      }
      assertEquals(0, listener.traffic().restarts());
    }
  }

  private Listener open(Ids ids, Encryption encryption) throws IOException {
    return Listener.open(settings, receiver, ids, encryption, DoorSocket::new);
  }
}
