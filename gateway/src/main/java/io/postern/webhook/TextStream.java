package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.util.function.Function;
import tools.jackson.core.io.JsonStringEncoder;

/// A text as bytes, encoded a part at a time. For one thread.
final class TextStream extends EncodedStream {
  /// In characters.
  private static final int PART = 4 * 1024;

  private final Reader text;
  private final Function<String, byte[]> encoding;
  private final char[] chars = new char[PART + 1];

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
  public void close() throws IOException {
    text.close();
  }

  @Override
  void make() throws IOException {
    int end = Math.max(0, text.read(chars, 0, PART));
    if (end > 0 && Character.isHighSurrogate(chars[end - 1])) {
      // Valid text goes on with the other half.
      chars[end++] = (char) text.read();
    }
    byte[] part = encoding.apply(new String(chars, 0, end));
    give(part, part.length);
  }
}
