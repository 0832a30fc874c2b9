package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.Objects;
import java.util.function.Function;
import tools.jackson.core.io.JsonStringEncoder;

/// A text as bytes, encoded a part at a time. For one thread.
final class TextStream extends InputStream {
  /// In characters.
  private static final int PART = 4 * 1024;

  private final Reader text;
  private final Function<String, byte[]> encoding;
  private final char[] chars = new char[PART + 1];
  private byte[] part = new byte[0];
  private int at;

  /// @param text valid Unicode; closed with the stream
  /// @param encoding of a part; a text encodes to the same bytes however it is cut between
  ///   characters
  TextStream(Reader text, Function<String, byte[]> encoding) {
    this.text = text;
    this.encoding = encoding;
  }

  /// Encodes as it is.
  static byte[] plain(String part) {
    return part.getBytes(UTF_8);
  }

  /// Encodes as the inside of a JSON string.
  static byte[] json(String part) {
    return JsonStringEncoder.getInstance().quoteAsUTF8(part);
  }

  @Override
  public int read() throws IOException {
    return isReady() ? part[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
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

  @Override
  public void close() throws IOException {
    text.close();
  }

  private boolean isReady() throws IOException {
    if (at == part.length) {
      int end = Math.max(0, text.read(chars, 0, PART));
      if (end > 0 && Character.isHighSurrogate(chars[end - 1])) {
        // Valid text goes on with the other half.
        chars[end++] = (char) text.read();
      }
      part = encoding.apply(new String(chars, 0, end));
      at = 0;
    }
    return at < part.length;
  }
}
