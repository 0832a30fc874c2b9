package io.postern.smtp;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections for SubEthaSMTP: those the gateway has room for.
final class DoorSocket extends ServerSocket {
  private static final Logger LOG = LoggerFactory.getLogger(DoorSocket.class);

  private final Sessions sessions;
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean stopped;

  /// An unbound one; SubEthaSMTP binds it.
  DoorSocket(Sessions sessions) throws IOException {
    this.sessions = sessions;
  }

  @Override
  public Socket accept() throws IOException {
    while (true) {
      Socket socket;
      try {
        socket = super.accept();
      } catch (IOException e) {
        if (stopped) {
          awaitClose();
        }
        throw e;
      }
      try {
        Optional<PeerSocket> peer = sessions.admit(socket);
        if (peer.isPresent()) {
          return peer.get();
        }
      } catch (Throwable e) {
        // Nothing one connection does, nor a lack of memory for it, may end the thread that accepts
        // all of them. The connection was closed by what failed.
        LOG.error("fault in admitting a connection", e);
      }
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
    try {
      released.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    released.countDown();
  }
}
