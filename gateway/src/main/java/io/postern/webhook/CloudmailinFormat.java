package io.postern.webhook;

import io.postern.mail.Envelope;
import io.postern.mime.Attachment;
import io.postern.mime.Header;
import io.postern.mime.ParsedMail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/// CloudMailin's normalised JSON, property by property as
/// https://docs.cloudmailin.com/http_post_formats/json_normalized/ shows it:
///
/// - `headers`: a map; names in lower case with underscores, a repeated one with a list of its
///   values; `return_path` without angle brackets.
/// - `envelope`: `to`, `from`, `helo_domain`, `remote_ip`, `recipients` (all of the transaction),
///   `spf` (its `result` is `none`, for it is not checked) and `tls`.
/// - `plain`, `html`: null for none; `reply_plain`: the text without what it quotes, null when it
///   quotes nothing.
/// - `attachments`: `content` in base64, `file_name`, `content_type`, `size`, `disposition` and,
///   where there is one, `content_id`.
final class CloudmailinFormat {
  private CloudmailinFormat() {}

  static Body body(Payload payload) throws IOException {
    ParsedMail parsed = payload.parsed();
    JsonBody body = new JsonBody();
    JsonGenerator json = body.json();
    json.writeStartObject();
    writeHeaders(json, payload);
    writeEnvelope(json, payload);
    body.text("plain", parsed.text());
    body.text("html", parsed.html());
    body.text("reply_plain", Replies.stripped(parsed));
    json.writeArrayPropertyStart("attachments");
    for (Attachment attachment : parsed.attachments()) {
      write(body, attachment);
    }
    json.writeEndArray();
    json.writeEndObject();
    return body.body();
  }

  private static void writeHeaders(JsonGenerator json, Payload payload) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (Header header : HeaderList.single(payload)) {
      String name = header.name().toLowerCase(Locale.ROOT).replace('-', '_');
      List<String> values = all.computeIfAbsent(name, _ -> new ArrayList<>());
      // Message_ID is another field than Message-ID, and must not make a list of what is a text.
      if (values.isEmpty() || !HeaderList.standsOnce(name.replace('_', '-'))) {
        values.add(header.value());
      }
    }
    all.put("return_path", List.of(payload.mail().envelope().from().text()));
    json.writeObjectPropertyStart("headers");
    all.forEach(
        (name, values) -> {
          json.writeName(name);
          if (values.size() == 1) {
            json.writeString(values.getFirst());
          } else {
            json.writeStartArray();
            values.forEach(json::writeString);
            json.writeEndArray();
          }
        });
    json.writeEndObject();
  }

  private static void writeEnvelope(JsonGenerator json, Payload payload) {
    Envelope envelope = payload.mail().envelope();
    String from = envelope.from().text();
    String helo = envelope.peer().helo();
    json.writeObjectPropertyStart("envelope");
    json.writeStringProperty("to", payload.recipient().text());
    json.writeStringProperty("from", from);
    json.writeStringProperty("helo_domain", helo);
    json.writeStringProperty("remote_ip", envelope.peer().ip());
    json.writeArrayPropertyStart("recipients");
    envelope.recipients().forEach(recipient -> json.writeString(recipient.text()));
    json.writeEndArray();
    json.writeObjectPropertyStart("spf");
    json.writeStringProperty("result", "none");
    // RFC 7208 §2.4: with the null reverse-path the HELO name is what would be checked.
    json.writeStringProperty(
        "domain", from.isEmpty() ? helo : from.substring(from.lastIndexOf('@') + 1));
    json.writeEndObject();
    json.writeBooleanProperty("tls", !envelope.peer().tls().isEmpty());
    json.writeEndObject();
  }

  private static void write(JsonBody body, Attachment attachment) throws IOException {
    JsonGenerator json = body.json();
    long size = attachment.size();
    json.writeStartObject();
    body.base64("content", attachment, size);
    json.writeStringProperty("file_name", attachment.fileName());
    json.writeStringProperty("content_type", attachment.contentType());
    json.writeNumberProperty("size", size);
    json.writeStringProperty("disposition", attachment.isInline() ? "inline" : "attachment");
    attachment.contentId().ifPresent(id -> json.writeStringProperty("content_id", id));
    json.writeEndObject();
  }
}
