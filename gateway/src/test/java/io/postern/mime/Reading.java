package io.postern.mime;

import io.postern.mail.ReversePath;
import io.postern.mime.Bounce.Complaint;
import io.postern.mime.Bounce.DeliveryReport;
import io.postern.mime.Bounce.Recipient;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// Everything that was read from a mail, as a text to compare.
final class Reading {
  private static final String[] SHOWN = {"From", "To", "Subject", "References"};

  private final StringBuilder text = new StringBuilder();

  private Reading() {}

  static String of(ParsedMail mail) throws IOException {
    Reading reading = new Reading();
    reading.headers(mail);
    for (Defect defect : mail.defects()) {
      reading.line("defect: " + defect.kind().word() + " (" + defect.detail() + ")");
    }
    for (LeftOut leftOut : mail.leftOut()) {
      reading.line("left out: " + leftOut.what() + ", " + leftOut.size() + " bytes");
    }
    for (Attachment attachment : mail.attachments()) {
      reading.attachment(attachment);
    }
    ReversePath from = ReversePath.NULL;
    AutomatedSign.of(from, mail.headers()).stream()
        .skip(1)
        .forEach(sign -> reading.line("automated: " + sign.kind().word() + " " + sign.detail()));
    Bounce.of(mail).ifPresent(reading::bounce);
    reading.texts(mail);
    return reading.text.toString();
  }

  private void headers(ParsedMail mail) {
    for (String name : SHOWN) {
      for (Header header : mail.headers().named(name)) {
        line(name + ": " + header.value());
      }
    }
    line("addresses: " + Addresses.of(mail.headers(), "From"));
  }

  private void attachment(Attachment attachment) throws IOException {
    line("attachment: " + attachment.fileName());
    line("  " + attachment.contentType() + ", " + attachment.size() + " bytes, " + sum(attachment));
    attachment.contentId().ifPresent(id -> line("  content-id: " + id));
    attachment.subject().ifPresent(subject -> line("  subject: " + subject));
    if (attachment.isInline()) {
      line("  inline");
    }
  }

  private static String sum(Attachment attachment) throws IOException {
    try (InputStream in = attachment.open()) {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
      return "sha256 " + HexFormat.of().formatHex(sum, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void bounce(Bounce bounce) {
    switch (bounce) {
      case DeliveryReport report -> {
        line("bounce: " + report.form().word() + " by " + report.reportingMta());
        line("  about " + report.originalMessageId() + " of " + report.arrivalDate());
        for (Recipient recipient : report.recipients()) {
          line("  " + recipient);
        }
      }
      case Complaint complaint -> line("complaint: " + complaint);
    }
  }

  private void texts(ParsedMail mail) throws IOException {
    Optional<MailText> plain = mail.text();
    section("text", plain);
    section("html", mail.html());
    if (plain.isPresent()) {
      Reply reply = Reply.of(plain.get());
      if (reply.text() != plain.get()) {
        section("reply", Optional.of(reply.text()));
        section("signature", Optional.of(MailText.of(reply.signature())));
      }
    }
  }

  private void section(String name, Optional<MailText> content) throws IOException {
    if (content.isPresent()) {
      line("--- " + name);
      try (Reader reader = content.get().open()) {
        line(visible(reader.readAllAsString()));
      }
    }
  }

  /// Shows the line ends that are not CR LF, and whether the last line has one.
  private static String visible(String text) {
    return text.replace("\r\n", "\n").replace("\r", "<CR>").replaceAll("[ \t]+(?=\n)", "$0<SP>")
        + "<END>";
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
