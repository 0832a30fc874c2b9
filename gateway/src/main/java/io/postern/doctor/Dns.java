package io.postern.doctor;

import java.io.IOException;
import java.util.List;

/// Asks DNS, as senders do: not the hosts file.
public interface Dns {
  /// The records of a name, as text.
  ///
  /// @param name an A-label, without a full stop at its end
  /// @return empty when there are none, or no such name
  /// @throws IOException when no name server answers
  List<String> records(String name, Type type) throws IOException;

  /// What is asked for.
  enum Type {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    AAAA,
    /// Preference, a blank, and the name of a host (RFC 5321 §5.1).
    MX,
    /// The name that this one is an alias of.
    CNAME
  }
}
