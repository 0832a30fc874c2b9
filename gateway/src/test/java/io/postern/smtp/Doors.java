package io.postern.smtp;

import io.postern.fixture.Soon;
import io.postern.mail.Domain;
import io.postern.mail.Ids;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/// Doors for tests, on free ports of the loopback.
final class Doors {
  static final Domain HOST = new Domain("mx.example.com");

  private Doors() {}

  /// How long a test waits, and lets the door wait, for what ought to come at once: longer than any
  /// machine is busy with something else.
  static final Duration LONG = Duration.ofSeconds(60);

  /// Small limits, so that a test reaches them fast.
  static final Settings.Limits LIMITS = new Settings.Limits(65_536, 100, 100, 5);

  static Settings.Patience patience(Duration idle) {
    return new Settings.Patience(idle, Duration.ofMinutes(10), 500, LONG, LONG);
  }

  static Settings.Crowd crowd(int sessions) {
    return new Settings.Crowd(sessions, 50, 300, Settings.Networks.DEFAULT);
  }

  static Settings settings(Duration idle, int sessions) {
    return settings(LIMITS, patience(idle), crowd(sessions));
  }

  static Settings settings(
      Settings.Limits limits, Settings.Patience patience, Settings.Crowd crowd) {
    return settings(List.of(loopback()), limits, patience, crowd);
  }

  static Settings settings(List<InetSocketAddress> listen) {
    return settings(listen, LIMITS, patience(LONG), crowd(50));
  }

  /// Settings with every limit at its default.
  static Settings defaults(Domain hostName, List<InetSocketAddress> listen) {
    return new Settings(
        hostName,
        listen,
        Settings.Limits.DEFAULT,
        Settings.Patience.DEFAULT,
        Settings.Crowd.DEFAULT,
        BareLineEnds.REFUSE,
        "");
  }

  private static Settings settings(
      List<InetSocketAddress> listen,
      Settings.Limits limits,
      Settings.Patience patience,
      Settings.Crowd crowd) {
    return new Settings(HOST, listen, limits, patience, crowd, BareLineEnds.REFUSE, "");
  }

  static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  static Ids ids() {
    return new Ids(InstantSource.fixed(Instant.parse("2026-11-22T00:00:00Z")), new Random(7));
  }

  /// Waits until something is so.
  static void until(BooleanSupplier state) {
    Soon.until("it is so", state::getAsBoolean);
  }

  static Listener open(Receiver receiver) throws IOException {
    return open(settings(LONG, 50), receiver);
  }

  static Listener open(Settings settings, Receiver receiver) throws IOException {
    return open(settings, receiver, Optional::empty);
  }

  static Listener open(Settings settings, Receiver receiver, Supplier<Optional<SSLEngine>> engines)
      throws IOException {
    return Listener.open(settings, receiver, ids(), engines);
  }
}
