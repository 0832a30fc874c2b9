package io.postern.mime;

import java.io.InputStream;

/// Uuencode: lines of a length and groups of four characters, between a line `begin` and a line
/// `end`, either of which may be missing.
final class UuDecoding extends ByteDecoding {
  /// The longest line: a length and 21 groups, with room for a check character.
  private static final int LINE_MAX = 128;

  private final byte[] line = new byte[LINE_MAX];
  private int length;
  private boolean ended;

  UuDecoding(InputStream encoded) {
    super(encoded);
  }

  @Override
  void take(int b) {
    if (b == '\r' || b == '\n') {
      end();
    } else if (length < LINE_MAX) {
      line[length++] = (byte) b;
    } else {
      damage();
    }
  }

  @Override
  void end() {
    if (length > 0 && !ended) {
      if (isWord("end")) {
        ended = true;
      } else if (!isWord("begin")) {
        line();
      }
    }
    length = 0;
  }

  private boolean isWord(String word) {
    if (length < word.length() || (length > word.length() && line[word.length()] != ' ')) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (line[i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void line() {
    int wanted = sixBits(0);
    int put = 0;
    // Spaces at a line's end get lost on the way, and stand for zero; but a line that is all length
    // and no content makes no bytes, or a small mail would make a huge file.
    for (int group = 1; put < wanted && group < length; group += 4) {
      int bits = sixBits(group) << 18 | sixBits(group + 1) << 12;
      bits |= sixBits(group + 2) << 6 | sixBits(group + 3);
      for (int shift = 16; shift >= 0 && put < wanted; shift -= 8) {
        put(bits >> shift);
        put++;
      }
    }
  }

  private int sixBits(int index) {
    if (index >= length) {
      return 0;
    }
    byte b = line[index];
    if (b < ' ' || b > '`') {
      damage();
    }
    return (b - ' ') & 0x3f;
  }
}
