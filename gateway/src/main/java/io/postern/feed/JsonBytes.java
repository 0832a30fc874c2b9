package io.postern.feed;

import io.postern.webhook.Body;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Bytes of a body that are written once, into the array that is posted: as large as the events
/// need at most, so that it neither grows nor is copied.
final class JsonBytes extends ByteArrayOutputStream {
  private static final JsonFactory JSON = new JsonFactory();

  private static final int ENVELOPE = 1_000;

  /// @param batch what is written
  /// @param size how
  JsonBytes(List<Event> batch, EventSize size) {
    super(Math.toIntExact(ENVELOPE + batch.stream().mapToLong(size::of).sum()));
  }

  /// A document in UTF-8.
  static JsonBytes of(List<Event> batch, Consumer<JsonGenerator> writer) {
    JsonBytes bytes = new JsonBytes(batch, EventSize.JSON);
    write(bytes, writer);
    return bytes;
  }

  /// Writes a document in UTF-8 to wherever it goes.
  static void write(OutputStream out, Consumer<JsonGenerator> writer) {
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      writer.accept(json);
    }
  }

  /// What was written, to which nothing is added any more.
  Body.Bytes whole() {
    return new Body.Bytes(ByteBuffer.wrap(buf, 0, count));
  }
}
