package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InputStream;

/// UTF-7 (RFC 2152) to UTF-8: between `+` and what is no base64 stand UTF-16 units.
final class Utf7Decoding extends ByteDecoding {
  private boolean isShifted;
  private boolean hasUnits;
  private int bits;
  private int count;

  /// The first half of a character, which waits for its second; 0 for none.
  private char high;

  Utf7Decoding(InputStream bytes) {
    super(bytes);
  }

  @Override
  void take(int b) {
    if (!isShifted) {
      isShifted = b == '+';
      hasUnits = false;
      if (!isShifted) {
        put(b);
      }
      return;
    }
    int value = b < 0x80 ? Base64Decoding.value(b) : -1;
    if (value >= 0) {
      hasUnits = true;
      bits = bits << 6 | value;
      count += 6;
      if (count >= 16) {
        count -= 16;
        unit((char) (bits >> count));
      }
      return;
    }
    unshift();
    if (b != '-') {
      put(b);
    } else if (!hasUnits) {
      put('+');
    }
  }

  private void unit(char unit) {
    if (high != 0 && Character.isLowSurrogate(unit)) {
      put(Character.toString(Character.toCodePoint(high, unit)));
      high = 0;
      return;
    }
    loneHalf();
    if (Character.isHighSurrogate(unit)) {
      high = unit;
    } else if (Character.isLowSurrogate(unit)) {
      put(String.valueOf(Charsets.REPLACEMENT));
    } else {
      put(String.valueOf(unit));
    }
  }

  private void unshift() {
    loneHalf();
    isShifted = false;
    bits = 0;
    count = 0;
  }

  private void loneHalf() {
    if (high != 0) {
      put(String.valueOf(Charsets.REPLACEMENT));
      high = 0;
    }
  }

  private void put(String text) {
    for (byte b : text.getBytes(UTF_8)) {
      put(b);
    }
  }

  @Override
  void end() {
    unshift();
  }
}
