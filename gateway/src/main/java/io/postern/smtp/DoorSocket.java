package io.postern.smtp;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections for SubEthaSMTP: those the gateway has room for.
class DoorSocket extends ServerSocket {
  private static final Logger LOG = LoggerFactory.getLogger(DoorSocket.class);

  /// How long it rests after a connection could not be had. Without file descriptors or memory the
  /// next try would fail as well, and a loop of them takes the CPU from those that could free some.
  private static final Duration REST = Duration.ofMillis(250);

  private final Sessions sessions;
  private final boolean tlsAtOnce;
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean stopped;
  private volatile Optional<Thread> acceptor = Optional.empty();
  private volatile Optional<PeerSocket> last = Optional.empty();
  private boolean failing;

  /// An unbound one; SubEthaSMTP binds it.
  ///
  /// @param tlsAtOnce true when TLS begins before the greeting
  DoorSocket(Sessions sessions, boolean tlsAtOnce) throws IOException {
    this.sessions = sessions;
    this.tlsAtOnce = tlsAtOnce;
  }

  @Override
  public Socket accept() throws IOException {
    acceptor = Optional.of(Thread.currentThread());
    while (true) {
      try {
        Socket socket = take();
        failing = false;
        last = sessions.admit(socket, tlsAtOnce);
        if (last.isPresent()) {
          return last.get();
        }
      } catch (IOException e) {
        if (stopped) {
          awaitClose();
          throw e;
        }
        rest(e);
      } catch (Throwable e) {
        // Nothing one connection does, nor a lack of memory for it, may end the thread that accepts
        // all of them. The connection was closed by what failed.
        rest(e);
      }
    }
  }

  /// The next connection.
  Socket take() throws IOException {
    return super.accept();
  }

  private void rest(Throwable fault) {
    if (!failing) {
      failing = true;
      LOG.error("fault in accepting a connection; trying on", fault);
    }
    await(REST);
  }

  /// True when the thread that accepted has ended, though nobody stopped it. Its connections wait
  /// in vain then.
  boolean isAbandoned() {
    return !stopped && acceptor.isPresent() && !acceptor.get().isAlive();
  }

  /// Closes the connection that was accepted last if no session came of it. For a door that is
  /// abandoned: the thread may have ended while it held one.
  void dropLast() throws IOException {
    if (last.isPresent() && last.get().conversation().isEmpty()) {
      last.get().close();
    }
  }

  /// Accepts no more, while sessions go on. SubEthaSMTP knows no such state and would take the
  /// failing accept for an error, to be logged and tried again; so its thread waits until it is
  /// told to stop.
  void stopAccepting() throws IOException {
    stopped = true;
    super.close();
  }

  private void awaitClose() {
    await(Duration.ofNanos(Long.MAX_VALUE));
  }

  private void await(Duration max) {
    try {
      boolean isReleased = released.await(max.toNanos(), TimeUnit.NANOSECONDS);
      LOG.trace("released {}", isReleased);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    super.close();
    released.countDown();
  }
}
