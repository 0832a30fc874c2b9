package io.postern.notice;

import io.postern.mail.Address;
import io.postern.settings.CertificateFile;
import io.postern.settings.Secret;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who is told, and by which relay.
///
/// @param hostName the gateway's own name
/// @param from the sender, of the header and of the envelope: RFC 5321 §4.5.5 wants one for all
///   mail but what a standard sends without
/// @param to one or more
/// @param relay who carries it
/// @param repeat what goes on for so long is told again
/// @param perHour the most notices in an hour, 1 or more
public record Settings(
    String hostName, Address from, List<Address> to, Relay relay, Duration repeat, int perHour) {
  public Settings {
    to = List.copyOf(to);
  }

  /// A mail server that takes mail from us for others.
  ///
  /// @param host a name, or an address without brackets
  /// @param port 1 to 65,535
  /// @param encryption how much of it there must be
  /// @param ca the relay's own authorities; null for those of the system
  /// @param login what proves us; null when nothing does
  public record Relay(
      String host,
      int port,
      Encryption encryption,
      @Nullable CertificateFile ca,
      @Nullable Login login) {
    /// As a person writes it.
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /// What proves us (RFC 4954).
  ///
  /// @param user as the relay knows us
  /// @param password read at each mail
  public record Login(String user, Secret password) {}

  /// How a connection is encrypted.
  public enum Encryption {
    /// From the first byte, with a certificate that somebody vouches for (RFC 8314 §3.3).
    WHOLE,
    /// By STARTTLS, with a certificate that somebody vouches for, or no mail is sent.
    REQUIRED,
    /// By STARTTLS when it is offered, whoever vouches for the certificate: who can be in the
    /// middle could take the offer away, too.
    OPTIONAL
  }
}
