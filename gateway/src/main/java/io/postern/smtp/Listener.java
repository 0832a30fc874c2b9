package io.postern.smtp;

import io.postern.mail.Ids;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The open door: listens, and speaks SMTP with whoever comes. Each session has a virtual thread of
/// its own, which also calls the [Receiver].
///
/// Safe for use by many threads.
public final class Listener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

  /// What a session gets to say its 421 when the time for draining is over.
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final Settings settings;
  private final Sessions sessions;
  private final Encryption encryption;
  private final List<SubEtha> doors = new CopyOnWriteArrayList<>();
  private final LongAdder restarts = new LongAdder();
  private final Score score = new Score();
  private final CountDownLatch closed = new CountDownLatch(1);
  private boolean closing;

  private Listener(Settings settings, Ids ids, Encryption encryption) {
    this.settings = settings;
    this.encryption = encryption;
    this.sessions = new Sessions(settings, ids, System::nanoTime);
  }

  /// Listens on all addresses of the settings. Connections are served from now on.
  ///
  /// @param settings names, addresses, limits
  /// @param receiver what the mail is brought to; called by many sessions at once
  /// @param ids makes the ids of sessions
  /// @param engines gives each session that wants to be encrypted a new engine for a server; empty
  ///   when there is no certificate
  /// @throws IOException when one of the addresses can't be had; then none is held
  public static Listener open(
      Settings settings, Receiver receiver, Ids ids, Supplier<Optional<SSLEngine>> engines)
      throws IOException {
    return open(settings, receiver, ids, new Encryption(engines), DoorSocket::new);
  }

  /// For tests, whose sockets fail.
  static Listener open(
      Settings settings,
      Receiver receiver,
      Ids ids,
      Encryption encryption,
      SubEtha.SocketMaker sockets)
      throws IOException {
    Listener listener = new Listener(settings, ids, encryption);
    try {
      for (boolean tlsAtOnce : new boolean[] {false, true}) {
        var terms =
            new Conversation.Terms(
                settings,
                receiver,
                encryption,
                tlsAtOnce,
                MessageReader.DISCARD_MAX,
                listener.score);
        var door = new SubEtha.Door(terms, ids, listener.sessions, sockets);
        for (InetSocketAddress address :
            distinct(tlsAtOnce ? settings.tls().listen() : settings.listen())) {
          listener.doors.add(SubEtha.listen(address, door));
        }
      }
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
    Thread.ofPlatform().daemon().name("smtp-watch").start(listener::watch);
    return listener;
  }

  /// The JDK binds a wildcard address of either family to both, so `0.0.0.0:25` beside `[::]:25`,
  /// as many a configuration has it, would be one address bound twice.
  private static List<InetSocketAddress> distinct(List<InetSocketAddress> addresses) {
    Set<Integer> wildcardPorts = new HashSet<>();
    return addresses.stream()
        .filter(
            address ->
                !address.getAddress().isAnyLocalAddress()
                    || address.getPort() == 0
                    || wildcardPorts.add(address.getPort()))
        .toList();
  }

  /// The addresses it listens on, with the ports that were found where the settings say 0; those
  /// where TLS begins at once come last.
  public List<InetSocketAddress> addresses() {
    return doors.stream().map(SubEtha::address).toList();
  }

  /// The number of sessions at this moment.
  public int sessions() {
    return sessions.size();
  }

  /// What has passed the door since it opened.
  public Traffic traffic() {
    return sessions.traffic(restarts.sum(), encryption);
  }

  /// What sessions were told since it opened.
  public Sayings sayings() {
    return score.sayings();
  }

  private void watch() {
    try {
      while (!closed.await(WATCH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        lookAround();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookAround() {
    try {
      sessions.lookAround();
      for (SubEtha door : doors) {
        if (door.revive()) {
          restarts.increment();
        }
      }
    } catch (Throwable e) {
      // Whatever it is, the next look may find better times; without looks, nobody would see that
      // the door stands closed.
      LOG.error("fault in watching the door", e);
    }
  }

  /// Closes the door: accepts no more, answers 421 to sessions that are between mails, gives
  /// running transactions the time the settings allow, and cuts what is left. Takes at most
  /// [Settings.Patience#drainMax] and a few seconds. Closing twice does nothing.
  @Override
  public synchronized void close() {
    if (closing) {
      return;
    }
    closing = true;
    for (SubEtha door : doors) {
      try {
        door.stopAccepting();
      } catch (IOException e) {
        LOG.atWarn()
            .addKeyValue("address", door.address())
            .addKeyValue("why", e.getMessage())
            .log("address not closed");
      }
    }
    boolean drained = sessions.drain(settings.patience().drainMax(), FAREWELL);
    doors.forEach(SubEtha::stop);
    closed.countDown();
    if (!doors.isEmpty()) {
      LOG.atInfo().addKeyValue("drained", drained).log("door closed");
    }
  }
}
