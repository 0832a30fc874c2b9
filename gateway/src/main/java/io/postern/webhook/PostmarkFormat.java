package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Addresses;
import io.postern.mime.Attachment;
import io.postern.mime.Header;
import io.postern.mime.Headers;
import io.postern.mime.Mailbox;
import io.postern.mime.ParsedMail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/// What Postmark's inbound webhook posts, JSON, property by property as
/// https://postmarkapp.com/developer/webhooks/inbound-webhook and
/// https://postmarkapp.com/developer/user-guide/inbound/parse-an-email show it:
///
/// - `From`: the bare address, the reverse-path when the mail names none; `FromName`; `To`, `Cc`,
///   `Bcc`: lists as text; `FromFull`, `ToFull`, `CcFull`, `BccFull`: the same as objects of
///   `Email`, `Name` and `MailboxHash`, the text after a plus sign in the local part. The recipient
///   is in `Bcc` when the header names it nowhere.
/// - `OriginalRecipient`: the envelope's; `MailboxHash` is of it. `MessageID`: an id of ours in the
///   form of a UUID, one for each delivery; `MessageStream`: `inbound`; `Tag`: empty.
/// - `Subject`, `ReplyTo`, and `Date` as the mail has it; `TextBody`, `HtmlBody`: empty for none;
///   `StrippedTextReply`: the text without what it quotes, empty when it quotes nothing.
/// - `Headers`: `Return-Path` first, then all that have no property of their own.
/// - `Attachments`: `Name`, `Content` in base64, `ContentType`, `ContentLength` and, where there is
///   one, `ContentID` without angle brackets.
/// - `RawEmail`, when asked for: the message as it came; bytes that are not UTF-8 as U+FFFD.
final class PostmarkFormat {
  /// These have properties of their own.
  private static final Set<String> TOLD =
      Set.of("from", "to", "cc", "bcc", "subject", "date", "reply-to");

  private PostmarkFormat() {}

  static Body body(Payload payload, boolean raw) throws IOException {
    ParsedMail parsed = payload.parsed();
    Headers headers = parsed.headers();
    String recipient = payload.recipient().text();
    JsonBody body = new JsonBody();
    JsonGenerator json = body.json();
    json.writeStartObject();
    writeAddresses(json, payload);
    json.writeStringProperty("OriginalRecipient", recipient);
    json.writeStringProperty("Subject", parsed.subject());
    json.writeStringProperty("MessageID", uuid(payload.delivery()));
    json.writeStringProperty("MessageStream", "inbound");
    json.writeStringProperty("ReplyTo", HeaderList.addresses(headers, "Reply-To"));
    json.writeStringProperty("MailboxHash", hash(recipient));
    json.writeStringProperty("Date", headers.first("Date").map(Header::value).orElse(""));
    body.text("TextBody", parsed.text().orElse(JsonBody.EMPTY));
    body.text("HtmlBody", parsed.html().orElse(JsonBody.EMPTY));
    body.text("StrippedTextReply", Replies.stripped(parsed).orElse(JsonBody.EMPTY));
    json.writeStringProperty("Tag", "");
    writeHeaders(json, payload);
    json.writeArrayPropertyStart("Attachments");
    for (Attachment attachment : parsed.attachments()) {
      write(body, attachment);
    }
    json.writeEndArray();
    if (raw) {
      body.text("RawEmail", new WholeMessage(payload));
    }
    json.writeEndObject();
    return body.body();
  }

  private static void writeAddresses(JsonGenerator json, Payload payload) {
    Headers headers = payload.parsed().headers();
    Mailbox from =
        Addresses.mailboxes(headers, "From").stream()
            .findFirst()
            .orElseGet(() -> new Mailbox("", sender(payload)));
    json.writeStringProperty("From", from.address());
    json.writeStringProperty("FromName", from.name());
    json.writeName("FromFull");
    write(json, from);
    List<Mailbox> to = Addresses.mailboxes(headers, "To");
    List<Mailbox> cc = Addresses.mailboxes(headers, "Cc");
    List<Mailbox> bcc = new ArrayList<>(Addresses.mailboxes(headers, "Bcc"));
    boolean isNamed =
        Stream.of(to, cc, bcc)
            .flatMap(List::stream)
            .anyMatch(it -> Addresses.folded(it.address()).equals(payload.recipient().folded()));
    if (!isNamed) {
      bcc.add(new Mailbox("", payload.recipient().text()));
    }
    write(json, "To", to);
    write(json, "Cc", cc);
    write(json, "Bcc", bcc);
  }

  /// Who sent a mail that does not say from whom it is. Receivers take it for granted that each is
  /// from someone; of one with the null reverse-path it is our own mail system.
  private static String sender(Payload payload) {
    String from = payload.mail().envelope().from().text();
    return from.isEmpty() ? "MAILER-DAEMON@" + payload.gateway().hostName() : from;
  }

  private static void write(JsonGenerator json, String name, List<Mailbox> mailboxes) {
    json.writeStringProperty(
        name, mailboxes.stream().map(Mailbox::text).collect(Collectors.joining(", ")));
    json.writeArrayPropertyStart(name + "Full");
    mailboxes.forEach(mailbox -> write(json, mailbox));
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, Mailbox mailbox) {
    json.writeStartObject();
    json.writeStringProperty("Email", mailbox.address());
    json.writeStringProperty("Name", mailbox.name());
    json.writeStringProperty("MailboxHash", hash(mailbox.address()));
    json.writeEndObject();
  }

  private static String hash(String address) {
    int plus = address.indexOf('+');
    int at = address.lastIndexOf('@');
    return plus >= 0 && plus < at ? address.substring(plus + 1, at) : "";
  }

  private static String uuid(String delivery) {
    return UUID.nameUUIDFromBytes(delivery.getBytes(UTF_8)).toString();
  }

  private static void writeHeaders(JsonGenerator json, Payload payload) {
    json.writeArrayPropertyStart("Headers");
    for (Header header : HeaderList.single(payload)) {
      if (!TOLD.contains(header.name().toLowerCase(Locale.ROOT))) {
        json.writeStartObject();
        json.writeStringProperty("Name", header.name());
        json.writeStringProperty("Value", header.value());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private static void write(JsonBody body, Attachment attachment) throws IOException {
    JsonGenerator json = body.json();
    long size = attachment.size();
    json.writeStartObject();
    json.writeStringProperty("Name", attachment.fileName());
    body.base64("Content", attachment, size);
    if (size == 0) {
      // Receivers that also know the posts of the service's test button, which have Data in the
      // place of Content, take an empty one for none, and fail without the other.
      json.writeStringProperty("Data", "");
    }
    json.writeStringProperty("ContentType", attachment.contentType());
    json.writeNumberProperty("ContentLength", size);
    attachment.contentId().ifPresent(id -> json.writeStringProperty("ContentID", id));
    json.writeEndObject();
  }
}
