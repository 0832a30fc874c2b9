package io.postern.settings;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/// An IP network (RFC 4632, RFC 4291 §2.3), such as `192.0.2.0/24` or `2001:db8::/32`; an address
/// alone is a network of one. Nothing here looks a name up.
///
/// @param base its first address
/// @param bits the length of the prefix
public record Network(InetAddress base, int bits) {
  private static final int PORT_MAX = 65_535;

  public Network {
    if (bits < 0 || bits > base.getAddress().length * Byte.SIZE) {
      throw new IllegalArgumentException("no such prefix length: " + bits);
    }
    if (!Arrays.equals(masked(base.getAddress(), bits), base.getAddress())) {
      throw new IllegalArgumentException("host bits set in " + base.getHostAddress());
    }
  }

  /// The network with this prefix that holds the address.
  public static Network around(InetAddress address, int bits) {
    return new Network(byBytes(masked(address.getAddress(), bits)), bits);
  }

  /// Reads `address` or `address/bits`. Host bits are cleared; compare [#toString()] to find them.
  ///
  /// @return empty when the text is neither
  public static Optional<Network> parse(String text) {
    int slash = text.indexOf('/');
    Optional<InetAddress> address = literal(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      return Optional.empty();
    }
    int bitsMax = address.get().getAddress().length * Byte.SIZE;
    OptionalLong bits =
        slash < 0 ? OptionalLong.of(bitsMax) : Units.number(text.substring(slash + 1));
    if (bits.isEmpty() || bits.getAsLong() > bitsMax) {
      return Optional.empty();
    }
    return Optional.of(around(address.get(), (int) bits.getAsLong()));
  }

  /// Reads an IPv4 address of four decimal numbers, or an IPv6 address without brackets and zone.
  /// An IPv6 address that holds an IPv4 one (`::ffff:192.0.2.1`) is that IPv4 address.
  ///
  /// @return empty for anything else, names included
  public static Optional<InetAddress> literal(String text) {
    if (text.indexOf(':') < 0) {
      return dotted(text);
    }
    if (text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// The JDK also takes `10.1` and `167837697` for addresses, which no reader of a file would.
  private static Optional<InetAddress> dotted(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return Optional.empty();
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      OptionalLong part = parts[i].length() > 3 ? OptionalLong.empty() : Units.number(parts[i]);
      boolean octal = parts[i].length() > 1 && parts[i].startsWith("0");
      if (part.isEmpty() || part.getAsLong() > 255 || octal) {
        return Optional.empty();
      }
      bytes[i] = (byte) part.getAsLong();
    }
    return Optional.of(byBytes(bytes));
  }

  /// Reads `address:port`, an IPv6 address in brackets; port 0 is any free one.
  ///
  /// @return empty for anything else, names included
  public static Optional<InetSocketAddress> socket(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    }
    Optional<InetAddress> address =
        bracketed == host.indexOf(':') >= 0 ? literal(host) : Optional.empty();
    OptionalLong port = Units.number(text.substring(colon + 1));
    if (address.isEmpty() || port.isEmpty() || port.getAsLong() > PORT_MAX) {
      return Optional.empty();
    }
    return Optional.of(new InetSocketAddress(address.get(), (int) port.getAsLong()));
  }

  /// True when the address lies in the network. An IPv4 address lies in no IPv6 network.
  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    byte[] first = base.getAddress();
    if (bytes.length != first.length) {
      return false;
    }
    // Asked for each post and each peer, so nothing is copied: whole bytes first, then what is
    // left.
    int whole = bits / Byte.SIZE;
    int left = bits % Byte.SIZE;
    return Arrays.equals(bytes, 0, whole, first, 0, whole)
        && (left == 0 || (bytes[whole] ^ first[whole]) >> (Byte.SIZE - left) == 0);
  }

  private static byte[] masked(byte[] address, int bits) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.clamp(bits - i * Byte.SIZE, 0, Byte.SIZE);
      masked[i] &= (byte) (0xff << (Byte.SIZE - kept));
    }
    return masked;
  }

  private static InetAddress byBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
  }

  @Override
  public String toString() {
    return base.getHostAddress() + "/" + bits;
  }
}
