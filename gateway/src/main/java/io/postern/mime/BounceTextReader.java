package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Bounce.DeliveryReport;
import io.postern.mime.Bounce.Form;
import io.postern.mime.Bounce.Recipient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the reports that servers write in words: qmail's, whose format is documented (QSBMF), and
/// those of Postfix, Exim, Sendmail, Exchange, Gmail and Yahoo where the part for programs was lost
/// or never made. Only a text that begins as these programs begin it is taken for one, and only
/// with an address in it. What tells that a mail is late, or has arrived, is none: nothing failed.
final class BounceTextReader {
  /// How much of the text is read, in characters.
  private static final int SEARCH_MAX = 16 * 1024;

  private static final String QMAIL = "Hi. This is the";
  private static final String POSTFIX = "This is the mail system at host ";
  private static final String YAHOO =
      "Sorry, we were unable to deliver your message to the following";
  private static final String EXIM = "This message was created automatically by mail delivery";
  private static final List<String> GMAIL =
      List.of(
          "Delivery to the following recipient",
          "This is an automatically generated Delivery Status Notification");
  private static final List<String> SENDMAIL =
      List.of("The original message was received at ", "----- The following addresses had ");
  private static final String EXCHANGE_2007 = "Delivery has failed to these recipients";
  private static final List<String> EXCHANGE =
      List.of(
          "did not reach the following recipient(s):",
          "The following recipient(s) could not be reached:",
          "The following recipient(s) cannot be reached:");

  /// What Postfix and Exim write in the same form, of mail that may arrive still, or has.
  private static final List<String> NOT_FAILED =
      List.of("THIS IS A WARNING ONLY", "has not yet been delivered", "successfully delivered");

  /// An enhanced status code (RFC 3463 §2) that is no part of an IP address.
  private static final Pattern STATUS =
      Pattern.compile("(?<![\\d.])[245]\\.\\d{1,3}\\.\\d{1,3}(?![\\d.])");

  private static final Pattern HOST = Pattern.compile(" at (?:host )?([\\w.-]+\\w)");

  /// How Exchange begins with each recipient: an address and when it was tried.
  private static final Pattern ON_DATE = Pattern.compile("^\\s+'?([^\\s'@]+@[^\\s']+)'? on .*\\d");

  /// A line with an address and nothing else.
  private static final Pattern ADDRESS = Pattern.compile("^\\s*<?([^\\s<>@]+@[^\\s<>@:]+)>?\\s*$");

  /// The address that the sender wrote, where it stood for the one that failed: Exim, Sendmail.
  private static final Pattern WRITTEN =
      Pattern.compile("\\((?:generated from|expanded from:) <?([^\\s<>()@]+@[^\\s<>()@]+)>?\\)");

  private static final Pattern REASON = Pattern.compile("\\(reason: (.*)\\)");

  /// An answer in the transcript that Sendmail makes of a session.
  private static final Pattern ANSWER = Pattern.compile("^(?:<<< )?[45]\\d\\d[ -]");

  /// Before the mail that is returned.
  private static final Pattern QUOTATION =
      Pattern.compile(
          "^ {0,3}-{3,} ?(?:this is a copy of|original message|message header|unsent message"
              + "|below this line)|^Original message headers:",
          Pattern.CASE_INSENSITIVE);

  private final ParsedMail mail;
  private final List<String> lines;
  private final List<Recipient> recipients = new ArrayList<>();

  /// The line behind the report: a mail that is quoted there is none of its words.
  private final int end;

  private BounceTextReader(ParsedMail mail, List<String> lines) {
    this.mail = mail;
    this.lines = lines;
    this.end = quotation(lines);
  }

  static Optional<Bounce> read(ParsedMail mail) throws IOException {
    Optional<String> text = text(mail);
    return text.isEmpty()
        ? Optional.empty()
        : new BounceTextReader(mail, text.get().lines().toList()).run(text.get().strip());
  }

  /// The headers of the mail that is quoted at the end of such a text; empty when none is.
  static Optional<Headers> returned(ParsedMail mail) throws IOException {
    return text(mail).map(text -> text.lines().toList()).flatMap(BounceTextReader::quoted);
  }

