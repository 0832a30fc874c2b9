package io.postern.mime;

/// Measures base64 without decoding it, by the rules of [Base64Decoding]: how many bytes it is, and
/// whether it is sound. It is shown the encoded bytes in blocks, as they pass by; the answers are
/// good after [#end]. For one thread.
final class Base64Meter {
  private long size;

  /// How many characters the present group of four has.
  private int characters;

  private boolean isDamaged;

  /// Takes encoded bytes; line ends may be among them or left out.
  void see(byte[] bytes, int from, int to) {
    if (Base64Decoding.isAlphabet(bytes, from, to)) {
      int all = characters + (to - from);
      size += all / 4 * 3L;
      characters = all % 4;
      return;
    }
    for (int i = from; i < to; i++) {
      one(bytes[i]);
    }
  }

  private void one(byte b) {
    if (Base64Decoding.value(b) >= 0) {
      characters++;
      if (characters == 4) {
        size += 3;
        characters = 0;
      }
    } else if (b == '=') {
      end();
    } else {
      isDamaged |= b > ' ' || b < 0;
    }
  }

  /// Ends a group, at padding or after the last byte.
  void end() {
    size += Math.max(0, characters - 1);
    isDamaged |= characters == 1;
    characters = 0;
  }

  /// How long the content is, decoded, in bytes.
  long size() {
    return size;
  }

  /// True when what was seen is not sound.
  boolean isDamaged() {
    return isDamaged;
  }
}
