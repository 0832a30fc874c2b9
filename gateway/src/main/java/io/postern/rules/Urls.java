package io.postern.rules;

import io.postern.settings.Network;
import io.postern.settings.Problem;
import io.postern.settings.Problems;
import io.postern.settings.Text;
import io.postern.webhook.Destination;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/// Reads the URLs of endpoints, and refuses those where mail must never be posted. What a host name
/// resolves to is judged when the connection is made; literal addresses are judged here.
record Urls(Settings settings, Problems problems) {
  static final int CHARS_MAX = 2_048;
  private static final int PORT_MAX = 65_535;
  private static final String EXAMPLE = "write https://app.example.com/hooks/mail";

  /// @param key as problems name it
  Optional<URI> read(String key, Text text) {
    String problem;
    try {
      URI url = new URI(text.value());
      problem = text.value().length() > CHARS_MAX ? "longer than 2048 characters" : problem(url);
      if (problem.isEmpty()) {
        return Optional.of(url);
      }
    } catch (URISyntaxException e) {
      problem =
          "%s is not a URL (%s); %s"
              .formatted(
                  shown(text.value(), text.value()),
                  e.getReason().toLowerCase(Locale.ROOT),
                  EXAMPLE);
    }
    problems.error(text.place(), key + ": " + problem);
    return Optional.empty();
  }

  private String problem(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      return "%s is not an https URL; %s".formatted(shown(url.toString(), url.toString()), EXAMPLE);
    }
    String authority = url.getRawAuthority() == null ? "" : url.getRawAuthority();
    if (authority.contains("@")) {
      // Not quoted: it may hold a password.
      return "a user name before the host; remove it and write basic: { username: ..., password:"
          + " ... }";
    }
    if (url.getHost() == null) {
      return "no host name in %s; write a name of letters, digits and hyphens (an international one as"
              .formatted(shown(authority, url.toString()))
          + " A-labels, xn--...), or an IP address";
    }
    if (url.getPort() > PORT_MAX || url.getPort() == 0) {
      return "no such port as %d; write 1 to 65535".formatted(url.getPort());
    }
    if (url.getRawFragment() != null) {
      return "a fragment (#...), which is never sent; remove it";
    }
    return hostProblem(scheme, url.getHost().toLowerCase(Locale.ROOT));
  }

  /// Some of a URL, not quoted where that may hold a password: problems go into logs and mail.
  private static String shown(String part, String url) {
    return url.contains("@") || url.contains("%40") ? "it" : Problem.quote(part);
  }

  private String hostProblem(String scheme, String written) {
    boolean bracketed = written.startsWith("[");
    String host = bracketed ? written.substring(1, written.length() - 1) : written;
    Optional<InetAddress> literal = Network.literal(host);
    if (bracketed && literal.isEmpty()) {
      return "%s is not an IPv6 address; write one without a zone".formatted(Problem.quote(host));
    }
    if (host.endsWith(".")) {
      // DNS takes it, but the server name of TLS may not have it (RFC 6066 §3): no call would ever
      // be made.
      return "%s ends in a full stop, which TLS does not take in a host name; write %s"
          .formatted(Problem.quote(host), host.substring(0, host.length() - 1));
    }
    if (literal.isEmpty() && endsInNumber(host)) {
      return "%s is no name, and as an address it is in disguise; write the address as four numbers"
          .formatted(Problem.quote(host));
    }
    boolean isLoopback =
        literal.map(InetAddress::isLoopbackAddress).orElse(host.equals("localhost"));
    if (literal.isPresent() && !isLoopback) {
      String problem = addressProblem(literal.get());
      if (!problem.isEmpty()) {
        return problem;
      }
    }
    if (scheme.equals("http") && !isLoopback && !isHttpHost(host, literal)) {
      return "http would send mail in clear text to %s; write https, or add the host to"
              .formatted(host)
          + " delivery.allow-http-hosts in the configuration";
    }
    return "";
  }

  /// Resolvers read such hosts as IPv4 addresses: 2852039166 and 0xa9fea9fe are 169.254.169.254.
  private static boolean endsInNumber(String host) {
    String last = host.substring(host.lastIndexOf('.') + 1);
    return last.startsWith("0x") || last.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private boolean isHttpHost(String host, Optional<InetAddress> literal) {
    return settings.httpHosts().contains(literal.map(InetAddress::getHostAddress).orElse(host));
  }

  private String addressProblem(InetAddress address) {
    String text = address.getHostAddress();
    Destination destination = Destination.of(address);
    if (!destination.isRefused(settings.privateAllowed())) {
      return "";
    }
    return switch (destination) {
      case LINK_LOCAL ->
          text
              + " is a link-local or metadata address, where a machine's secrets are; write the"
              + " receiver's own address";
      case NO_MACHINE ->
          text + " is not the address of one machine; write the receiver's own address";
      case PRIVATE, PLAIN ->
          text
              + " is in a private network, which the configuration forbids; write a public address,"
              + " or delivery.allow-private: true there";
    };
  }
}
