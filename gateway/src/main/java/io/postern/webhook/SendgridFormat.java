package io.postern.webhook;

import io.postern.mime.Attachment;
import io.postern.mime.Header;
import io.postern.mime.MailText;
import io.postern.mime.ParsedMail;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/// What SendGrid's Inbound Parse posts, `multipart/form-data`, field by field as
/// https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
/// lists it ("Default Parameters", "Raw Parameters"):
///
/// - `headers`: the header section as text, unfolded and not decoded; `text` and `html`, when the
///   mail has them; `attachments`, how many; `attachment-info`, when there are some: a JSON map
///   from `attachmentN` to names, type, charset and Content-ID; `content-ids`, when one has such an
///   id: a JSON map from the id without angle brackets to `attachmentN`; `attachmentN`, the files.
/// - In raw mode, in place of all these, `email`: the message as it came.
/// - Always `to`, `from`, `subject` and, when the mail has it, `cc`: header texts; `envelope`: JSON
///   with the one recipient as a list, and the reverse-path; `charsets`: a JSON map that says UTF-8
///   of each text; `sender_ip`; `dkim` and `SPF`: `none`, for neither is checked.
///
/// `spam_score` and `spam_report`, which SendGrid sends when its spam check is on, are never there.
final class SendgridFormat {
  private static final String UNCHECKED = "none";
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private SendgridFormat() {}

  static Body body(Payload payload, boolean raw) throws IOException {
    ParsedMail parsed = payload.parsed();
    MultipartForm form = new MultipartForm(payload.delivery());
    if (raw) {
      form.field("email", new WholeMessage(payload));
    } else {
      form.field("headers", headers(payload));
    }
    form.field("dkim", UNCHECKED);
    form.field("SPF", UNCHECKED);
    form.field("sender_ip", payload.mail().envelope().peer().ip());
    form.field("envelope", envelope(payload));
    Map<String, MailText> texts = texts(parsed);
    if (!raw) {
      parsed.text().ifPresent(text -> texts.put("text", text));
      parsed.html().ifPresent(html -> texts.put("html", html));
    }
    for (Map.Entry<String, MailText> text : texts.entrySet()) {
      form.field(text.getKey(), text.getValue());
    }
    form.field("charsets", charsets(texts.keySet()));
    if (!raw) {
      attachments(form, parsed.attachments());
    }
    return form.body();
  }

  private static Map<String, MailText> texts(ParsedMail parsed) {
    Map<String, MailText> texts = new LinkedHashMap<>();
    texts.put("to", MailText.of(HeaderList.addresses(parsed.headers(), "To")));
    texts.put("from", MailText.of(HeaderList.addresses(parsed.headers(), "From")));
    String cc = HeaderList.addresses(parsed.headers(), "Cc");
    if (!cc.isEmpty()) {
      texts.put("cc", MailText.of(cc));
    }
    texts.put("subject", MailText.of(parsed.subject()));
    return texts;
  }

  private static String headers(Payload payload) {
    StringBuilder headers = new StringBuilder();
    for (Header header : HeaderList.all(payload)) {
      String value = CONTROL.matcher(header.raw()).replaceAll(" ");
      headers.append(header.name()).append(": ").append(value).append('\n');
    }
    return headers.toString();
  }

  private static String envelope(Payload payload) {
    return JsonBody.text(
        json -> {
          json.writeStartObject();
          json.writeArrayPropertyStart("to");
          json.writeString(payload.recipient().text());
          json.writeEndArray();
          json.writeStringProperty("from", payload.mail().envelope().from().text());
          json.writeEndObject();
        });
  }

  private static String charsets(Set<String> names) {
    return JsonBody.text(
        json -> {
          json.writeStartObject();
          names.forEach(name -> json.writeStringProperty(name, "UTF-8"));
          json.writeEndObject();
        });
  }

  private static void attachments(MultipartForm form, List<Attachment> attachments)
      throws IOException {
    form.field("attachments", Integer.toString(attachments.size()));
    if (attachments.isEmpty()) {
      return;
    }
    form.field("attachment-info", JsonBody.text(json -> writeInfo(json, attachments)));
    Optional<String> ids = ContentIds.json(attachments, id -> id, "attachment");
    if (ids.isPresent()) {
      form.field("content-ids", ids.get());
    }
    for (int i = 0; i < attachments.size(); i++) {
      form.file("attachment" + (i + 1), attachments.get(i));
    }
  }

  private static void writeInfo(JsonGenerator json, List<Attachment> attachments) {
    json.writeStartObject();
    for (int i = 0; i < attachments.size(); i++) {
      Attachment attachment = attachments.get(i);
      json.writeObjectPropertyStart("attachment" + (i + 1));
      json.writeStringProperty("filename", attachment.fileName());
      json.writeStringProperty("name", attachment.fileName());
      json.writeStringProperty("type", attachment.contentType());
      attachment.charset().ifPresent(name -> json.writeStringProperty("charset", name));
      attachment.contentId().ifPresent(id -> json.writeStringProperty("content-id", id));
      json.writeEndObject();
    }
    json.writeEndObject();
  }
}
