package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class SessionsTest {
  private final Sessions sessions =
      new Sessions(Doors.settings(Doors.LONG, 1), Doors.ids(), System::nanoTime);

  /// A connection that breaks or fails at one step.
  private static final class Failing extends Socket {
    private final Throwable atStreams;

    Failing(Throwable atStreams) {
      this.atStreams = atStreams;
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return switch (atStreams) {
        case IOException broken -> throw broken;
        case Error error -> throw error;
        default -> InputStream.nullInputStream();
      };
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
      throw (RuntimeException) atStreams;
    }
  }

  @Test
  void givesThePlaceBackWhateverGoesWrong() throws Exception {
    try (Failing broken = new Failing(new SocketException("broken, says the test"));
        Failing fault = new Failing(new IllegalStateException("a fault, made by the test"));
        Failing death = new Failing(new InternalError("an error, made by the test"))) {
      assertTrue(sessions.admit(broken, false).isEmpty());
      assertThrows(IllegalStateException.class, () -> sessions.admit(fault, false));
      assertThrows(InternalError.class, () -> sessions.admit(death, false));
      for (Socket socket : List.of(broken, fault, death)) {
        assertTrue(socket.isClosed());
      }
    }
    assertEquals(0, sessions.size());
    assertTrue(sessions.drain(Duration.ofSeconds(1), Duration.ZERO), "one is still open");
  }

  @Test
  void sendsAwayWhatComesInWhileTheDoorCloses() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket peer = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      assertTrue(sessions.drain(Duration.ZERO, Duration.ZERO));
      PeerSocket late = sessions.admit(accepted, false).orElseThrow();
      assertEquals(Line.End.CLOSING, late.wire().line(true));
      late.close();
      assertEquals(0, sessions.size());
      assertEquals(-1, peer.getInputStream().read());
    }
  }

  @Test
  void goesOnAcceptingAfterAFault() throws Exception {
    Settings settings = Doors.settings(Doors.LONG, 1);
    try (DoorSocket door =
            new DoorSocket(new Sessions(settings, failing(), System::nanoTime), false);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Future<Socket> accepted = threads.submit(door::accept);
      try (Socket first = new Socket(door.getInetAddress(), door.getLocalPort())) {
        Socket placed = accepted.get(Doors.LONG.toSeconds(), TimeUnit.SECONDS);
        accepted = threads.submit(door::accept);
        try (Socket refused = new Socket(door.getInetAddress(), door.getLocalPort())) {
          assertEquals(-1, refused.getInputStream().read());
        }
        placed.close();
        try (Socket next = new Socket(door.getInetAddress(), door.getLocalPort())) {
          accepted.get(Doors.LONG.toSeconds(), TimeUnit.SECONDS).close();
          assertEquals(-1, next.getInputStream().read());
        }
        assertEquals(-1, first.getInputStream().read());
      }
    }
  }

  /// A refused connection is given an id, and that fails.
  private static Ids failing() {
    return new Ids(
        () -> {
          throw new InternalError("an error, made by the test");
        },
        new Random(7));
  }
}
