package io.postern.webhook;

import io.postern.mime.MailText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// A form as `application/x-www-form-urlencoded`, which has no place for files.
final class UrlForm implements Form {
  private final Pieces pieces = new Pieces();
  private String separator = "";

  @Override
  public void field(String name, MailText value) throws IOException {
    start(name);
    pieces.text(value, UrlEncoding::encode);
  }

  @Override
  public void field(String name, WholeMessage message) throws IOException {
    start(name);
    Pieces.Piece piece = () -> new BlockStream(message.open(), UrlEncoding.INSTANCE);
    try (InputStream in = piece.open()) {
      pieces.add(piece, in.transferTo(OutputStream.nullOutputStream()));
    }
  }

  @Override
  public Body body() {
    return pieces.body("application/x-www-form-urlencoded");
  }

  private void start(String name) {
    pieces.words(separator);
    pieces.bytes().writeBytes(UrlEncoding.encode(name));
    pieces.words("=");
    separator = "&";
  }
}
