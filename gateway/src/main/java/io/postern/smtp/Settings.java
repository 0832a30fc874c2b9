package io.postern.smtp;

import io.postern.mail.Domain;
import io.postern.settings.Network;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// What the door must know: its name, its addresses and its limits.
///
/// @param hostName the name in the greeting, and the domain of a bare `postmaster`
/// @param listen where to listen, at least one; port 0 takes any free port. A wildcard address of
///   either family serves both, as the JDK's sockets do
/// @param limits how much one peer may ask for
/// @param patience how long one peer may take
/// @param crowd how many peers may come
/// @param bareLineEnds what becomes of messages with line ends that are none
/// @param help where a refused sender's postmaster finds help, at most [#HELP_MAX] characters of
///   printable ASCII without blanks; empty for none
/// @param tls what there is to say of encryption beside the certificate
public record Settings(
    Domain hostName,
    List<InetSocketAddress> listen,
    Limits limits,
    Patience patience,
    Crowd crowd,
    BareLineEnds bareLineEnds,
    String help,
    Tls tls) {
  /// So that it fits a reply line (RFC 5321 §4.5.3.1.5) beside the reason.
  public static final int HELP_MAX = 200;

  public Settings {
    listen = List.copyOf(listen);
    require(!hostName.isLiteral(), "hostName is a name, not an address");
    require(!listen.isEmpty(), "listen names no address");
    for (InetSocketAddress address : listen) {
      require(!address.isUnresolved(), "listen has no such address: " + address.getHostString());
    }
    require(
        help.length() <= HELP_MAX && help.chars().allMatch(c -> c > ' ' && c < 127),
        "help is at most " + HELP_MAX + " characters of printable ASCII");
  }

  /// Settings without anything special about encryption.
  public Settings(
      Domain hostName,
      List<InetSocketAddress> listen,
      Limits limits,
      Patience patience,
      Crowd crowd,
      BareLineEnds bareLineEnds,
      String help) {
    this(hostName, listen, limits, patience, crowd, bareLineEnds, help, Tls.DEFAULT);
  }

  /// How much one session may ask for.
  ///
  /// @param messageBytesMax the largest message in bytes, advertised by SIZE (RFC 1870); default 35
  ///   MB = 36,700,160; at least 65,536 (RFC 5321 §4.5.3.1.7), at most 1 GB; a larger one is 552
  ///   5.3.4
  /// @param recipientsMax accepted recipients of one message; default 1,000; at least 100 (RFC 5321
  ///   §4.5.3.1.8); one more is 452 4.5.3. Ten times as many may be asked for, most of them in vain
  /// @param commandsMax commands that move no mail, such as NOOP, RSET or an RCPT refused while no
  ///   recipient stands, since the last accepted message; default 1,000; at least 100; one more
  ///   ends the session with 421 4.7.0
  /// @param errorsMax commands that break the protocol since the last accepted message; default 20;
  ///   at least 1; one more ends the session with 421 4.7.0
  public record Limits(long messageBytesMax, int recipientsMax, int commandsMax, int errorsMax) {
    /// The defaults named above.
    public static final Limits DEFAULT = new Limits(35L << 20, 1000, 1000, 20);

    public Limits {
      require(
          messageBytesMax >= 65_536 && messageBytesMax <= 1L << 30,
          "messageBytesMax is 65536 bytes to 1 GB");
      require(recipientsMax >= 100, "recipientsMax is 100 or more");
      require(commandsMax >= 100, "commandsMax is 100 or more");
      require(errorsMax >= 1, "errorsMax is 1 or more");
    }
  }

  /// How long one session may take. Whoever takes longer is told 421 4.4.2, if it listens.
  ///
  /// @param idleMax how long the peer may take for one command line, for the next bytes of a
  ///   message, or to take our replies; default 5 minutes, which RFC 5321 §4.5.3.2.7 asks for as
  ///   the least; at most 1 day
  /// @param sessionMax how long a session may last in all, whatever goes on in it; default 2 hours;
  ///   at least idleMax, at most 7 days
  /// @param bytesPerSecondMin the slowest a peer may send a line or a message that it has begun,
  ///   once it has lagged behind this rate by idleMax in all; default 500; at least 1
  /// @param proxyMax how long a proxy may take for its header; default 5 seconds; at most 1 minute
  /// @param drainMax how long transactions may still run when the door closes; default 30 seconds;
  ///   at most 1 hour. What runs longer is told 421 4.3.2
  public record Patience(
      Duration idleMax,
      Duration sessionMax,
      int bytesPerSecondMin,
      Duration proxyMax,
      Duration drainMax) {
    /// The defaults named above.
    public static final Patience DEFAULT =
        new Patience(
            Duration.ofMinutes(5),
            Duration.ofHours(2),
            500,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30));

    public Patience {
      require(
          idleMax.toMillis() >= 1 && idleMax.compareTo(Duration.ofDays(1)) <= 0,
          "idleMax is more than nothing and at most 1 day");
      require(
          sessionMax.compareTo(idleMax) >= 0 && sessionMax.compareTo(Duration.ofDays(7)) <= 0,
          "sessionMax is idleMax to 7 days");
      require(bytesPerSecondMin >= 1, "bytesPerSecondMin is 1 or more");
      require(
          proxyMax.toMillis() >= 1 && proxyMax.compareTo(Duration.ofMinutes(1)) <= 0,
          "proxyMax is more than nothing and at most 1 minute");
      require(
          !drainMax.isNegative() && drainMax.compareTo(Duration.ofHours(1)) <= 0,
          "drainMax is 0 to 1 hour");
    }
  }

  /// How many connections there may be. Who is refused is told 421 4.7.0 before anything is read,
  /// or hung up on where TLS begins at once.
  ///
  /// @param sessionsMax sessions at once, over all addresses; default 1,000; 1 to 100,000
  /// @param perNetworkMax sessions at once of one client network; default 50; at least 1
  /// @param perMinuteMax new connections of one client network a minute; default 300; at least 1
  /// @param networks what a client network is
  public record Crowd(int sessionsMax, int perNetworkMax, int perMinuteMax, Networks networks) {
    /// The defaults named above.
    public static final Crowd DEFAULT = new Crowd(1000, 50, 300, Networks.DEFAULT);

    public Crowd {
      require(sessionsMax >= 1 && sessionsMax <= 100_000, "sessionsMax is 1 to 100000");
      require(perNetworkMax >= 1, "perNetworkMax is 1 or more");
      require(perMinuteMax >= 1, "perMinuteMax is 1 or more");
    }
  }

  /// How peers are told apart by their addresses.
  ///
  /// @param ipv4Bits the prefix of an IPv4 address that makes a client network; default 32, each
  ///   address for itself; 8 to 32
  /// @param ipv6Bits the same for IPv6; default 64, as much as one customer has at least; 16 to 128
  /// @param exempt networks without limits of their own; the limit for all sessions holds for them
  ///   too; default loopback
  /// @param proxies networks whose connections each begin with a PROXY header that tells the real
  ///   peer; default none
  public record Networks(int ipv4Bits, int ipv6Bits, List<Network> exempt, List<Network> proxies) {
    /// The defaults named above.
    public static final Networks DEFAULT =
        new Networks(
            32,
            64,
            List.of(
                new Network(InetAddress.ofLiteral("127.0.0.0"), 8),
                new Network(InetAddress.ofLiteral("::1"), 128)),
            List.of());

    public Networks {
      require(ipv4Bits >= 8 && ipv4Bits <= 32, "ipv4Bits is 8 to 32");
      require(ipv6Bits >= 16 && ipv6Bits <= 128, "ipv6Bits is 16 to 128");
      exempt = List.copyOf(exempt);
      proxies = List.copyOf(proxies);
    }
  }

  /// Encryption, where there is a certificate.
  ///
  /// @param listen where TLS begins before the greeting (RFC 8314 §3.3); default nowhere
  /// @param handshakeMax how long agreeing on keys may take in all; default 30 seconds; at most 5
  ///   minutes. Whoever takes longer is hung up on, as there is no way left to say anything
  public record Tls(List<InetSocketAddress> listen, Duration handshakeMax) {
    /// The defaults named above.
    public static final Tls DEFAULT = new Tls(List.of(), Duration.ofSeconds(30));

    public Tls {
      listen = List.copyOf(listen);
      require(
          handshakeMax.toMillis() >= 1 && handshakeMax.compareTo(Duration.ofMinutes(5)) <= 0,
          "handshakeMax is more than nothing and at most 5 minutes");
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
