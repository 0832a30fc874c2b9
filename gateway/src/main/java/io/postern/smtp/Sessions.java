package io.postern.smtp;

import io.postern.mail.Ids;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections that are open now, over all addresses. Safe for use by many threads.
final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  private final Settings settings;
  private final Ids ids;
  private final Semaphore places;
  private final Set<PeerSocket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  Sessions(Settings settings, Ids ids) {
    this.settings = settings;
    this.ids = ids;
    this.places = new Semaphore(settings.limits().sessionsMax());
  }

  /// Takes a connection in, or refuses it when there are too many.
  ///
  /// @return empty when it was refused, or broke; whenever no session comes of it, by a fault as
  ///   well, it is closed and holds no place
  Optional<PeerSocket> admit(Socket socket) {
    boolean hasPlace = false;
    boolean admitted = false;
    try {
      // Without this a reply may wait 40 ms for the peer's acknowledgement of the one before.
      socket.setTcpNoDelay(true);
      hasPlace = places.tryAcquire();
      if (!hasPlace) {
        refuse(socket);
        return Optional.empty();
      }
      Wire wire = new Wire(socket, settings.limits().idleMax());
      Optional<PeerSocket> peer = Optional.of(new PeerSocket(socket, wire, this::leave));
      open.add(peer.get());
      // From here on the place is given back by PeerSocket's close.
      admitted = true;
      if (closing) {
        // It was accepted just before the door closed, and drain may not have seen it. Looked at
        // only once it is among the open ones: one of the two always sees the other.
        wire.closing(false);
      }
      return peer;
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("why", e.getMessage()).log("connection broke at once");
      return Optional.empty();
    } finally {
      if (!admitted) {
        if (hasPlace) {
          places.release();
        }
        close(socket);
      }
    }
  }

  private void leave(PeerSocket peer) {
    open.remove(peer);
    places.release();
  }

  /// Done by the thread that accepts, as 100 bytes always fit a new connection's send buffer.
  private void refuse(Socket socket) throws IOException {
    String id = ids.next();
    LOG.atInfo()
        .addKeyValue("session", id)
        .addKeyValue("ip", socket.getInetAddress().getHostAddress())
        .addKeyValue("why", "sessionsMax")
        .log("session refused");
    Reply reply = new Reply(421, "4.7.0", "Too many sessions; try again later");
    String line = Conversation.refusal(reply, settings.help(), id) + "\r\n";
    socket.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
    socket.shutdownOutput();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // There is nothing left to do about a socket that can't be closed.
    }
  }

  /// How many there are.
  int size() {
    return settings.limits().sessionsMax() - places.availablePermits();
  }

  /// Cuts connections whose peer doesn't take our replies. To be called every few seconds.
  void cutStuck() {
    for (PeerSocket peer : open) {
      if (peer.wire().isStuck()) {
        LOG.atDebug()
            .addKeyValue("ip", peer.peer().getAddress().getHostAddress())
            .log("peer takes no replies");
        peer.wire().cut();
      }
    }
  }

  /// Ends all sessions: those between mails at once, the others after their transaction, and all of
  /// them when the time is over. Called when no address accepts any more; a connection accepted
  /// just before may still be on its way in, and [#admit] sees to it.
  ///
  /// @return true when every session has ended
  boolean drain(Duration max, Duration farewell) {
    closing = true;
    open.forEach(peer -> peer.wire().closing(false));
    if (awaitNone(max)) {
      return true;
    }
    open.forEach(peer -> peer.wire().closing(true));
    if (awaitNone(farewell)) {
      return true;
    }
    open.forEach(peer -> peer.wire().cut());
    return awaitNone(farewell);
  }

  /// A place is given back for each session that ends, so all places at once means none is left.
  private boolean awaitNone(Duration max) {
    int all = settings.limits().sessionsMax();
    try {
      if (places.tryAcquire(all, max.toNanos(), TimeUnit.NANOSECONDS)) {
        places.release(all);
        return true;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}
