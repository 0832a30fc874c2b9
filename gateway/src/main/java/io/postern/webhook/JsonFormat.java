package io.postern.webhook;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The fields of `form` as one JSON object: `headers` is an array, `attachments` the count, and
/// their content is not sent.
final class JsonFormat {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonFormat() {}

  static Body body(Payload payload, String apiKey) throws IOException {
    Fields fields = Fields.of(payload, apiKey);
    Pieces pieces = new Pieces();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), pieces.bytes())) {
      json.writeStartObject();
      write(fields.beforeHeaders(), json, pieces);
      json.writeName("headers");
      fields.writeHeaders(json);
      write(fields.afterHeaders(), json, pieces);
      json.writeNumberProperty("attachments", payload.parsed().attachments().size());
      json.writeEndObject();
    }
    return pieces.body("application/json");
  }

  private static void write(List<Fields.Field> fields, JsonGenerator json, Pieces pieces)
      throws IOException {
    for (Fields.Field field : fields) {
      json.writeName(field.name());
      Optional<String> brief = field.value().brief();
      if (brief.isPresent()) {
        json.writeString(brief.get());
      } else {
        // An empty raw value makes the generator write what stands before a value, and count it as
        // written; the value itself becomes a piece of its own.
        json.writeRawValue("");
        json.flush();
        pieces.words("\"");
        pieces.text(field.value(), TextStream::json);
        pieces.words("\"");
      }
    }
  }
}
