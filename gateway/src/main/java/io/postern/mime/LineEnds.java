package io.postern.mime;

/// Where lines end: CR LF as RFC 5322 §2.1 wants it, LF alone, CR alone, and the CR CR LF that a
/// second conversion of line ends leaves behind. Header sections, boundaries and bodies are all
/// read by this one rule, so that no two parts of the reader can see different lines in the same
/// bytes.
final class LineEnds {
  private static final byte CR = '\r';
  private static final byte LF = '\n';

  private LineEnds() {}

  /// The index of the first CR or LF, or `to`.
  static int find(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      // One comparison for nearly all bytes of text: CR is the largest byte that can end a line.
      if (b <= CR && (b == LF || b == CR)) {
        return i;
      }
    }
    return to;
  }

  /// The index after the line end that stands at `at`. It looks at most two bytes ahead.
  static int skip(byte[] bytes, int at, int to) {
    if (bytes[at] == LF || at + 1 >= to) {
      return at + 1;
    }
    if (bytes[at + 1] == LF) {
      return at + 2;
    }
    boolean isDoubled = at + 2 < to && bytes[at + 1] == CR && bytes[at + 2] == LF;
    return isDoubled ? at + 3 : at + 1;
  }
}
