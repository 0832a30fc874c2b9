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
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections that are open now, over all addresses, and who may be one of them. Safe for use
/// by many threads.
final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  private final Settings settings;
  private final Ids ids;
  private final Semaphore places;
  private final Guests guests;
  private final Refusals refusals;
  private final LongAdder connections = new LongAdder();
  private final LongAdder stuck = new LongAdder();
  private final Set<PeerSocket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  Sessions(Settings settings, Ids ids, LongSupplier nanoTime) {
    this.settings = settings;
    this.ids = ids;
    this.places = new Semaphore(settings.crowd().sessionsMax());
    this.guests = new Guests(settings.crowd(), nanoTime);
    this.refusals = new Refusals(nanoTime);
  }

  /// Takes a connection in, or refuses it when there are too many. Nothing is read from it, and
  /// nothing is waited for: this is the thread that accepts all of them.
  ///
  /// @param tlsAtOnce true when it came where TLS begins at once: a refusal in clear text would be
  ///   noise to the peer, so it is only hung up on
  /// @return empty when it was refused, or broke; whenever no session comes of it, by a fault as
  ///   well, it is closed and holds no place
  Optional<PeerSocket> admit(Socket socket, boolean tlsAtOnce) {
    connections.increment();
    Optional<PeerSocket> held = Optional.empty();
    boolean admitted = false;
    try {
      // Without this a reply may wait 40 ms for the peer's acknowledgement of the one before.
      socket.setTcpNoDelay(true);
      if (!places.tryAcquire()) {
        refuse(socket, Refusals.Cause.SESSIONS, tlsAtOnce);
        return Optional.empty();
      }
      held = hold(socket, tlsAtOnce);
      PeerSocket peer = held.get();
      if (!peer.isProxied() && guestOf(peer) instanceof Guests.Arrival.Unwelcome(var cause)) {
        refuse(socket, cause, tlsAtOnce);
        return Optional.empty();
      }
      admitted = true;
      if (closing) {
        // It was accepted just before the door closed, and drain may not have seen it. Looked at
        // only once it is among the open ones: one of the two always sees the other.
        peer.wire().closing(false);
      }
      return held;
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("why", e.getMessage()).log("connection broke at once");
      return Optional.empty();
    } finally {
      if (!admitted) {
        close(held.isPresent() ? held.get() : socket);
      }
    }
  }

  /// From here on the place is given back by [PeerSocket#close].
  private Optional<PeerSocket> hold(Socket socket, boolean tlsAtOnce) throws IOException {
    boolean isHeld = false;
    try {
      boolean isProxied =
          Guests.isIn(settings.crowd().networks().proxies(), socket.getInetAddress());
      Wire wire = new Wire(socket, settings.patience(), tlsAtOnce);
      PeerSocket peer = new PeerSocket(socket, wire, isProxied, this::leave);
      open.add(peer);
      isHeld = true;
      return Optional.of(peer);
    } finally {
      if (!isHeld) {
        places.release();
      }
    }
  }

  private Guests.Arrival guestOf(PeerSocket peer) {
    Guests.Arrival arrival = guests.arrive(peer.peer().getAddress());
    if (arrival instanceof Guests.Arrival.Welcome(Runnable leave)) {
      peer.whenClosed(leave);
    }
    return arrival;
  }

  /// Done by the thread that accepts, as 200 bytes always fit a new connection's send buffer.
  private void refuse(Socket socket, Refusals.Cause cause, boolean tlsAtOnce) throws IOException {
    String id = ids.next();
    refusals.note(cause, id, socket.getInetAddress().getHostAddress(), "");
    if (tlsAtOnce) {
      return;
    }
    String line = cause.reply().line(settings.help(), id) + "\r\n";
    socket.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
    socket.shutdownOutput();
  }

  /// Learns from a proxy who the peer is, and judges that one as [#admit] judges others. Called by
  /// the session's thread, before the greeting.
  ///
  /// @param id the session's
  /// @return false when it was refused, and told so
  boolean introduce(PeerSocket peer, String id) {
    if (!peer.isProxied()) {
      return true;
    }
    return switch (peer.wire().proxyHeader(settings.patience().proxyMax())) {
      // The proxy itself, which looks whether we live. Its own network is no client's.
      case ProxyHeader.Own _ -> true;
      case ProxyHeader.Proxied(var source, _) -> {
        peer.speaksFor(source);
        if (guestOf(peer) instanceof Guests.Arrival.Unwelcome(var cause)) {
          turnAway(peer, cause, id, "");
          yield false;
        }
        yield true;
      }
      case ProxyHeader.Junk _ when closing -> {
        say(peer, Conversation.GOING_DOWN, id);
        yield false;
      }
      case ProxyHeader.Junk(String why) -> {
        turnAway(peer, Refusals.Cause.PROXY, id, why);
        yield false;
      }
      case ProxyHeader.More _ -> throw new IllegalStateException("the wire waits for the whole");
    };
  }

  private void turnAway(PeerSocket peer, Refusals.Cause cause, String id, String detail) {
    refusals.note(cause, id, peer.peer().getAddress().getHostAddress(), detail);
    say(peer, cause.reply(), id);
  }

  private void say(PeerSocket peer, Reply farewell, String id) {
    peer.wire().reply(farewell.line(settings.help(), id));
    peer.wire().finish();
  }

  private void leave(PeerSocket peer) {
    open.remove(peer);
    places.release();
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
    return settings.crowd().sessionsMax() - places.availablePermits();
  }

  /// What has passed.
  ///
  /// @param restarts see [Traffic]
  Traffic traffic(long restarts, Encryption encryption) {
    return new Traffic(
        size(),
        connections.sum(),
        refusals.count(Refusals.Cause.SESSIONS),
        refusals.count(Refusals.Cause.NETWORK),
        refusals.count(Refusals.Cause.RATE),
        refusals.count(Refusals.Cause.PROXY),
        stuck.sum(),
        encryption.sessions(),
        encryption.failures(),
        encryption.discarded(),
        restarts);
  }

  /// Cuts connections whose peer doesn't take our replies, and forgets networks that are gone. To
  /// be called every few seconds.
  void lookAround() {
    guests.forget();
    for (PeerSocket peer : open) {
      if (peer.wire().isStuck()) {
        LOG.atDebug()
            .addKeyValue("ip", peer.peer().getAddress().getHostAddress())
            .log("peer takes no replies");
        stuck.increment();
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
    int all = settings.crowd().sessionsMax();
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
