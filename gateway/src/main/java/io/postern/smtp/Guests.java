package io.postern.smtp;

import io.postern.settings.Network;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The connections of each client network: how many are open, and how many came within a minute.
/// The minute is the network's own; it begins with a connection and ends sixty seconds later.
///
/// Safe for use by many threads.
final class Guests {
  /// Networks that are counted at once. When more come within a minute, the rest is let in
  /// uncounted: a table without limit would be a worse way to end than too many sessions, which
  /// have their own.
  static final int NETWORKS_MAX = 20_000;

  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Settings.Crowd crowd;
  private final LongSupplier nanoTime;
  private final Map<Network, Count> counts = new HashMap<>();

  /// @param nanoTime the time, as [System#nanoTime] tells it
  Guests(Settings.Crowd crowd, LongSupplier nanoTime) {
    this.crowd = crowd;
    this.nanoTime = nanoTime;
  }

  private static final class Count {
    private int open;
    private int came;
    private long minuteFrom;
  }

  /// What becomes of one that comes.
  sealed interface Arrival {
    /// It may stay.
    ///
    /// @param leave to be run once, when it is gone
    record Welcome(Runnable leave) implements Arrival {}

    /// It may not.
    record Unwelcome(Refusals.Cause cause) implements Arrival {}
  }

  /// Counts one that comes.
  synchronized Arrival arrive(InetAddress address) {
    if (isIn(crowd.networks().exempt(), address)) {
      return new Arrival.Welcome(() -> {});
    }
    Optional<Count> known = count(networkOf(address));
    if (known.isEmpty()) {
      return new Arrival.Welcome(() -> {});
    }
    Count count = known.get();
    long now = nanoTime.getAsLong();
    if (count.came == 0 || now - count.minuteFrom >= MINUTE_NANOS) {
      count.came = 0;
      count.minuteFrom = now;
    }
    if (count.came >= crowd.perMinuteMax()) {
      return new Arrival.Unwelcome(Refusals.Cause.RATE);
    }
    count.came++;
    if (count.open >= crowd.perNetworkMax()) {
      return new Arrival.Unwelcome(Refusals.Cause.NETWORK);
    }
    count.open++;
    return new Arrival.Welcome(() -> leave(count));
  }

  private synchronized void leave(Count count) {
    count.open--;
  }

  /// Forgets networks of which nobody is here and nobody came lately. To be called every few
  /// seconds.
  synchronized void forget() {
    long now = nanoTime.getAsLong();
    counts.values().removeIf(it -> it.open == 0 && now - it.minuteFrom >= MINUTE_NANOS);
  }

  /// How many networks are counted.
  synchronized int networks() {
    return counts.size();
  }

  private Optional<Count> count(Network network) {
    if (counts.size() >= NETWORKS_MAX) {
      return Optional.ofNullable(counts.get(network));
    }
    return Optional.of(counts.computeIfAbsent(network, _ -> new Count()));
  }

  private Network networkOf(InetAddress address) {
    Settings.Networks networks = crowd.networks();
    return Network.around(
        address, address instanceof Inet4Address ? networks.ipv4Bits() : networks.ipv6Bits());
  }

  /// True when one of the networks holds the address.
  static boolean isIn(List<Network> networks, InetAddress address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }
}
