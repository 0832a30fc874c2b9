package io.postern.smtp;

/// Makes a CRLF of each CR and each LF that stands alone, block by block. A CR at the end of a
/// block waits for its neighbour.
///
/// Belongs to one thread; does no I/O.
final class LineEndRepair {
  private byte[] repaired = {};
  private int length;
  private boolean afterCr;

  /// Repairs the next bytes.
  ///
  /// @return how many bytes of [#repaired] came of them
  int repair(byte[] bytes, int from, int count) {
    // Each byte becomes two at most, and one CR may have waited.
    if (repaired.length < 2 * (count + 1)) {
      repaired = new byte[2 * (count + 1)];
    }
    length = 0;
    for (int i = from; i < from + count; i++) {
      byte b = bytes[i];
      if (b == '\n' || afterCr) {
        lineEnd();
      }
      afterCr = b == '\r';
      if (b != '\n' && b != '\r') {
        repaired[length++] = b;
      }
    }
    return length;
  }

  /// The message ends.
  ///
  /// @return how many bytes of [#repaired] were still to come
  int end() {
    length = 0;
    if (afterCr) {
      lineEnd();
      afterCr = false;
    }
    return length;
  }

  /// What came of the last call, from index 0.
  byte[] repaired() {
    return repaired;
  }

  private void lineEnd() {
    repaired[length++] = '\r';
    repaired[length++] = '\n';
  }
}
