package io.postern.config;

import io.postern.mail.Domain;
import io.postern.settings.Network;
import io.postern.settings.Section;
import io.postern.smtp.BareLineEnds;
import io.postern.smtp.Settings;
import io.postern.smtp.Settings.Crowd;
import io.postern.smtp.Settings.Limits;
import io.postern.smtp.Settings.Networks;
import io.postern.smtp.Settings.Patience;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The section `smtp` of the configuration file. The limits' meaning, and the RFC 5321 minima,
/// stand at [Limits].
record SmtpSection(Section smtp) {
  private static final int LISTEN_MAX = 16;
  private static final List<InetSocketAddress> LISTEN =
      List.of(new InetSocketAddress("0.0.0.0", 25));

  private static final long MESSAGE_BYTES_MIN = 64L << 10;
  private static final long MESSAGE_BYTES_MAX = 1L << 30;
  private static final int RECIPIENTS_MIN = 100;

  /// RFC 5321 §4.5.3.2.7.
  private static final Duration IDLE_MIN = Duration.ofMinutes(5);

  private static final Duration IDLE_MAX = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int NETWORKS_MAX = 1_000;

  Settings read(Domain hostName, String help, TlsSection tls) {
    List<InetSocketAddress> listen = smtp.sockets("listen", 1, LISTEN_MAX);
    List<InetSocketAddress> all = new ArrayList<>(listen.isEmpty() ? LISTEN : listen);
    all.addAll(tls.listen());
    refuseTwice(all);
    return new Settings(
        hostName,
        listen.isEmpty() ? LISTEN : listen,
        limits(),
        patience(),
        crowd(),
        bareLineEnds(),
        help,
        new Settings.Tls(tls.listen(), tls.handshakeMax()));
  }

  private Limits limits() {
    Limits defaults = Limits.DEFAULT;
    return new Limits(
        smtp.size(
            "max-message-size", defaults.messageBytesMax(), MESSAGE_BYTES_MIN, MESSAGE_BYTES_MAX),
        smtp.number("max-recipients", defaults.recipientsMax(), RECIPIENTS_MIN, 10_000),
        smtp.number("max-commands", defaults.commandsMax(), 100, 100_000),
        smtp.number("max-errors", defaults.errorsMax(), 1, 1_000));
  }

  private Patience patience() {
    Patience defaults = Patience.DEFAULT;
    return new Patience(
        smtp.duration("idle-timeout", defaults.idleMax(), IDLE_MIN, IDLE_MAX),
        smtp.duration("session-timeout", defaults.sessionMax(), IDLE_MAX, Duration.ofDays(7)),
        smtp.number("min-rate", defaults.bytesPerSecondMin(), 1, 1_000_000),
        smtp.duration("proxy-timeout", defaults.proxyMax(), SECOND, Duration.ofMinutes(1)),
        smtp.duration("drain-timeout", defaults.drainMax(), Duration.ZERO, Duration.ofHours(1)));
  }

  private Crowd crowd() {
    Crowd defaults = Crowd.DEFAULT;
    Networks networks = defaults.networks();
    List<Network> exempt = smtp.networks("exempt-networks", NETWORKS_MAX);
    return new Crowd(
        smtp.number("max-sessions", defaults.sessionsMax(), 1, 100_000),
        smtp.number("max-sessions-per-network", defaults.perNetworkMax(), 1, 100_000),
        smtp.number("max-connections-per-minute", defaults.perMinuteMax(), 1, 1_000_000),
        new Networks(
            smtp.number("ipv4-network-bits", networks.ipv4Bits(), 8, 32),
            smtp.number("ipv6-network-bits", networks.ipv6Bits(), 16, 128),
            smtp.has("exempt-networks") ? exempt : networks.exempt(),
            smtp.networks("proxy-networks", NETWORKS_MAX)));
  }

  private BareLineEnds bareLineEnds() {
    Map<String, BareLineEnds> words = new LinkedHashMap<>();
    words.put("refuse", BareLineEnds.REFUSE);
    words.put("normalise", BareLineEnds.NORMALISE);
    return smtp.word("bare-line-ends", words).orElse(BareLineEnds.REFUSE);
  }

  private void refuseTwice(List<InetSocketAddress> listen) {
    Set<Integer> wildcards = new HashSet<>();
    Set<InetSocketAddress> seen = new HashSet<>();
    for (InetSocketAddress address : listen) {
      boolean isTaken = address.getPort() != 0 && !seen.add(address);
      // Java listens for IPv4 and IPv6 on either wildcard, so the second would find the port taken.
      boolean isWildcardTaken =
          address.getPort() != 0
              && address.getAddress().isAnyLocalAddress()
              && !wildcards.add(address.getPort());
      if (isTaken || isWildcardTaken) {
        smtp.refuse(
            "listen",
            "port %d is listened to twice; one of 0.0.0.0 and [::] stands for both, and each address once"
                .formatted(address.getPort()));
        return;
      }
    }
  }
}
