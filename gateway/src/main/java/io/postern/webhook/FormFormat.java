package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Attachment;
import io.postern.mime.MailText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// `multipart/form-data` (RFC 7578) as Customers Mail Cloud posts it: a part for each field, one
/// for each attachment.
final class FormFormat {
  private static final JsonFactory JSON = new JsonFactory();

  /// Enough of a hash that no two deliveries share it.
  private static final int BOUNDARY_BYTES = 16;

  private FormFormat() {}

  static Body body(Payload payload, String apiKey) throws IOException {
    String boundary = boundary(payload.delivery());
    Fields fields = Fields.of(payload, apiKey);
    Pieces pieces = new Pieces();
    for (Fields.Field field : fields.beforeHeaders()) {
      field(pieces, boundary, field);
    }
    start(pieces, boundary, "headers");
    pieces.text(headers(fields), FormFormat::encode);
    pieces.words("\r\n");
    for (Fields.Field field : fields.afterHeaders()) {
      field(pieces, boundary, field);
    }
    List<Attachment> attachments = payload.parsed().attachments();
    field(pieces, boundary, new Fields.Field("attachments", Integer.toString(attachments.size())));
    for (int i = 0; i < attachments.size(); i++) {
      file(pieces, boundary, "attachment" + (i + 1), attachments.get(i));
    }
    pieces.words("--" + boundary + "--\r\n");
    return pieces.body("multipart/form-data; boundary=" + boundary);
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

  private static void field(Pieces pieces, String boundary, Fields.Field field) throws IOException {
    start(pieces, boundary, field.name());
    pieces.text(field.value(), TextStream::plain);
    pieces.words("\r\n");
  }

  private static void start(Pieces pieces, String boundary, String name) {
    pieces.words(
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n");
  }

  private static void file(Pieces pieces, String boundary, String name, Attachment attachment)
      throws IOException {
    pieces.words(
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"");
    pieces.words(escaped(attachment.fileName()));
    pieces.words("\"\r\nContent-Type: " + attachment.contentType() + "\r\n\r\n");
    pieces.content(attachment);
    pieces.words("\r\n");
  }

  /// As browsers escape file names (WHATWG HTML, "Multipart form data").
  private static String escaped(String fileName) {
    return fileName.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static MailText headers(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      fields.writeHeaders(json);
    }
    return MailText.of(bytes.toString(UTF_8));
  }

  /// Receivers of Customers Mail Cloud see angle brackets escaped in `headers`. In JSON they stand
  /// nowhere but within strings, so that they can be replaced in the whole. It is done only as the
  /// body is read, for headers full of them become six times as long.
  private static byte[] encode(String headers) {
    return headers.replace("<", "\\u003C").replace(">", "\\u003E").getBytes(UTF_8);
  }
}
