package io.postern.smtp;

import io.postern.mail.Domain;
import io.postern.mail.Ids;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;

/// Doors for tests, on free ports of the loopback.
final class Doors {
  static final Domain HOST = new Domain("mx.example.com");

  private Doors() {}

  /// Small limits, so that a test reaches them fast.
  static Settings.Limits limits(Duration idle, int sessions) {
    return new Settings.Limits(65_536, 100, sessions, 100, 5, idle, Duration.ofSeconds(5));
  }

  static Settings settings(Settings.Limits limits) {
    return new Settings(HOST, List.of(loopback()), limits, BareLineEnds.REFUSE, "");
  }

  static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  static Ids ids() {
    return new Ids(InstantSource.fixed(Instant.parse("2026-11-22T00:00:00Z")), new Random(7));
  }

  static Listener open(Receiver receiver) throws IOException {
    return open(settings(limits(Duration.ofSeconds(10), 50)), receiver);
  }

  static Listener open(Settings settings, Receiver receiver) throws IOException {
    return Listener.open(settings, receiver, ids());
  }
}
