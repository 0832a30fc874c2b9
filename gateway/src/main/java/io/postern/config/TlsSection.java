package io.postern.config;

import io.postern.mail.Domain;
import io.postern.policy.PermittedDomains;
import io.postern.settings.Problem;
import io.postern.settings.Problems;
import io.postern.settings.Section;
import io.postern.settings.Text;
import io.postern.tls.Settings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The section `smtp.tls` of the configuration file.
///
/// @param enabled false when nothing is encrypted
/// @param certificate the certificate's file; null when the gateway makes one
/// @param key the key's file; null with the certificate
/// @param listen where sessions are encrypted from their first byte (RFC 8314 §3.3)
/// @param requiredFor the domains whose mail is taken over TLS only
/// @param handshakeMax how long agreeing on keys may take
record TlsSection(
    boolean enabled,
    @Nullable Path certificate,
    @Nullable Path key,
    List<InetSocketAddress> listen,
    PermittedDomains requiredFor,
    Duration handshakeMax) {
  private static final int LISTEN_MAX = 16;
  private static final int DOMAINS_MAX = 10_000;
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);
  private static final Duration HANDSHAKE_MIN = Duration.ofSeconds(5);
  private static final Duration HANDSHAKE_MAX = Duration.ofMinutes(5);

  static TlsSection read(Section tls, PermittedDomains permitted, Problems problems) {
    boolean enabled = tls.flag("enabled", true);
    Optional<Path> certificate = tls.path("certificate");
    Optional<Path> key = tls.path("key");
    if (key.isPresent() && !tls.has("certificate")) {
      tls.refuse("key", "a key without a certificate; write the key certificate, too");
    }
    List<InetSocketAddress> listen = tls.sockets("listen", 0, LISTEN_MAX);
    List<PermittedDomains.Entry> required = required(tls, permitted, problems);
    Duration handshakeMax =
        tls.duration("handshake-timeout", HANDSHAKE, HANDSHAKE_MIN, HANDSHAKE_MAX);
    if (!enabled && !listen.isEmpty()) {
      tls.refuse("listen", "nothing is encrypted here; remove this, or write enabled: true");
    }
    if (!enabled && !required.isEmpty()) {
      tls.refuse("required-for", "nothing is encrypted here; remove this, or write enabled: true");
    }
    return new TlsSection(
        enabled,
        certificate.orElse(null),
        // One file may hold both.
        key.or(() -> certificate).orElse(null),
        listen,
        PermittedDomains.of(required),
        handshakeMax);
  }

  private static List<PermittedDomains.Entry> required(
      Section tls, PermittedDomains permitted, Problems problems) {
    List<PermittedDomains.Entry> entries = new ArrayList<>();
    for (Text text : tls.texts("required-for", 0, DOMAINS_MAX)) {
      Optional<PermittedDomains.Entry> entry = PermittedDomains.Entry.parse(text.value());
      if (entry.isEmpty()) {
        problems.error(
            text.place(),
            "required-for: %s is not a domain; write in.example.com, or \"*.in.example.com\" for all"
                    .formatted(Problem.quote(text.value()))
                + " below it");
      } else if (!takes(permitted, entry.get())) {
        problems.error(
            text.place(),
            "required-for: no mail is taken for %s; write a domain that stands in domains, too"
                .formatted(Problem.quote(text.value())));
      }
      entry.ifPresent(entries::add);
    }
    return entries;
  }

  private static boolean takes(PermittedDomains permitted, PermittedDomains.Entry entry) {
    return permitted.permits(entry.domain())
        || (entry.below()
            && (permitted.parents().contains(entry.domain())
                || permitted.exact().stream().anyMatch(it -> it.isBelow(entry.domain()))));
  }

  /// What the certificate's room is told.
  ///
  /// @param stateFolder where a certificate is kept that the gateway makes
  /// @return null when nothing is encrypted
  @Nullable Settings certificate(Domain hostName, Path stateFolder) {
    if (!enabled) {
      return null;
    }
    return certificate == null || key == null
        ? Settings.selfMade(hostName.ascii(), stateFolder)
        : Settings.files(hostName.ascii(), certificate, key);
  }
}
