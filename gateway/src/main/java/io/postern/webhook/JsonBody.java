package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Attachment;
import io.postern.mime.MailText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// A JSON document in the making. What is short is written by the generator; long texts and the
/// content of attachments are strings that are encoded as the body is read. For one thread.
final class JsonBody {
  /// A text that is there and says nothing.
  static final MailText EMPTY = MailText.of("");

  private static final JsonFactory JSON = new JsonFactory();

  private final Pieces pieces = new Pieces();
  private final JsonGenerator json =
      JSON.createGenerator(ObjectWriteContext.empty(), pieces.bytes());

  /// A small document as text.
  static String text(Consumer<JsonGenerator> writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      writer.accept(json);
    }
    return bytes.toString(UTF_8);
  }

  /// Writes what is short.
  JsonGenerator json() {
    return json;
  }

  /// Writes a short text, or null for an empty one.
  void string(String name, String text) {
    string(name, Optional.of(text).filter(it -> !it.isEmpty()));
  }

  /// Writes a short text, or null for none.
  void string(String name, Optional<String> text) {
    text.ifPresentOrElse(
        it -> json.writeStringProperty(name, it), () -> json.writeNullProperty(name));
  }

  /// Writes a text, or null for none.
  void text(String name, Optional<MailText> text) throws IOException {
    if (text.isPresent()) {
      text(name, text.get());
    } else {
      json.writeNullProperty(name);
    }
  }

  /// Writes a text.
  void text(String name, MailText text) throws IOException {
    json.writeName(name);
    Optional<String> brief = text.brief();
    if (brief.isPresent()) {
      json.writeString(brief.get());
      return;
    }
    open();
    pieces.text(text, TextStream::json);
    pieces.words("\"");
  }

  /// Writes the message as it came as a text: bytes that are not UTF-8, which JSON can't hold, as
  /// U+FFFD.
  void text(String name, WholeMessage message) throws IOException {
    json.writeName(name);
    open();
    pieces.chars(() -> new InputStreamReader(message.open(), UTF_8), TextStream::json);
    pieces.words("\"");
  }

  /// Writes an attachment's content in base64.
  ///
  /// @param size how long the content is, in bytes
  void base64(String name, Attachment attachment, long size) {
    json.writeName(name);
    open();
    pieces.add(
        () -> new BlockStream(attachment.open(), BlockStream.BASE64),
        BlockStream.base64Length(size));
    pieces.words("\"");
  }

  /// The document as a body; its object has been ended.
  Body body() {
    json.close();
    return pieces.body("application/json");
  }

  /// Opens a string that the generator does not write. An empty raw value makes it write what
  /// stands before a value, and count it as written.
  private void open() {
    json.writeRawValue("");
    json.flush();
    pieces.words("\"");
  }
}
