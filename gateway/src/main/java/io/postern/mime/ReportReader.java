package io.postern.mime;

import io.postern.mime.Bounce.Complaint;
import io.postern.mime.Bounce.DeliveryReport;
import io.postern.mime.Bounce.Form;
import io.postern.mime.Bounce.Recipient;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads the reports that mail servers write for programs: delivery status (RFC 3464, RFC 6533) and
/// abuse (RFC 5965). The part with the report is what counts; whether it stands in a
/// multipart/report as it should makes no difference, for many reports were passed on since.
final class ReportReader {
  private static final Set<String> STATUS_TYPES =
      Set.of("message/delivery-status", "message/global-delivery-status");
  private static final String FEEDBACK_TYPE = "message/feedback-report";
  private static final Set<String> ORIGINAL_TYPES =
      Set.of(
          ContentType.MESSAGE,
          "message/global",
          "message/rfc822-headers",
          "message/global-headers",
          "text/rfc822-headers");

  /// How much of a report is read, in bytes: [Bounce#RECIPIENTS_MAX] with long answers fit in.
  private static final int REPORT_MAX = 128 * 1024;

  /// How much of the returned mail is read for its Message-ID, in bytes.
  private static final int ORIGINAL_MAX = 64 * 1024;

  private ReportReader() {}

  static Optional<Bounce> read(ParsedMail mail) throws IOException {
    if (mail.unparsed()) {
      return Optional.empty();
    }
    for (Attachment attachment : mail.attachments()) {
      if (STATUS_TYPES.contains(attachment.contentType())) {
        List<Headers> blocks = blocks(start(attachment, REPORT_MAX));
        return blocks.isEmpty() ? Optional.empty() : Optional.of(delivery(blocks, original(mail)));
      }
      if (attachment.contentType().equals(FEEDBACK_TYPE)) {
        byte[] bytes = start(attachment, REPORT_MAX);
        return Optional.of(complaint(Headers.read(bytes, bytes.length), original(mail)));
      }
    }
    return Optional.empty();
  }

  /// The groups of fields, parted by blank lines (RFC 3464 §2.1): one about the mail, then one for
  /// each recipient.
  private static List<Headers> blocks(byte[] bytes) {
    List<Headers> blocks = new ArrayList<>();
    int start = 0;
    int at = 0;
    while (at < bytes.length && blocks.size() <= Bounce.RECIPIENTS_MAX) {
      int end = LineEnds.find(bytes, at, bytes.length);
      int next = end < bytes.length ? LineEnds.skip(bytes, end, bytes.length) : end;
      if (end == at || next == bytes.length) {
        byte[] block = Arrays.copyOfRange(bytes, start, next);
        Headers headers = Headers.read(block, block.length);
        if (!headers.all().isEmpty()) {
          blocks.add(headers);
        }
        start = next;
      }
      at = next;
    }
    return blocks;
  }

  private static DeliveryReport delivery(List<Headers> blocks, String originalMessageId) {
    Headers about = blocks.getFirst();
    // Some servers leave out what is about the mail, or the blank line after it.
    boolean isRecipient = about.first("Final-Recipient").isPresent();
    return new DeliveryReport(
        Form.DELIVERY_STATUS,
        typed(about, "Reporting-MTA"),
        text(about, "Arrival-Date"),
        originalMessageId,
        blocks.stream()
            .skip(isRecipient ? 0 : 1)
            .limit(Bounce.RECIPIENTS_MAX)
            .map(ReportReader::recipient)
            .toList());
  }

  private static Recipient recipient(Headers block) {
    // A comment may follow: Gmail and others write "5.1.1 (bad address)".
    String status = Parameters.read(text(block, "Status")).value();
    int blank = status.indexOf(' ');
    return new Recipient(
        address(typed(block, "Final-Recipient")),
        address(typed(block, "Original-Recipient")),
        Parameters.read(text(block, "Action")).value().toLowerCase(Locale.ROOT),
        blank < 0 ? status : status.substring(0, blank),
        typed(block, "Diagnostic-Code"),
        typed(block, "Remote-MTA"));
  }

  private static Complaint complaint(Headers report, String originalMessageId) {
    return new Complaint(
        text(report, "Feedback-Type").toLowerCase(Locale.ROOT),
        text(report, "User-Agent"),
        typed(report, "Reporting-MTA"),
        report.first("Arrival-Date").isPresent()
            ? text(report, "Arrival-Date")
            : text(report, "Received-Date"),
        text(report, "Source-IP"),
        address(text(report, "Original-Mail-From")),
        report.named("Original-Rcpt-To").stream()
            .limit(Bounce.RECIPIENTS_MAX)
            .map(field -> address(Excerpt.of(field.value(), Bounce.TEXT_MAX)))
            .toList(),
        originalMessageId);
  }

  /// The Message-ID of the mail that is returned with the report, whole or only its headers.
  static String original(ParsedMail mail) throws IOException {
    return returned(mail).map(headers -> text(headers, "Message-ID")).orElse("");
  }

  static Optional<Headers> returned(ParsedMail mail) throws IOException {
    for (Attachment attachment : mail.attachments()) {
      if (ORIGINAL_TYPES.contains(attachment.contentType())) {
        byte[] bytes = start(attachment, ORIGINAL_MAX);
        return Optional.of(Headers.read(bytes, bytes.length));
      }
    }
    return Optional.empty();
  }

  private static byte[] start(Attachment attachment, int max) throws IOException {
    try (InputStream in = attachment.open()) {
      return in.readNBytes(max);
    }
  }

  private static String text(Headers fields, String name) {
    String value = fields.first(name).map(Header::value).orElse("");
    return Excerpt.of(value, Bounce.TEXT_MAX);
  }

  /// What stands behind the type of a field such as `dns; mx.example.net` (RFC 3464 §2.1.2).
  private static String typed(Headers fields, String name) {
    String value = text(fields, name);
    int semicolon = value.indexOf(';');
    boolean isTyped = semicolon >= 0 && value.substring(0, semicolon).strip().indexOf(' ') < 0;
    return isTyped ? value.substring(semicolon + 1).strip() : value;
  }

  static String address(String text) {
    boolean isAngled = text.startsWith("<") && text.endsWith(">");
    return isAngled ? text.substring(1, text.length() - 1).strip() : text;
  }
}
