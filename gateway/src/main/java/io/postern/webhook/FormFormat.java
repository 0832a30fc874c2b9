package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Attachment;
import io.postern.mime.MailText;
import java.io.IOException;
import java.util.List;

/// `multipart/form-data` as Customers Mail Cloud posts it: a part for each field, one for each
/// attachment.
final class FormFormat {
  private FormFormat() {}

  static Body body(Payload payload, String apiKey) throws IOException {
    Fields fields = Fields.of(payload, apiKey);
    MultipartForm form = new MultipartForm(payload.delivery());
    for (Fields.Field field : fields.beforeHeaders()) {
      form.field(field.name(), field.value());
    }
    form.field("headers", MailText.of(JsonBody.text(fields::writeHeaders)), FormFormat::encode);
    for (Fields.Field field : fields.afterHeaders()) {
      form.field(field.name(), field.value());
    }
    List<Attachment> attachments = payload.parsed().attachments();
    form.field("attachments", Integer.toString(attachments.size()));
    for (int i = 0; i < attachments.size(); i++) {
      form.file("attachment" + (i + 1), attachments.get(i));
    }
    return form.body();
  }

  /// Receivers of Customers Mail Cloud see angle brackets escaped in `headers`. In JSON they stand
  /// nowhere but within strings, so that they can be replaced in the whole. It is done only as the
  /// body is read, for headers full of them become six times as long.
  private static byte[] encode(String headers) {
    return headers.replace("<", "\\u003C").replace(">", "\\u003E").getBytes(UTF_8);
  }
}
