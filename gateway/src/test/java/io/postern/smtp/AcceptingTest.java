package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Listening goes on whatever befalls the thread that accepts.
@Timeout(120)
final class AcceptingTest {
  private final RecordingReceiver receiver = new RecordingReceiver();
  private final Settings settings = Doors.settings(Doors.LONG, 10);
  private final AtomicInteger faults = new AtomicInteger();

  /// Fails inside the accepting, where it is caught.
  private final class Inside extends DoorSocket {
    private final Throwable fault;

    Inside(Sessions sessions, Throwable fault) throws IOException {
      super(sessions, false);
      this.fault = fault;
    }

    @Override
    Socket take() throws IOException {
      if (faults.incrementAndGet() <= 2) {
        switch (fault) {
          case IOException e -> throw e;
          case Error e -> throw e;
          default -> throw new AssertionError(fault);
        }
      }
      return super.take();
    }
  }

  /// Fails in SubEthaSMTP's own thread, in reach of nobody, once it has accepted a connection.
  private final class Outside extends DoorSocket {
    Outside(Sessions sessions) throws IOException {
      super(sessions, false);
    }

    @Override
    public Socket accept() throws IOException {
      Socket socket = super.accept();
      if (faults.incrementAndGet() % 2 == 0) {
        throw new OutOfMemoryError("no memory for a session, says the test");
      }
      return socket;
    }
  }

  @Test
  void goesOnWhenThereAreTooManyOpenFiles() throws Exception {
    goesOnAfter(new SocketException("Too many open files"));
  }

  @Test
  void goesOnWhenNoThreadCanBeMade() throws Exception {
    goesOnAfter(new OutOfMemoryError("unable to create native thread, says the test"));
  }

  private void goesOnAfter(Throwable fault) throws Exception {
    try (Listener listener = open((sessions, _) -> new Inside(sessions, fault));
        RawPeer peer = new RawPeer(listener).hello()) {
      assertEquals("250 2.0.0 OK", peer.ask("NOOP"));
      assertTrue(faults.get() >= 3, "it never failed");
      assertEquals(0, listener.traffic().restarts());
    }
  }

  @Test
  void listensAnewWhenTheAcceptingThreadHasEnded() throws Exception {
    Listener listener = open((sessions, _) -> new Outside(sessions));
    try (listener;
        RawPeer before = new RawPeer(listener).hello()) {
      InetSocketAddress address = listener.addresses().getFirst();
      for (int i = 1; i <= 2; i++) {
        try (RawPeer lost = new RawPeer(address)) {
          assertEquals(List.of(), lost.rest(), "the connection that was accepted is closed");
        }
        try (RawPeer after = patient(address)) {
          assertEquals("250 2.0.0 OK", after.ask("NOOP"));
          assertEquals("250 2.0.0 OK", before.ask("NOOP"), "sessions go on");
          assertRestarts(i, listener);
          assertEquals(2, listener.sessions());
          assertEquals(List.of(address), listener.addresses());
        }
        Doors.until(() -> listener.sessions() == 1);
      }
      listener.close();
      assertTrue(before.rest().getFirst().startsWith("421 4.3.2 "));
    }
  }

  /// Connects as a peer that comes again does: the door is shut for a moment.
  private static RawPeer patient(InetSocketAddress address) throws IOException {
    long until = System.nanoTime() + Doors.LONG.toNanos();
    while (true) {
      try {
        return new RawPeer(address).hello();
      } catch (IOException e) {
        if (System.nanoTime() > until) {
          throw e;
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private static void assertRestarts(int restarts, Listener listener) {
    Doors.until(() -> listener.traffic().restarts() == restarts);
  }

  private Listener open(SubEtha.SocketMaker sockets) throws IOException {
    return Listener.open(settings, receiver, Doors.ids(), Encryption.none(), sockets);
  }
}
