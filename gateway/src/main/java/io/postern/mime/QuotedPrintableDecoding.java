package io.postern.mime;

import java.io.InputStream;

/// Quoted-printable (RFC 2045 §6.7): a `=` that introduces nothing stands for itself, white space
/// before a line end is dropped.
final class QuotedPrintableDecoding extends Decoding {
  /// White space that may yet prove to stand at a line's end. RFC 2045 allows 76 characters a line.
  private static final int BLANK_MAX = 1024;

  private enum State {
    PLAIN,
    AFTER_EQUALS,
    AFTER_DIGIT,
    /// `=` and white space, which must be a soft line end.
    AFTER_BLANK,
    AFTER_CR
  }

  private final byte[] blank = new byte[BLANK_MAX];
  private int blanks;
  private int digit;
  private State state = State.PLAIN;

  QuotedPrintableDecoding(InputStream encoded) {
    super(encoded);
  }

  @Override
  int decode(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && hasRoom()) {
      byte b = bytes[at];
      // A byte that does not fit the state changes it, and is looked at again.
      if (step(b)) {
        at++;
      }
    }
    return at;
  }

  /// Takes one byte; false when it has still to be taken.
  private boolean step(byte b) {
    switch (state) {
      case PLAIN -> plain(b);
      case AFTER_EQUALS -> {
        return afterEquals(b);
      }
      case AFTER_DIGIT -> {
        int low = Character.digit(b, 16);
        state = State.PLAIN;
        if (low < 0) {
          literal(digit);
          return false;
        }
        put(Character.digit(digit, 16) << 4 | low);
      }
      case AFTER_BLANK -> {
        return afterBlank(b);
      }
      case AFTER_CR -> {
        state = State.PLAIN;
        return b == '\n';
      }
    }
    return true;
  }

  private void plain(byte b) {
    switch (b) {
      case '=' -> {
        putBlanks();
        state = State.AFTER_EQUALS;
      }
      case ' ', '\t' -> {
        if (blanks == BLANK_MAX) {
          putBlanks();
        }
        blank[blanks++] = b;
      }
      case '\r', '\n' -> {
        blanks = 0;
        put(b);
      }
      default -> {
        putBlanks();
        put(b);
      }
    }
  }

  private boolean afterEquals(byte b) {
    switch (b) {
      case '\n' -> state = State.PLAIN;
      case '\r' -> state = State.AFTER_CR;
      case ' ', '\t' -> {
        blanks = 1;
        blank[0] = b;
        state = State.AFTER_BLANK;
      }
      default -> {
        if (Character.digit(b, 16) < 0) {
          state = State.PLAIN;
          literal(-1);
          return false;
        }
        digit = b;
        state = State.AFTER_DIGIT;
      }
    }
    return true;
  }

  private boolean afterBlank(byte b) {
    if ((b == ' ' || b == '\t') && blanks < BLANK_MAX) {
      blank[blanks++] = b;
      return true;
    }
    state = State.PLAIN;
    if (b == '\r' || b == '\n') {
      blanks = 0;
      state = b == '\r' ? State.AFTER_CR : State.PLAIN;
      return true;
    }
    literal(-1);
    return false;
  }

  /// A `=` that introduced nothing, and the digit after it, if any.
  private void literal(int next) {
    damage();
    put('=');
    if (next >= 0) {
      put(next);
    }
  }

  private void putBlanks() {
    for (int i = 0; i < blanks; i++) {
      put(blank[i]);
    }
    blanks = 0;
  }

  @Override
  void end() {
    if (state == State.AFTER_DIGIT) {
      literal(digit);
    }
  }
}
