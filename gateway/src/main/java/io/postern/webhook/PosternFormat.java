package io.postern.webhook;

import io.postern.mail.Address;
import io.postern.mail.Envelope;
import io.postern.mail.Peer;
import io.postern.mime.Addresses;
import io.postern.mime.Attachment;
import io.postern.mime.AutomatedSign;
import io.postern.mime.Bounce;
import io.postern.mime.Defect;
import io.postern.mime.Header;
import io.postern.mime.Headers;
import io.postern.mime.LeftOut;
import io.postern.mime.MailDate;
import io.postern.mime.MailText;
import io.postern.mime.Mailbox;
import io.postern.mime.ParsedMail;
import io.postern.mime.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/// Our own JSON: all that is known of a mail. Every property is there in every post, null where
/// there is nothing to say. `docs/postern.schema.json` says what each one holds; within a version
/// properties may be added, and nothing else changes.
final class PosternFormat {
  /// Goes up when a receiver of the last one could not read the next.
  static final int VERSION = 1;

  private static final int BLOCK = 8192;

  private PosternFormat() {}

  static Body body(Payload payload, long inlineMax) throws IOException {
    ParsedMail parsed = payload.parsed();
    JsonBody body = new JsonBody();
    JsonGenerator json = body.json();
    json.writeStartObject();
    json.writeNumberProperty("version", VERSION);
    json.writeStringProperty("delivery", payload.delivery());
    json.writeStringProperty("rule", payload.rule());
    writeMail(body, payload);
    writeHeaders(body, payload);
    body.text("text", parsed.text());
    body.text("html", parsed.html());
    writeReply(body, parsed.text());
    writeAttachments(body, parsed.attachments(), inlineMax);
    writeSigns(body, AutomatedSign.of(payload.mail().envelope().from(), parsed.headers()));
    writeBounce(body, Bounce.of(parsed));
    json.writeArrayPropertyStart("leftOut");
    parsed.leftOut().forEach(leftOut -> write(json, leftOut));
    json.writeEndArray();
    writeKinds(body, "defects", parsed.defects(), it -> it.kind().word(), Defect::detail);
    json.writeEndObject();
    return body.body();
  }

  /// What the door knows.
  private static void writeMail(JsonBody body, Payload payload) {
    JsonGenerator json = body.json();
    Envelope envelope = payload.mail().envelope();
    json.writeObjectPropertyStart("mail");
    json.writeStringProperty("id", payload.mail().id());
    json.writeStringProperty("received", envelope.received().toString());
    json.writeStringProperty("by", payload.gateway().hostName());
    json.writeNumberProperty("size", payload.mail().message().size());
    json.writeEndObject();
    json.writeObjectPropertyStart("envelope");
    json.writeStringProperty("from", envelope.from().text());
    json.writeStringProperty("to", payload.recipient().text());
    json.writeArrayPropertyStart("recipients");
    for (Address recipient : envelope.recipients()) {
      json.writeString(recipient.text());
    }
    json.writeEndArray();
    json.writeEndObject();
    Peer peer = envelope.peer();
    json.writeObjectPropertyStart("peer");
    json.writeStringProperty("address", peer.ip());
    json.writeStringProperty("helo", peer.helo());
    json.writeStringProperty("protocol", envelope.protocol());
    body.string("tls", peer.tls());
    json.writeEndObject();
  }

  private static void writeHeaders(JsonBody body, Payload payload) {
    JsonGenerator json = body.json();
    json.writeArrayPropertyStart("headers");
    for (Header header : HeaderList.all(payload)) {
      json.writeStartArray();
      json.writeString(header.name());
      json.writeString(header.value());
      json.writeEndArray();
    }
    json.writeEndArray();
    Headers headers = payload.parsed().headers();
    writeMailboxes(json, "from", Addresses.mailboxes(headers, "From"));
    writeMailboxes(json, "to", Addresses.mailboxes(headers, "To"));
    writeMailboxes(json, "cc", Addresses.mailboxes(headers, "Cc"));
    writeMailboxes(json, "replyTo", Addresses.mailboxes(headers, "Reply-To"));
    body.string("subject", headers.first("Subject").map(Header::value));
    Optional<OffsetDateTime> date =
        headers.first("Date").flatMap(field -> MailDate.parse(field.value()));
    body.string("date", date.map(DateTimeFormatter.ISO_OFFSET_DATE_TIME::format));
    body.string("messageId", headers.first("Message-ID").map(Header::value));
  }

