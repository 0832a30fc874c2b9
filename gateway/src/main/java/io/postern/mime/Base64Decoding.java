package io.postern.mime;

import java.io.InputStream;
import java.util.Arrays;

/// Base64 (RFC 2045 §6.8): characters outside the alphabet are passed over, padding ends a group
/// but not the content, and a missing one is no matter.
final class Base64Decoding extends Decoding {
  private static final byte[] VALUES = new byte[256];

  static {
    Arrays.fill(VALUES, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < alphabet.length(); i++) {
      VALUES[alphabet.charAt(i)] = (byte) i;
    }
  }

  private int bits;
  private int characters;

  Base64Decoding(InputStream encoded) {
    super(encoded);
  }

  /// The value of a character of the alphabet; negative for any other.
  static int value(int character) {
    return VALUES[character & 0xff];
  }

  /// True when all of them are characters of the alphabet, as in nearly all lines but the last.
  static boolean isAlphabet(byte[] bytes, int from, int to) {
    int all = 0;
    for (int i = from; i < to; i++) {
      all |= VALUES[bytes[i] & 0xff];
    }
    return all >= 0;
  }

  @Override
  int decode(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && hasRoom()) {
      if (characters == 0) {
        at = whole(bytes, at, to);
        if (at == to || !hasRoom()) {
          break;
        }
      }
      one(bytes[at++]);
    }
    return at;
  }

  /// Groups of four characters of the alphabet, the common case.
  private int whole(byte[] bytes, int from, int to) {
    int at = from;
    while (at + 4 <= to && hasRoom()) {
      int group =
          VALUES[bytes[at] & 0xff] << 18
              | VALUES[bytes[at + 1] & 0xff] << 12
              | VALUES[bytes[at + 2] & 0xff] << 6
              | VALUES[bytes[at + 3] & 0xff];
      if (group < 0) {
        break;
      }
      put(group >> 16);
      put(group >> 8);
      put(group);
      at += 4;
    }
    return at;
  }

  private void one(byte b) {
    int value = VALUES[b & 0xff];
    if (value >= 0) {
      bits = bits << 6 | value;
      characters++;
      if (characters == 4) {
        put(bits >> 16);
        put(bits >> 8);
        put(bits);
        restart();
      }
    } else if (b == '=') {
      end();
    } else if (b > ' ' || b < 0) {
      damage();
    }
  }

  @Override
  void end() {
    switch (characters) {
      case 3 -> {
        put(bits >> 10);
        put(bits >> 2);
      }
      case 2 -> put(bits >> 4);
      case 1 -> damage();
      default -> {}
    }
    restart();
  }

  private void restart() {
    bits = 0;
    characters = 0;
  }
}
