package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.MailText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A body in the making: short pieces are held as bytes, long ones are encoded or decoded anew
/// whenever the body is read. For one thread until the body is made.
final class Pieces {
  /// How many bytes of text are held encoded. A text is short, but there may be hundreds, and some
  /// encodings make six bytes of a character: what is beyond this is encoded as it is read.
  private static final int ENCODED_MAX = 64 * 1024;

  private final List<Piece> pieces = new ArrayList<>();
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private long length;
  private int encoded;

  /// A stretch of the body, the same each time it is opened.
  @FunctionalInterface
  interface Piece {
    InputStream open() throws IOException;
  }

  /// Some text, the same each time it is opened.
  @FunctionalInterface
  interface Chars {
    Reader open() throws IOException;
  }

  /// Takes bytes at the body's end.
  ByteArrayOutputStream bytes() {
    return held;
  }

  /// Adds a few words of our own.
  void words(String words) {
    held.writeBytes(words.getBytes(UTF_8));
  }

  /// Adds text.
  ///
  /// @param encoding as [TextStream] takes it
  void text(MailText text, Function<String, byte[]> encoding) throws IOException {
    Optional<String> brief = text.brief();
    if (brief.isPresent() && encoded < ENCODED_MAX) {
      byte[] bytes = encoding.apply(brief.get());
      held.writeBytes(bytes);
      encoded += bytes.length;
      return;
    }
    chars(text::open, encoding);
  }

  /// Adds text that is long.
  ///
  /// @param encoding as [TextStream] takes it
  void chars(Chars text, Function<String, byte[]> encoding) throws IOException {
    Piece piece = () -> new TextStream(text.open(), encoding);
    try (InputStream in = piece.open()) {
      add(piece, in.transferTo(OutputStream.nullOutputStream()));
    }
  }

  /// Adds a stretch of known length.
  void add(Piece piece, long size) {
    hold();
    pieces.add(piece);
    length += size;
  }

  /// The body.
  Body body(String contentType) {
    hold();
    List<Piece> all = List.copyOf(pieces);
    return new Body(
        contentType, length, () -> all.size() == 1 ? all.getFirst().open() : new PieceStream(all));
  }

  private void hold() {
    if (held.size() > 0) {
      byte[] bytes = held.toByteArray();
      held.reset();
      pieces.add(() -> new ByteArrayInputStream(bytes));
      length += bytes.length;
    }
  }
}
