package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/// The encoding of `application/x-www-form-urlencoded` (WHATWG URL, §5.2 "Serializing"). Bytes
/// encode each for itself, so that a text may be cut anywhere.
final class UrlEncoding implements BlockStream.Encoding {
  static final UrlEncoding INSTANCE = new UrlEncoding();

  private static final byte[] DIGITS = "0123456789ABCDEF".getBytes(UTF_8);
  private static final int LENGTH_MAX = 3;

  private UrlEncoding() {}

  /// Encodes a text.
  static byte[] encode(String text) {
    byte[] in = text.getBytes(UTF_8);
    byte[] out = new byte[INSTANCE.lengthMax(in.length)];
    return Arrays.copyOf(out, INSTANCE.encode(in, in.length, out));
  }

  @Override
  public int lengthMax(int length) {
    return LENGTH_MAX * length;
  }

  @Override
  public int encode(byte[] in, int length, byte[] out) {
    int at = 0;
    for (int i = 0; i < length; i++) {
      byte b = in[i];
      if (isPlain(b)) {
        out[at++] = b;
      } else if (b == ' ') {
        out[at++] = '+';
      } else {
        out[at++] = '%';
        out[at++] = DIGITS[(b & 0xff) >> 4];
        out[at++] = DIGITS[b & 0xf];
      }
    }
    return at;
  }

  private static boolean isPlain(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '*'
        || b == '-'
        || b == '.'
        || b == '_';
  }
}