  private static void writeMailboxes(JsonGenerator json, String name, List<Mailbox> mailboxes) {
    json.writeArrayPropertyStart(name);
    for (Mailbox mailbox : mailboxes) {
      json.writeStartObject();
      json.writeStringProperty("name", mailbox.name());
      json.writeStringProperty("address", mailbox.address());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeAttachments(JsonBody body, List<Attachment> attachments, long inlineMax)
      throws IOException {
    JsonGenerator json = body.json();
    long left = Dialect.INLINE_TOTAL_MAX;
    json.writeArrayPropertyStart("attachments");
    for (Attachment attachment : attachments) {
      Content content = Content.of(attachment);
      json.writeStartObject();
      json.writeStringProperty("name", attachment.fileName());
      json.writeStringProperty("type", attachment.contentType());
      body.string("charset", attachment.charset());
      body.string("subject", attachment.subject());
      json.writeNumberProperty("size", content.size());
      json.writeStringProperty("sha256", content.sha256());
      body.string("contentId", attachment.contentId());
      json.writeStringProperty("disposition", attachment.isInline() ? "inline" : "attachment");
      if (content.size() > inlineMax) {
        json.writeNullProperty("content");
        json.writeStringProperty("omitted", "larger than " + inlineMax + " bytes");
      } else if (content.size() > left) {
        json.writeNullProperty("content");
        json.writeStringProperty(
            "omitted", "more than " + Dialect.INLINE_TOTAL_MAX + " bytes of attachments in all");
      } else {
        left -= content.size();
        body.base64("content", attachment, content.size());
        json.writeNullProperty("omitted");
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeReply(JsonBody body, Optional<MailText> text) throws IOException {
    Optional<Reply> reply = text.isPresent() ? Optional.of(Reply.of(text.get())) : Optional.empty();
    body.text("reply", reply.map(Reply::text));
    body.string("signature", reply.map(Reply::signature).orElse(""));
  }

  private static void writeSigns(JsonBody body, List<AutomatedSign> signs) {
    JsonGenerator json = body.json();
    json.writeObjectPropertyStart("automated");
    json.writeBooleanProperty("is", !signs.isEmpty());
    writeKinds(body, "reasons", signs, it -> it.kind().word(), AutomatedSign::detail);
    json.writeEndObject();
  }

  /// Writes what is of a kind, each with what it tells of itself.
  private static <T> void writeKinds(
      JsonBody body,
      String name,
      List<T> all,
      Function<T, String> kind,
      Function<T, String> detail) {
    JsonGenerator json = body.json();
    json.writeArrayPropertyStart(name);
    for (T one : all) {
      json.writeStartObject();
      json.writeStringProperty("kind", kind.apply(one));
      body.string("detail", detail.apply(one));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeBounce(JsonBody body, Optional<Bounce> bounce) {
    JsonGenerator json = body.json();
    if (bounce.isEmpty()) {
      json.writeNullProperty("bounce");
      return;
    }
    json.writeObjectPropertyStart("bounce");
    switch (bounce.get()) {
      case Bounce.DeliveryReport report -> write(body, report);
      case Bounce.Complaint complaint -> write(body, complaint);
    }
    body.string("reportingMta", bounce.get().reportingMta());
    body.string("originalMessageId", bounce.get().originalMessageId());
    json.writeEndObject();
  }

  private static void write(JsonBody body, Bounce.DeliveryReport report) {
    JsonGenerator json = body.json();
    json.writeStringProperty("type", "delivery-report");
    json.writeStringProperty("form", report.form().word());
    body.string("arrivalDate", report.arrivalDate());
    json.writeArrayPropertyStart("recipients");
    for (Bounce.Recipient recipient : report.recipients()) {
      json.writeStartObject();
      body.string("finalRecipient", recipient.finalRecipient());
      body.string("originalRecipient", recipient.originalRecipient());
      body.string("action", recipient.action());
      body.string("status", recipient.status());
      body.string("diagnostic", recipient.diagnostic());
      body.string("remoteMta", recipient.remoteMta());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonBody body, Bounce.Complaint complaint) {
    JsonGenerator json = body.json();
    json.writeStringProperty("type", "complaint");
    body.string("feedbackType", complaint.feedbackType());
    body.string("userAgent", complaint.userAgent());
    body.string("arrivalDate", complaint.arrivalDate());
    body.string("sourceIp", complaint.sourceIp());
    body.string("originalMailFrom", complaint.originalMailFrom());
    json.writeArrayPropertyStart("originalRecipients");
    complaint.originalRecipients().forEach(json::writeString);
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, LeftOut leftOut) {
    json.writeStartObject();
    json.writeStringProperty("what", leftOut.what());
    json.writeNumberProperty("size", leftOut.size());
    json.writeStringProperty("reason", leftOut.reason());
    json.writeEndObject();
  }

  /// What only reading a content through can tell.
  ///
  /// @param size in bytes
  /// @param sha256 in lower-case hexadecimal
  private record Content(long size, String sha256) {
    static Content of(Attachment attachment) throws IOException {
      MessageDigest digest;
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
      byte[] block = new byte[BLOCK];
      long size = 0;
      try (InputStream in = attachment.open()) {
        for (int count = in.read(block); count >= 0; count = in.read(block)) {
          digest.update(block, 0, count);
          size += count;
        }
      }
      return new Content(size, HexFormat.of().formatHex(digest.digest()));
    }
  }
}
