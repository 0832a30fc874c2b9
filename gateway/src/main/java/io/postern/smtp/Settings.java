package io.postern.smtp;

import io.postern.mail.Domain;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// What the door must know: its name, its addresses and its limits.
///
/// @param hostName the name in the greeting, and the domain of a bare `postmaster`
/// @param listen where to listen, at least one; port 0 takes any free port. A wildcard address of
///   either family serves both, as the JDK's sockets do
/// @param limits how much one peer may ask for
/// @param bareLineEnds what becomes of messages with line ends that are none
/// @param help where a refused sender's postmaster finds help, at most [#HELP_MAX] characters of
///   printable ASCII without blanks; empty for none
public record Settings(
    Domain hostName,
    List<InetSocketAddress> listen,
    Limits limits,
    BareLineEnds bareLineEnds,
    String help) {
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

  /// Settings with every limit at its default and no help URL.
  public static Settings defaults(Domain hostName, List<InetSocketAddress> listen) {
    return new Settings(hostName, listen, Limits.DEFAULT, BareLineEnds.REFUSE, "");
  }

  /// The limits of the door, per session unless said otherwise.
  ///
  /// @param messageBytesMax the largest message in bytes, advertised by SIZE (RFC 1870); default 35
  ///   MB = 36,700,160; at least 65,536 (RFC 5321 §4.5.3.1.7), at most 1 GB
  /// @param recipientsMax accepted recipients of one message; default 1,000; at least 100 (RFC 5321
  ///   §4.5.3.1.8). Ten times as many may be asked for, most of them in vain
  /// @param sessionsMax sessions at once, over all addresses; default 1,000; 1 to 100,000
  /// @param commandsMax commands that move no mail, such as NOOP, RSET or an RCPT refused while no
  ///   recipient stands, since the last accepted message; default 1,000; at least 100
  /// @param errorsMax commands that break the protocol since the last accepted message; default 20;
  ///   at least 1
  /// @param idleMax how long the peer may take for one command line, for the next bytes of a
  ///   message, or to take our replies; default 5 minutes, which RFC 5321 §4.5.3.2.7 asks for as
  ///   the least; at most 1 day
  /// @param drainMax how long transactions may still run when the door closes; default 20 seconds;
  ///   at most 1 hour
  public record Limits(
      long messageBytesMax,
      int recipientsMax,
      int sessionsMax,
      int commandsMax,
      int errorsMax,
      Duration idleMax,
      Duration drainMax) {
    /// The defaults named above.
    public static final Limits DEFAULT =
        new Limits(35L << 20, 1000, 1000, 1000, 20, Duration.ofMinutes(5), Duration.ofSeconds(20));

    public Limits {
      require(
          messageBytesMax >= 65_536 && messageBytesMax <= 1L << 30,
          "messageBytesMax is 65536 bytes to 1 GB");
      require(recipientsMax >= 100, "recipientsMax is 100 or more");
      require(sessionsMax >= 1 && sessionsMax <= 100_000, "sessionsMax is 1 to 100000");
      require(commandsMax >= 100, "commandsMax is 100 or more");
      require(errorsMax >= 1, "errorsMax is 1 or more");
      require(
          idleMax.toMillis() >= 1 && idleMax.compareTo(Duration.ofDays(1)) <= 0,
          "idleMax is more than nothing and at most 1 day");
      require(
          !drainMax.isNegative() && drainMax.compareTo(Duration.ofHours(1)) <= 0,
          "drainMax is 0 to 1 hour");
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
