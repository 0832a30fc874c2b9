package io.postern.smtp;

import io.postern.settings.Network;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// What a proxy says about the connection that it hands on, before anything else: the PROXY
/// protocol of HAProxy (`doc/proxy-protocol.txt`), version 1, a line, or version 2, bytes.
///
/// Strict, as the specification asks: what doesn't fit it to the letter is [Junk]. Nothing here
/// looks up a name.
sealed interface ProxyHeader {
  /// No header is longer, in bytes. Version 2 allows 65,551, for extensions that nobody sends to a
  /// mail server; addresses and the usual extensions take some hundred.
  int BYTES_MAX = Wire.LINES_BYTES;

  /// How many bytes of the block it took.
  int length();

  /// More bytes are needed to tell.
  record More() implements ProxyHeader {
    @Override
    public int length() {
      return 0;
    }
  }

  /// The connection is someone else's.
  ///
  /// @param source the real peer
  record Proxied(InetSocketAddress source, int length) implements ProxyHeader {}

  /// The connection is the proxy's own, as for a health check, or it doesn't know whose it is.
  record Own(int length) implements ProxyHeader {}

  /// This is no such header.
  ///
  /// @param why what is wrong with it
  record Junk(String why) implements ProxyHeader {
    @Override
    public int length() {
      return 0;
    }
  }

  /// Reads the header that begins at an index. Total.
  static ProxyHeader read(byte[] block, int from, int to) {
    byte[] bytes = Arrays.copyOfRange(block, from, Math.min(to, from + BYTES_MAX));
    if (begins(bytes, Version2.SIGNATURE)) {
      return Version2.read(bytes);
    }
    return begins(bytes, Version1.SIGNATURE)
        ? Version1.read(bytes)
        : new Junk("is neither version 1 nor version 2");
  }

  /// True when the bytes are the signature's, as far as there are any.
  private static boolean begins(byte[] bytes, byte[] signature) {
    int length = Math.min(bytes.length, signature.length);
    return Arrays.equals(bytes, 0, length, signature, 0, length);
  }

  /// `PROXY TCP4 192.0.2.1 198.51.100.1 56324 25` and CRLF (§2.1).
  final class Version1 {
    private static final byte[] SIGNATURE = "PROXY ".getBytes(StandardCharsets.US_ASCII);

    /// The longest line with its CRLF, in bytes.
    private static final int LINE_MAX = 107;

    private Version1() {}

    private static ProxyHeader read(byte[] bytes) {
      int end = lineEnd(bytes);
      if (end < 0) {
        return bytes.length < LINE_MAX ? new More() : new Junk("is longer than 107 bytes");
      }
      String[] words = new String(bytes, 0, end, StandardCharsets.ISO_8859_1).split(" ", -1);
      if (words[1].equals("UNKNOWN")) {
        return new Own(end + 2);
      }
      if (words.length != 6 || !(words[1].equals("TCP4") || words[1].equals("TCP6"))) {
        return new Junk("is not of the form of version 1");
      }
      boolean four = words[1].equals("TCP4");
      Optional<InetAddress> source = address(words[2], four);
      Optional<Integer> port = port(words[4]);
      if (source.isEmpty()
          || port.isEmpty()
          || address(words[3], four).isEmpty()
          || port(words[5]).isEmpty()) {
        return new Junk("has an address or a port that is none");
      }
      return new Proxied(new InetSocketAddress(source.get(), port.get()), end + 2);
    }

    /// Where the CRLF is that ends the line within its longest length; -1 when there is none.
    private static int lineEnd(byte[] bytes) {
      for (int i = 0; i + 1 < Math.min(bytes.length, LINE_MAX); i++) {
        if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
          return i;
        }
      }
      return -1;
    }

    private static Optional<InetAddress> address(String text, boolean four) {
      return text.contains(":") == four ? Optional.empty() : Network.literal(text);
    }

    private static Optional<Integer> port(String text) {
      return text.matches("0|[1-9][0-9]{0,4}") && Integer.parseInt(text) <= 65_535
          ? Optional.of(Integer.valueOf(text))
          : Optional.empty();
    }
  }

  /// Sixteen bytes, and as many more as the last two of them say (§2.2).
  final class Version2 {
    private static final byte[] SIGNATURE =
        "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
    private static final int FIXED_BYTES = 16;
    private static final int VERSION = 2;

    private Version2() {}

    private static ProxyHeader read(byte[] bytes) {
      if (bytes.length < FIXED_BYTES) {
        return new More();
      }
      int length = FIXED_BYTES + number(bytes, 14);
      int command = bytes[12] & 0x0f;
      if ((bytes[12] & 0xff) >> 4 != VERSION || command > 1) {
        return new Junk("has a version or a command that is none");
      }
      if (length > BYTES_MAX) {
        return new Junk("is longer than " + BYTES_MAX + " bytes");
      }
      if (bytes.length < length) {
        return new More();
      }
      return command == 0 ? new Own(length) : proxied(bytes, length);
    }

    /// Address family in the high half of the byte, transport in the low one.
    private static ProxyHeader proxied(byte[] bytes, int length) {
      return switch (bytes[13]) {
        case 0x11 -> source(bytes, length, 4);
        case 0x21 -> source(bytes, length, 16);
        // Unspecified, and local sockets of the proxy's machine: the specification asks to take
        // the connection as it is.
        case 0x00, 0x31, 0x32 -> new Own(length);
        default -> new Junk("has an address family or a transport that is none of TCP");
      };
    }

    /// Source address, destination address, source port, destination port; extensions behind them
    /// tell nothing that we need.
    private static ProxyHeader source(byte[] bytes, int length, int addressBytes) {
      int port = FIXED_BYTES + 2 * addressBytes;
      if (length < port + 4) {
        return new Junk("is too short for its addresses");
      }
      try {
        InetAddress source =
            InetAddress.getByAddress(
                Arrays.copyOfRange(bytes, FIXED_BYTES, FIXED_BYTES + addressBytes));
        return new Proxied(new InetSocketAddress(source, number(bytes, port)), length);
      } catch (UnknownHostException e) {
        throw new IllegalStateException("an address has 4 or 16 bytes", e);
      }
    }

    private static int number(byte[] bytes, int at) {
      return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
    }
  }
}
