package io.postern.settings;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The texts of a folder as one JSON document, which the store keeps: an object of `format`, the
/// version of this form, and `files`, an array of objects with a `path` relative to the folder,
/// with `/` between the parts, and a `text`; in this order. Every start reads one, so it is done
/// token by token: else a start would need all that a mapper is made of.
final class Archive {
  private static final int FORMAT = 1;
  private static final JsonFactory JSON = new JsonFactory();

  private Archive() {}

  static String write(Sources sources) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeNumberProperty("format", FORMAT);
      json.writeArrayPropertyStart("files");
      for (Map.Entry<String, String> file : sources.texts().entrySet()) {
        json.writeStartObject();
        json.writeStringProperty("path", file.getKey());
        json.writeStringProperty("text", file.getValue());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }

  /// Reads what [#write] wrote.
  ///
  /// @return empty when the text is something else
  static Optional<Sources> read(String text) {
    SortedMap<String, String> texts = new TreeMap<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      boolean isOurs =
          json.nextToken() == JsonToken.START_OBJECT
              && "format".equals(json.nextName())
              && json.nextIntValue(0) == FORMAT
              && "files".equals(json.nextName())
              && json.nextToken() == JsonToken.START_ARRAY;
      while (isOurs && json.nextToken() == JsonToken.START_OBJECT) {
        @Nullable String path = string(json, "path");
        @Nullable String file = string(json, "text");
        isOurs = path != null && file != null && json.nextToken() == JsonToken.END_OBJECT;
        texts.put("" + path, "" + file);
      }
      boolean isWhole =
          isOurs
              && json.currentToken() == JsonToken.END_ARRAY
              && json.nextToken() == JsonToken.END_OBJECT;
      return isWhole ? Optional.of(new Sources(texts, List.of())) : Optional.empty();
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  /// The text of the next property, if it has this name.
  private static @Nullable String string(JsonParser json, String name) {
    return name.equals(json.nextName()) ? json.nextStringValue() : null;
  }
}
