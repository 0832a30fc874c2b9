package io.postern.webhook;

import io.postern.settings.Network;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What kind of address a post would go to. Rule files are judged by it where they name addresses,
/// and every connection is when it is made, because a name can lead elsewhere the next time.
public enum Destination {
  /// An address like any other, loopback included.
  PLAIN,
  /// A link-local address, or one at which clouds hand the machine's own credentials to whoever
  /// asks. Nothing is ever posted there.
  LINK_LOCAL,
  /// Not the address of one machine: unspecified, multicast, reserved. Nothing is posted there.
  NO_MACHINE,
  /// In a private network, which a configuration can forbid.
  PRIVATE;

  /// RFC 3927, RFC 4291 §2.5.6, and the addresses outside them that clouds use in the same way: the
  /// IPv6 one of AWS, those of Alibaba Cloud, Oracle Cloud and Azure.
  private static final List<Network> LINK_LOCALS =
      networks(
          "169.254.0.0/16",
          "fe80::/10",
          "fd00:ec2::254",
          "100.100.100.200",
          "192.0.0.192",
          "168.63.129.16");

  /// RFC 1122 §3.2.1.3, RFC 5771, RFC 1112 §4, RFC 4291 §2.5.2 and §2.7.
  private static final List<Network> NO_MACHINES =
      networks("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "ff00::/8");

  /// RFC 1918, RFC 6598, RFC 4193, and RFC 3879, which gave up the last one.
  private static final List<Network> PRIVATES =
      networks(
          "10.0.0.0/8",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "100.64.0.0/10",
          "fc00::/7",
          "fec0::/10");

  /// Prefixes after which an IPv4 address follows, or with which it ends.
  private static final List<Embedding> EMBEDDINGS =
      List.of(
          // IPv4-compatible (RFC 4291 §2.5.5.1), and translated by SIIT (RFC 2765 §2.1).
          new Embedding("::/96", 12),
          new Embedding("::ffff:0:0:0/96", 12),
          // NAT64: the well-known prefix (RFC 6052 §2.1) and the local one (RFC 8215).
          new Embedding("64:ff9b::/96", 12),
          new Embedding("64:ff9b:1::/48", 12),
          // 6to4 (RFC 3056 §2).
          new Embedding("2002::/16", 2));

  /// ISATAP ends in 0:5efe, or 200:5efe, and the address (RFC 5214 §6.1).
  private static final int ISATAP_AT = 8;

  private record Embedding(Network prefix, int at) {
    Embedding(String prefix, int at) {
      this(Network.parse(prefix).orElseThrow(), at);
    }
  }

  /// Judges an address. One that carries an IPv4 address for a translator or a tunnel is judged by
  /// that, too.
  public static Destination of(InetAddress address) {
    Destination own = judge(address);
    if (own != PLAIN || !(address instanceof Inet6Address) || address.isLoopbackAddress()) {
      return own;
    }
    return embedded(address).map(Destination::judge).orElse(own);
  }

  /// True when nothing may be posted there.
  ///
  /// @param privateAllowed whether private networks may be posted to
  public boolean isRefused(boolean privateAllowed) {
    return switch (this) {
      case PLAIN -> false;
      case LINK_LOCAL, NO_MACHINE -> true;
      case PRIVATE -> !privateAllowed;
    };
  }

  private static Destination judge(InetAddress address) {
    if (isIn(LINK_LOCALS, address)) {
      return LINK_LOCAL;
    }
    if (isIn(NO_MACHINES, address)) {
      return NO_MACHINE;
    }
    return isIn(PRIVATES, address) ? PRIVATE : PLAIN;
  }

  private static Optional<InetAddress> embedded(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean isIsatap =
        (bytes[ISATAP_AT] & 0xfd) == 0
            && bytes[ISATAP_AT + 1] == 0
            && bytes[ISATAP_AT + 2] == 0x5e
            && bytes[ISATAP_AT + 3] == (byte) 0xfe;
    if (isIsatap) {
      return Optional.of(fourBytes(bytes, ISATAP_AT + 4));
    }
    return EMBEDDINGS.stream()
        .filter(embedding -> embedding.prefix().contains(address))
        .findFirst()
        .map(embedding -> fourBytes(bytes, embedding.at()));
  }

  private static InetAddress fourBytes(byte[] bytes, int at) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + 4));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an IPv4 address has 4 bytes", e);
    }
  }

  private static boolean isIn(List<Network> networks, InetAddress address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  private static List<Network> networks(String... texts) {
    return Arrays.stream(texts).map(text -> Network.parse(text).orElseThrow()).toList();
  }
}
