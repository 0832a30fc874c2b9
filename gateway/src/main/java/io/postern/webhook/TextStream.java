package io.postern.webhook;

import java.io.InputStream;
import java.util.Objects;
import java.util.function.Function;
import tools.jackson.core.io.JsonStringEncoder;

/// A text as bytes, encoded a part at a time. For one thread.
final class TextStream extends InputStream {
  /// Encodes as the inside of a JSON string.
  static final Function<String, byte[]> JSON =
      part -> JsonStringEncoder.getInstance().quoteAsUTF8(part);

  /// In characters.
  private static final int PART = 8 * 1024;

  private final String text;
  private final Function<String, byte[]> encoding;
  private byte[] part = new byte[0];
  private int at;
  private int next;

  /// @param encoding of a part; a text encodes to the same bytes however it is cut between
  ///   characters
  TextStream(String text, Function<String, byte[]> encoding) {
    this.text = text;
    this.encoding = encoding;
  }

  @Override
  public int read() {
    return isReady() ? part[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (!isReady()) {
      return -1;
    }
    int count = Math.min(length, part.length - at);
    System.arraycopy(part, at, bytes, offset, count);
    at += count;
    return count;
  }

  private boolean isReady() {
    if (at == part.length && next < text.length()) {
      int end = Math.min(next + PART, text.length());
      if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
        end++;
      }
      part = encoding.apply(text.substring(next, end));
      next = end;
      at = 0;
    }
    return at < part.length;
  }
}