  private static Optional<String> text(ParsedMail mail) throws IOException {
    return mail.unparsed() || mail.text().isEmpty()
        ? Optional.empty()
        : Optional.of(mail.text().get().start(SEARCH_MAX));
  }

  private Optional<Bounce> run(String text) throws IOException {
    if (text.startsWith(QMAIL) || text.startsWith(YAHOO)) {
      angled();
    } else if (text.startsWith(POSTFIX) && isFailure()) {
      angled();
    } else if (text.startsWith(EXIM) && isFailure()) {
      exim();
    } else if (begins(text, GMAIL)) {
      gmail();
    } else if (begins(text, SENDMAIL)) {
      sendmail();
    } else if (text.startsWith(EXCHANGE_2007)) {
      exchange2007();
    } else if (EXCHANGE.stream().anyMatch(text::contains)) {
      exchange();
    }
    if (recipients.isEmpty()) {
      return Optional.empty();
    }
    Form form = text.startsWith(QMAIL) ? Form.QSBMF : Form.TEXT;
    return Optional.of(new DeliveryReport(form, host(text), "", messageId(), recipients));
  }

  private static boolean begins(String text, List<String> beginnings) {
    return beginnings.stream().anyMatch(text::startsWith);
  }

  /// The host that qmail and Postfix name in their first line.
  private static String host(String text) {
    boolean isNamed = text.startsWith(QMAIL) || text.startsWith(POSTFIX);
    String first = Excerpt.of(text.lines().findFirst().orElse(""), Bounce.TEXT_MAX);
    Matcher host = HOST.matcher(first);
    return isNamed && host.find() ? host.group(1) : "";
  }

  /// Judged by what stands before the first recipient.
  private boolean isFailure() {
    return lines.stream()
        .limit(end)
        .takeWhile(line -> !line.startsWith("<"))
        .noneMatch(line -> NOT_FAILED.stream().anyMatch(line::contains));
  }

  /// Paragraphs that begin with `<address>:`.
  private void angled() {
    int at = afterParagraph(0);
    while (at < end) {
      String first = lines.get(at);
      int next = afterParagraph(at);
      int colon = first.indexOf(">:");
      if (first.startsWith("<") && colon > 1) {
        String reason = first.substring(colon + 2) + " " + joined(at + 1, next);
        add(first.substring(1, colon), reason);
      }
      at = next;
    }
  }

  /// Indented addresses, each with lines below it that are indented deeper; before them the
  /// sender's may stand alike.
  private void exim() {
    for (int i = after(0, line -> line.endsWith("failed:")); i < end; i++) {
      String line = lines.get(i);
      boolean isHidden = line.strip().equals("an undisclosed address");
      Matcher address = ADDRESS.matcher(line);
      if (indent(line) == 2 && (isHidden || address.find())) {
        add(isHidden ? "" : address.group(1), joined(i + 1, deeper(i)));
      }
    }
  }

  /// Indented addresses, and one reason for all of them.
  private void gmail() {
    int at = after(0, line -> line.startsWith(GMAIL.getFirst()) && line.contains(" failed"));
    int details = after(at, line -> line.startsWith("Technical details of permanent failure:"));
    String words = joined(details, end);
    String mark = "returned was:";
    int answer = words.indexOf(mark);
    for (int i = at; i < details; i++) {
      Matcher address = ADDRESS.matcher(lines.get(i));
      if (indent(lines.get(i)) > 0 && address.find()) {
        add(address.group(1), answer < 0 ? words : words.substring(answer + mark.length()));
      }
    }
  }

  /// Addresses with what is known of them in brackets below; the rest tells a transcript.
  private void sendmail() {
    int at = after(0, line -> line.contains("- The following addresses had permanent fatal error"));
    int transcript = after(at, line -> line.contains("- Transcript of session follows -"));
    String said =
        lines.subList(transcript, end).stream()
            .filter(line -> ANSWER.matcher(line).find())
            .findFirst()
            .map(line -> line.startsWith("<<< ") ? line.substring("<<< ".length()) : line)
            .orElse("");
    for (int i = at; i < transcript; i++) {
      Matcher address = ADDRESS.matcher(lines.get(i));
      if (indent(lines.get(i)) == 0 && address.find()) {
        String below = joined(i + 1, deeper(i));
        Matcher written = WRITTEN.matcher(below);
        String origin = written.find() ? written.group() : "";
        Matcher reason = REASON.matcher(below.replace(origin, ""));
        add(address.group(1), origin + (reason.find() ? reason.group(1) : said));
      }
    }
  }

