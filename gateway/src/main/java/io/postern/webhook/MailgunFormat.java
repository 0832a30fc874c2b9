package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Attachment;
import io.postern.mime.Header;
import io.postern.mime.HtmlText;
import io.postern.mime.MailText;
import io.postern.mime.ParsedMail;
import io.postern.mime.Reply;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.core.JsonGenerator;

/// What a route of Mailgun posts by its action forward(), field by field as
/// https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http
/// lists it ("Parsed Messages Parameters", "MIME Messages Parameters"):
/// `application/x-www-form-urlencoded`, with attachments `multipart/form-data`.
///
/// - Always `recipient`, `sender`: the envelope; `from`, `subject`: header texts; `timestamp`,
///   `token` and `signature`: hexadecimal HMAC-SHA256 of the other two by the signing key, fresh
///   for each call
///   (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks).
/// - Parsed: `body-plain`, there even when it is empty, and made of the HTML in a mail that has
///   nothing else; `body-html`, when the mail has it; `stripped-text`, the text without what it
///   quotes and without the signature, and `stripped-signature`, when there is one;
///   `attachment-count`, `content-id-map` (JSON, from ids with angle brackets to `attachment-N`)
///   and `attachment-N`, when there are some; `message-headers`: JSON, a list of pairs; and each
///   header field as a field of its own.
/// - Raw: `body-mime`, the message as it came.
///
/// `stripped-html`, which Mailgun sends when it can tell what is quoted, is never there. A header
/// field is no field of its own when that could be taken for another: a mail must not be able to
/// say who its recipient is.
final class MailgunFormat {
  /// Frameworks refuse forms of more than a thousand fields, or forget the rest. Real mail has
  /// fewer header fields than this; all of them are in `message-headers`.
  private static final int HEADER_FIELDS_MAX = 200;

  /// Some frameworks read brackets, dots and underscores in names as structure.
  private static final Pattern HEADER_FIELD = Pattern.compile("[A-Za-z][A-Za-z0-9-]*");

  /// Names that mean something else to receivers, in lower case; these are Mailgun's other posts'
  /// too.
  private static final Set<String> RESERVED =
      Set.of(
          "recipient",
          "sender",
          "from",
          "subject",
          "body-plain",
          "body-html",
          "body-mime",
          "stripped-text",
          "stripped-html",
          "stripped-signature",
          "attachment-count",
          "attachments",
          "content-id-map",
          "message-headers",
          "message-url",
          "timestamp",
          "token",
          "signature",
          "domain",
          "event",
          "event-data");

  private static final String ATTACHMENT = "attachment-";
  private static final String ALGORITHM = "HmacSHA256";

  private MailgunFormat() {}

  static Body body(Payload payload, Proof proof, boolean raw) throws IOException {
    List<Attachment> attachments = raw ? List.of() : payload.parsed().attachments();
    Optional<MultipartForm> files =
        attachments.isEmpty()
            ? Optional.empty()
            : Optional.of(new MultipartForm(payload.delivery()));
    Form form = files.isPresent() ? files.get() : new UrlForm();
    if (!proof.apiKey().isEmpty()) {
      form.field("api_key", proof.apiKey());
    }
    form.field("recipient", payload.recipient().text());
    form.field("sender", payload.mail().envelope().from().text());
    form.field("from", HeaderList.addresses(payload.parsed().headers(), "From"));
    form.field("subject", payload.parsed().subject());
    form.field("timestamp", Long.toString(proof.timestamp()));
    form.field("token", proof.token());
    form.field("signature", signature(proof));
    if (raw) {
      form.field("body-mime", new WholeMessage(payload));
    } else {
      parsed(form, payload);
    }
    if (files.isPresent()) {
      files(files.get(), attachments);
    }
    return form.body();
  }

  static String signature(Proof proof) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(proof.signingKey().getBytes(UTF_8), ALGORITHM));
      byte[] signed = (proof.timestamp() + proof.token()).getBytes(UTF_8);
      return HexFormat.of().formatHex(mac.doFinal(signed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  private static void parsed(Form form, Payload payload) throws IOException {
    ParsedMail parsed = payload.parsed();
    Optional<MailText> plain = plain(parsed);
    form.field("body-plain", plain.orElse(JsonBody.EMPTY));
    if (parsed.html().isPresent()) {
      form.field("body-html", parsed.html().get());
    }
    if (plain.isPresent()) {
      Reply reply = Reply.of(plain.get());
      form.field("stripped-text", reply.text());
      if (!reply.signature().isEmpty()) {
        form.field("stripped-signature", reply.signature());
      }
    }
    List<Header> headers = HeaderList.single(payload);
    form.field("message-headers", JsonBody.text(json -> writePairs(json, headers)));
    int count = 0;
    for (Header header : headers) {
      Optional<String> name = fieldName(header.name());
      if (name.isPresent() && count++ < HEADER_FIELDS_MAX) {
        form.field(name.get(), header.value());
      }
    }
  }

  /// The text, and of a mail that has none the words of its HTML.
  private static Optional<MailText> plain(ParsedMail parsed) throws IOException {
    if (parsed.text().isPresent() || parsed.html().isEmpty()) {
      return parsed.text();
    }
    return Optional.of(HtmlText.of(parsed.html().get()));
  }

  /// The name of the field for a header, if there may be one. Mailgun's From and Subject differ
  /// from its own fields by the case of their first letters.
  private static Optional<String> fieldName(String header) {
    String name = header.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "from" -> Optional.of("From");
      case "subject" -> Optional.of("Subject");
      default ->
          HEADER_FIELD.matcher(header).matches()
                  && !RESERVED.contains(name)
                  && !name.startsWith(ATTACHMENT)
              ? Optional.of(header)
              : Optional.empty();
    };
  }

  private static void writePairs(JsonGenerator json, List<Header> headers) {
    json.writeStartArray();
    for (Header header : headers) {
      json.writeStartArray();
      json.writeString(header.name());
      json.writeString(header.value());
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  private static void files(MultipartForm form, List<Attachment> attachments) throws IOException {
    form.field("attachment-count", Integer.toString(attachments.size()));
    Optional<String> ids = ContentIds.json(attachments, id -> "<" + id + ">", ATTACHMENT);
    if (ids.isPresent()) {
      form.field("content-id-map", ids.get());
    }
    for (int i = 0; i < attachments.size(); i++) {
      form.file(ATTACHMENT + (i + 1), attachments.get(i));
    }
  }
}
