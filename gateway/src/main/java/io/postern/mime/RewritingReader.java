package io.postern.mime;

import java.io.IOException;
import java.io.Reader;
import java.util.Objects;

/// Gives another text in place of the one it reads, character by character and in bounded memory.
/// For one thread.
abstract class RewritingReader extends Reader {
  private static final int BLOCK = 8192;

  private final Reader in;
  private final char[] block = new char[BLOCK];

  /// What is to be given next. Emptied before more is read.
  final StringBuilder out = new StringBuilder();

  private int outAt;
  private boolean isOver;

  RewritingReader(Reader in) {
    this.in = in;
  }

  /// Takes a character of the text, and appends to [#out] what can be given now.
  abstract void take(char c);

  /// The text is over: appends what was held back.
  abstract void end();

  @Override
  public final int read(char[] chars, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, chars.length);
    if (length == 0) {
      return 0;
    }
    while (outAt == out.length()) {
      if (isOver) {
        return -1;
      }
      out.setLength(0);
      outAt = 0;
      fill();
    }
    int count = Math.min(length, out.length() - outAt);
    out.getChars(outAt, outAt + count, chars, offset);
    outAt += count;
    return count;
  }

  private void fill() throws IOException {
    int count = in.read(block, 0, BLOCK);
    if (count < 0) {
      isOver = true;
      end();
    }
    for (int i = 0; i < count; i++) {
      take(block[i]);
    }
  }

  @Override
  public final void close() throws IOException {
    in.close();
  }
}
