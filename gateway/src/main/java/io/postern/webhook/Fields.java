package io.postern.webhook;

import io.postern.mime.Defect;
import io.postern.mime.Header;
import io.postern.mime.MailText;
import io.postern.mime.ParsedMail;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/// What `form` and `json` have in common: the fields of Customers Mail Cloud's inbound webhook and
/// ours beside them, in the order they are sent in.
///
/// @param beforeHeaders those that stand before `headers`
/// @param headers the trace fields and all fields of the mail, decoded
/// @param afterHeaders those that stand after it, `text` and `html` among them
record Fields(List<Field> beforeHeaders, List<Header> headers, List<Field> afterHeaders) {
  /// A field of text.
  record Field(String name, MailText value) {
    Field(String name, String value) {
      this(name, MailText.of(value));
    }
  }

  /// Gathers them. Fields that hold text of the mail are there even when it is empty, but for
  /// `text` and `html`, which are absent when the mail has none, and `defect`, when nothing was
  /// wrong.
  static Fields of(Payload payload, String apiKey) {
    ParsedMail parsed = payload.parsed();
    List<Field> before = new ArrayList<>();
    if (!apiKey.isEmpty()) {
      before.add(new Field("api_key", apiKey));
    }
    before.add(new Field("server_composition", payload.gateway().composition()));
    before.add(new Field("filter", payload.rule()));
    List<Field> after = new ArrayList<>();
    after.add(new Field("subject", parsed.subject()));
    after.add(new Field("envelope-from", payload.mail().envelope().from().text()));
    after.add(new Field("envelope-to", payload.recipient().text()));
    parsed.text().ifPresent(text -> after.add(new Field("text", text)));
    parsed.html().ifPresent(html -> after.add(new Field("html", html)));
    // Ours stand before `attachments`, so that a receiver that reads as it goes knows all about the
    // mail before the first file comes.
    after.add(new Field("from", texts(parsed, "From")));
    after.add(new Field("to", texts(parsed, "To")));
    String messageId = parsed.headers().first("Message-ID").map(Header::value).orElse("");
    after.add(new Field("message-id", messageId));
    if (!parsed.defects().isEmpty()) {
      String defects =
          parsed.defects().stream().map(Defect::text).collect(Collectors.joining("; "));
      after.add(new Field("defect", defects));
    }
    return new Fields(before, HeaderList.all(payload), after);
  }

  /// Writes the headers as a list of objects with a name and a value.
  void writeHeaders(JsonGenerator json) {
    json.writeStartArray();
    for (Header header : headers) {
      json.writeStartObject();
      json.writeStringProperty("name", header.name());
      json.writeStringProperty("value", header.value());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /// Address lists of several fields are one list.
  private static String texts(ParsedMail parsed, String name) {
    return parsed.headers().named(name).stream()
        .map(Header::value)
        .collect(Collectors.joining(", "));
  }
}
