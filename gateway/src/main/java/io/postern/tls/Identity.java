package io.postern.tls;

import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A certificate that can be shown, with its key.
public final class Identity {
  private static final int DNS_NAME = 2;

  /// What ends so soon should have been renewed by now, in days: who renews by a tool does so a
  /// month before.
  private static final long DAYS_LEFT_MIN = 14;

  private final PrivateKey key;
  private final List<X509Certificate> chain;

  /// @param chain the certificate of the key, and behind it those that lead to its authority
  Identity(PrivateKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = List.copyOf(chain);
  }

  PrivateKey key() {
    return key;
  }

  List<X509Certificate> chain() {
    return chain;
  }

  /// The certificate of the key.
  X509Certificate own() {
    return chain.getFirst();
  }

  /// Until when it is valid.
  public Instant notAfter() {
    return own().getNotAfter().toInstant();
  }

  /// Whole days until it expires; negative when it has.
  public long daysLeft(Instant now) {
    return Math.floorDiv(Duration.between(now, notAfter()).toSeconds(), 86_400);
  }

  /// When it ends, in words that go on from its name, such as `ends in 3 days` or `has ended`;
  /// empty while there is time to renew it.
  public Optional<String> ending(Instant now) {
    long days = daysLeft(now);
    return days >= DAYS_LEFT_MIN
        ? Optional.empty()
        : Optional.of(days < 0 ? "has ended" : "ends in %d days".formatted(days));
  }

  /// The host names it was issued for (RFC 6125 §6.4); `*.example.com` stands for one label.
  public List<String> names() {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = own().getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> name : alternatives) {
          if (name.getFirst().equals(DNS_NAME)) {
            names.add(((String) name.get(1)).toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException _) {
      // Names that nobody can read are none.
    }
    return List.copyOf(names);
  }

  /// True when it was issued for this host.
  ///
  /// @param hostName an A-label in lower case
  boolean isFor(String hostName) {
    int dot = hostName.indexOf('.');
    String wildcard = dot < 0 ? hostName : "*" + hostName.substring(dot);
    return names().stream().anyMatch(name -> name.equals(hostName) || name.equals(wildcard));
  }

  /// Names and end; never the key.
  @Override
  public String toString() {
    return names() + " until " + notAfter();
  }
}
