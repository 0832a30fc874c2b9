package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Bounce.DeliveryReport;
import io.postern.mime.Bounce.Form;
import io.postern.mime.Bounce.Recipient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the reports that servers write in words: qmail's, whose format is documented (QSBMF), and
/// those of Postfix, Exim and Exchange where the part for programs was lost or never made. Only a
/// text that begins as these programs begin it is taken for one, and only with an address in it.
final class BounceTextReader {
  /// How much of the text is read, in characters.
  private static final int SEARCH_MAX = 16 * 1024;

  private static final String QMAIL = "Hi. This is the";
  private static final String POSTFIX = "This is the mail system at host ";
  private static final String EXIM = "This message was created automatically by mail delivery";
  private static final List<String> EXCHANGE =
      List.of(
          "did not reach the following recipient(s):",
          "The following recipient(s) could not be reached:",
          "The following recipient(s) cannot be reached:");

  /// An enhanced status code (RFC 3463 §2) that is no part of an IP address.
  private static final Pattern STATUS =
      Pattern.compile("(?<![\\d.])[245]\\.\\d{1,3}\\.\\d{1,3}(?![\\d.])");

  private static final Pattern HOST = Pattern.compile(" at (?:host )?([\\w.-]+\\w)");

  /// How Exchange begins with each recipient: an address and when it was tried.
  private static final Pattern ON_DATE = Pattern.compile("^\\s+'?([^\\s'@]+@[^\\s']+)'? on .*\\d");

  private final ParsedMail mail;
  private final List<String> lines;
  private final List<Recipient> recipients = new ArrayList<>();
  private String quotedMessageId = "";

  private BounceTextReader(ParsedMail mail, List<String> lines) {
    this.mail = mail;
    this.lines = lines;
  }

  static Optional<Bounce> read(ParsedMail mail) throws IOException {
    if (mail.unparsed() || mail.text().isEmpty()) {
      return Optional.empty();
    }
    String text = mail.text().get().start(SEARCH_MAX);
    return new BounceTextReader(mail, text.lines().toList()).run(text.strip());
  }

  private Optional<Bounce> run(String text) throws IOException {
    Form form = Form.TEXT;
    if (text.startsWith(QMAIL)) {
      form = Form.QSBMF;
      angled();
    } else if (text.startsWith(POSTFIX)) {
      angled();
    } else if (text.startsWith(EXIM)) {
      exim();
    } else if (EXCHANGE.stream().anyMatch(text::contains)) {
      exchange();
    }
    if (recipients.isEmpty()) {
      return Optional.empty();
    }
    String original = ReportReader.original(mail);
    String messageId = original.isEmpty() ? quotedMessageId : original;
    return Optional.of(new DeliveryReport(form, host(text), "", messageId, recipients));
  }

  /// The host that qmail and Postfix name in their first line.
  private static String host(String text) {
    boolean isNamed = text.startsWith(QMAIL) || text.startsWith(POSTFIX);
    String first = Excerpt.of(text.lines().findFirst().orElse(""), Bounce.TEXT_MAX);
    Matcher host = HOST.matcher(first);
    return isNamed && host.find() ? host.group(1) : "";
  }

  /// Paragraphs that begin with `<address>:`, up to one that begins with a dash; then, in qmail's
  /// reports, the mail itself.
  private void angled() {
    int at = afterParagraph(0);
    while (at < lines.size()) {
      String first = lines.get(at);
      int end = afterParagraph(at);
      if (first.startsWith("-")) {
        quotedMessageId = messageIdAfter(end);
        return;
      }
      int colon = first.indexOf(">:");
      if (first.startsWith("<") && colon > 1) {
        String reason = first.substring(colon + 2) + " " + joined(at + 1, end);
        add(first.substring(1, colon), reason);
      }
      at = end;
    }
  }

  /// Indented addresses, each with lines below it that are indented deeper.
  private void exim() {
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean isAddress =
          indent(line) == 2 && line.indexOf('@') > 0 && line.strip().indexOf(' ') < 0;
      if (line.startsWith("---")) {
        return;
      }
      if (isAddress) {
        add(ReportReader.address(line.strip()), joined(i + 1, deeper(i)));
      }
    }
  }

  private void exchange() {
    for (int i = 0; i < lines.size(); i++) {
      Matcher address = ON_DATE.matcher(lines.get(i));
      if (lines.get(i).length() < Bounce.TEXT_MAX && address.find()) {
        add(address.group(1), joined(i + 1, deeper(i)));
      }
    }
  }

  private void add(String address, String reason) {
    if (recipients.size() == Bounce.RECIPIENTS_MAX) {
      return;
    }
    String diagnostic = Excerpt.of(Headers.clean(reason), Bounce.TEXT_MAX);
    Matcher status = STATUS.matcher(diagnostic);
    String code = status.find() ? status.group() : "";
    String recipient = Excerpt.of(Headers.clean(address), Bounce.TEXT_MAX);
    recipients.add(new Recipient(recipient, "", "failed", code, diagnostic, ""));
  }

  /// The line after the blank one that ends the paragraph.
  private int afterParagraph(int from) {
    int at = from;
    while (at < lines.size() && !lines.get(at).isBlank()) {
      at++;
    }
    while (at < lines.size() && lines.get(at).isBlank()) {
      at++;
    }
    return at;
  }

  /// The line after those that are indented deeper than a line, and not blank.
  private int deeper(int line) {
    int at = line + 1;
    while (at < lines.size() && indent(lines.get(at)) > indent(lines.get(line))) {
      at++;
    }
    return at;
  }

  private static int indent(String line) {
    return line.isBlank() ? 0 : line.length() - line.stripLeading().length();
  }

  private String joined(int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to && text.length() < Bounce.TEXT_MAX; i++) {
      text.append(lines.get(i).strip()).append(' ');
    }
    return text.toString();
  }

  private String messageIdAfter(int from) {
    byte[] rest = String.join("\n", lines.subList(from, lines.size())).getBytes(UTF_8);
    String id = Headers.read(rest, rest.length).first("Message-ID").map(Header::value).orElse("");
    return Excerpt.of(id, Bounce.TEXT_MAX);
  }
}
