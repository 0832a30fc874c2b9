package io.postern.mime;

import java.io.InputStream;

/// Mends what senders break in ISO-2022-JP (RFC 1468): lines that end without going back to ASCII,
/// and half-width katakana as bare bytes of the upper half. Sound text passes unchanged.
final class JisRepair extends ByteDecoding {
  private static final int ESCAPE = 0x1b;

  /// What bytes mean: the last byte of the sequence that chose it; `B` for ASCII.
  private int set = 'B';

  private boolean isDouble;

  /// The bytes of an escape sequence so far, the first one highest; 0 outside of one.
  private int sequence;

  JisRepair(InputStream bytes) {
    super(bytes);
  }

  @Override
  void take(int b) {
    if (b == ESCAPE) {
      sequence = ESCAPE;
    } else if (sequence != 0) {
      escape(b);
    } else if (isDouble && (b == '\r' || b == '\n')) {
      escapeTo('B');
      isDouble = false;
      set = 'B';
    } else if (!isDouble && b >= 0xa1 && b <= 0xdf) {
      escapeTo('I');
      put(b & 0x7f);
      escapeTo(set);
      return;
    }
    put(b);
  }

  private void escape(int b) {
    sequence = sequence << 8 | b;
    switch (sequence) {
      case ESCAPE << 8 | '(', ESCAPE << 8 | '$', ESCAPE << 16 | '$' << 8 | '(' -> {
        return;
      }
      case ESCAPE << 16 | '(' << 8 | 'B',
          ESCAPE << 16 | '(' << 8 | 'J',
          ESCAPE << 16 | '(' << 8 | 'I' -> {
        isDouble = false;
        set = b;
      }
      case ESCAPE << 16 | '$' << 8 | '@',
          ESCAPE << 16 | '$' << 8 | 'B',
          ESCAPE << 24 | '$' << 16 | '(' << 8 | '@',
          ESCAPE << 24 | '$' << 16 | '(' << 8 | 'B',
          ESCAPE << 24 | '$' << 16 | '(' << 8 | 'D' ->
          isDouble = true;
      default -> {}
    }
    sequence = 0;
  }

  private void escapeTo(int wanted) {
    put(ESCAPE);
    put('(');
    put(wanted);
  }

  @Override
  void end() {
    // Nothing is held.
  }
}
