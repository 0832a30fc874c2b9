package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Attachment;
import io.postern.mime.MailText;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Function;

/// A form as `multipart/form-data` (RFC 7578): a part for each field and for each file.
final class MultipartForm implements Form {
  /// Enough of a hash that no two deliveries share it.
  private static final int BOUNDARY_BYTES = 16;

  private final Pieces pieces = new Pieces();
  private final String boundary;

  /// @param delivery the delivery's id
  MultipartForm(String delivery) {
    boundary = boundary(delivery);
  }

  /// A boundary that is the same at every attempt and stands nowhere in the mail. The mail needs no
  /// search for it: the delivery's id is drawn by chance after the message has come, so nobody
  /// could have written a message that holds its hash, and by accident 128 bits don't meet.
  static String boundary(String delivery) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(delivery.getBytes(UTF_8));
      return "postern-" + HexFormat.of().formatHex(hash, 0, BOUNDARY_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void field(String name, MailText value) throws IOException {
    field(name, value, TextStream::plain);
  }

  /// Adds a field of text in an encoding of its own.
  ///
  /// @param encoding as [TextStream] takes it
  void field(String name, MailText value, Function<String, byte[]> encoding) throws IOException {
    start(name);
    pieces.text(value, encoding);
    pieces.words("\r\n");
  }

  @Override
  public void field(String name, WholeMessage message) {
    start(name);
    pieces.add(message::open, message.size());
    pieces.words("\r\n");
  }

  /// Adds a file. Its type has no charset, not even of a text: django-anymail, which reads most of
  /// these forms in Python, encodes the file anew by it, and fails with Shift_JIS.
  void file(String name, Attachment attachment) throws IOException {
    pieces.words(
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"");
    pieces.words(escaped(attachment.fileName()));
    pieces.words("\"\r\nContent-Type: " + attachment.contentType() + "\r\n\r\n");
    pieces.add(attachment::open, attachment.size());
    pieces.words("\r\n");
  }

  @Override
  public Body body() {
    pieces.words("--" + boundary + "--\r\n");
    return pieces.body("multipart/form-data; boundary=" + boundary);
  }

  private void start(String name) {
    pieces.words(
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n");
  }

  /// As browsers escape file names (WHATWG HTML, "Multipart form data").
  private static String escaped(String fileName) {
    return fileName.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }
}