  private void exchange() {
    for (int i = 0; i < end; i++) {
      Matcher address = ON_DATE.matcher(lines.get(i));
      if (lines.get(i).length() < Bounce.TEXT_MAX && address.find()) {
        add(address.group(1), joined(i + 1, deeper(i)));
      }
    }
  }

  /// What is for administrators: an address, and what is known of it in the lines below.
  private void exchange2007() {
    for (int i = after(0, line -> line.startsWith("Generating server:")); i < end; i++) {
      Matcher address = ADDRESS.matcher(lines.get(i));
      if (address.find()) {
        add(address.group(1), joined(i + 1, afterParagraph(i)));
      }
    }
  }

  private void add(String address, String reason) {
    Matcher written = WRITTEN.matcher(reason);
    String original = written.find() ? written.group(1) : "";
    String words = original.isEmpty() ? reason : reason.replace(written.group(), "");
    String diagnostic = Excerpt.of(Headers.clean(words), Bounce.TEXT_MAX);
    Matcher status = STATUS.matcher(diagnostic);
    String code = status.find() ? status.group() : "";
    boolean isKnown = !address.isEmpty() || !original.isEmpty();
    if (isKnown && !code.startsWith("2") && recipients.size() < Bounce.RECIPIENTS_MAX) {
      recipients.add(
          new Recipient(
              Excerpt.of(Headers.clean(address.isEmpty() ? original : address), Bounce.TEXT_MAX),
              Excerpt.of(Headers.clean(original), Bounce.TEXT_MAX),
              "failed",
              code,
              diagnostic,
              ""));
    }
  }

  private String messageId() throws IOException {
    String original = ReportReader.original(mail);
    if (!original.isEmpty()) {
      return original;
    }
    String id = quoted(lines).flatMap(it -> it.first("Message-ID")).map(Header::value).orElse("");
    return Excerpt.of(id, Bounce.TEXT_MAX);
  }

  // ---- Lines

  /// The line before the mail that is returned; in qmail's form any that begins with a hyphen.
  private static int quotation(List<String> lines) {
    boolean isQmail = lines.stream().anyMatch(line -> line.strip().startsWith(QMAIL));
    for (int at = 0; at < lines.size(); at++) {
      String line = lines.get(at);
      if (QUOTATION.matcher(line).find() || (isQmail && line.startsWith("-"))) {
        return at;
      }
    }
    return lines.size();
  }

  private static Optional<Headers> quoted(List<String> lines) {
    int at = Math.min(lines.size(), quotation(lines) + 1);
    while (at < lines.size() && isBetween(lines.get(at))) {
      at++;
    }
    byte[] rest = String.join("\n", lines.subList(at, lines.size())).getBytes(UTF_8);
    Headers headers = Headers.read(rest, rest.length);
    return headers.all().isEmpty() ? Optional.empty() : Optional.of(headers);
  }

  /// Exim goes on there about how much it returns.
  private static boolean isBetween(String line) {
    return line.isBlank() || line.startsWith("-");
  }

  /// The line behind the first one that is such; the end where none is.
  private int after(int from, Predicate<String> isSuch) {
    for (int i = from; i < end; i++) {
      if (isSuch.test(lines.get(i).stripTrailing())) {
        return i + 1;
      }
    }
    return end;
  }

  /// The line after the blank one that ends the paragraph.
  private int afterParagraph(int from) {
    int at = from;
    while (at < end && !lines.get(at).isBlank()) {
      at++;
    }
    while (at < end && lines.get(at).isBlank()) {
      at++;
    }
    return at;
  }

  /// The line after those that are indented deeper than a line, and not blank.
  private int deeper(int line) {
    int at = line + 1;
    while (at < end && indent(lines.get(at)) > indent(lines.get(line))) {
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
}
