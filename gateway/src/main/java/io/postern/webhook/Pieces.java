package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Attachment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// A body in the making: short pieces are held as bytes, long ones are encoded or decoded anew
/// whenever the body is read. For one thread until the body is made.
final class Pieces {
  /// The longest text, in characters, that is held as bytes.
  private static final int HELD_MAX = 16 * 1024;

  private final List<Piece> pieces = new ArrayList<>();
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private long length;

  /// A stretch of the body, the same each time it is opened.
  @FunctionalInterface
  interface Piece {
    InputStream open() throws IOException;
  }

  /// Takes bytes at the body's end.
  OutputStream bytes() {
    return held;
  }

  /// Adds text in UTF-8.
  void text(String text) throws IOException {
    if (text.length() <= HELD_MAX) {
      held.writeBytes(text.getBytes(UTF_8));
    } else {
      stream(() -> new TextStream(text, part -> part.getBytes(UTF_8)));
    }
  }

  /// Adds the inside of a JSON string.
  void jsonText(String text) throws IOException {
    stream(() -> new TextStream(text, TextStream.JSON));
  }

  /// Adds an attachment's content.
  void content(Attachment attachment) throws IOException {
    add(attachment::open, attachment.size());
  }

  /// Adds a stretch of known length.
  void add(Piece piece, long size) {
    hold();
    pieces.add(piece);
    length += size;
  }

  /// True for text that is better not held as bytes.
  static boolean isLong(String text) {
    return text.length() > HELD_MAX;
  }

  /// The body.
  Body body(String contentType) {
    hold();
    List<Piece> all = List.copyOf(pieces);
    return new Body(
        contentType, length, () -> all.size() == 1 ? all.getFirst().open() : new PieceStream(all));
  }

  private void stream(Piece piece) throws IOException {
    try (InputStream in = piece.open()) {
      add(piece, in.transferTo(OutputStream.nullOutputStream()));
    }
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
