package io.postern.webhook;

import java.io.IOException;
import java.util.List;

/// The fields of `form` as one JSON object: `headers` is an array, `attachments` the count, and
/// their content is not sent.
final class JsonFormat {
  private JsonFormat() {}

  static Body body(Payload payload, String apiKey) throws IOException {
    Fields fields = Fields.of(payload, apiKey);
    JsonBody body = new JsonBody();
    body.json().writeStartObject();
    write(fields.beforeHeaders(), body);
    body.json().writeName("headers");
    fields.writeHeaders(body.json());
    write(fields.afterHeaders(), body);
    body.json().writeNumberProperty("attachments", payload.parsed().attachments().size());
    body.json().writeEndObject();
    return body.body();
  }

  private static void write(List<Fields.Field> fields, JsonBody body) throws IOException {
    for (Fields.Field field : fields) {
      body.text(field.name(), field.value());
    }
  }
}
