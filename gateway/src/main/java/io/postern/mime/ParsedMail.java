package io.postern.mime;

import io.postern.mail.Message;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A mail, read. Whatever a message holds gives one of these, in bounded time and memory: what is
/// broken is told as a defect, and what is beyond the limits leaves the mail [#unparsed].
///
/// Every part of the message is in [#text], in [#html], an attachment, or left out with a reason.
/// The rules:
///
/// - Parts of `text/plain` and `text/html` that do not ask to be attachments are bodies, unless
///   they have a file name and neither come first in the mail nor stand in a multipart/alternative.
/// - Several bodies of one kind are put together in their order, each on a new line, as mail
///   readers show them; but of two in one multipart/alternative, which say the same, all are kept
///   as well: nothing tells which one is better.
/// - A body over [#TEXT_MAX] is an attachment.
/// - Everything else is an attachment, the message itself included if it is nothing but a file;
///   messages within the message are attachments and not opened.
public final class ParsedMail {
  /// How long the bodies of one kind may be together, in bytes as decoded. Longer ones are files to
  /// any receiver.
  public static final int TEXT_MAX = 4 * 1024 * 1024;

  /// How much of an unparsed message is its text, in bytes.
  public static final int UNPARSED_TEXT_MAX = 1024 * 1024;

  /// How many defects of one kind are told, so that none hides the others.
  public static final int DEFECTS_OF_A_KIND_MAX = 3;

  private static final Logger log = LoggerFactory.getLogger(ParsedMail.class);

  private final Headers headers;
  private final Optional<MailText> text;
  private final Optional<MailText> html;
  private final List<Attachment> attachments;
  private final List<LeftOut> leftOut;
  private final List<Defect> defects;
  private final boolean unparsed;

  ParsedMail(PartReader.Parts parts, Headers headers, boolean unparsed) {
    this.headers = headers;
    this.unparsed = unparsed;
    text = parts.text();
    html = parts.html();
    attachments = List.copyOf(parts.attachments());
    leftOut = List.copyOf(parts.leftOut());
    defects = some(parts.defects());
  }

  /// Reads a message.
  ///
  /// @throws IOException when the stored message can't be read now; never because of what it holds
  public static ParsedMail parse(Message message) throws IOException {
    Source source = Source.of(message);
    Optional<String> reason;
    try {
      PartScanner.Found found = PartScanner.scan(source);
      if (found.limit().isEmpty()) {
        return new ParsedMail(PartReader.read(source, found), found.headers(), false);
      }
      reason = found.limit();
    } catch (RuntimeException e) {
      // A fault of ours must not keep a mail from being delivered: it goes out as it came.
      log.atError().setCause(e).log("the mail reader failed; the mail is given as it came");
      reason = Optional.of("a fault in the reader: " + e.getClass().getSimpleName());
    }
    return unparsed(source, reason.get());
  }

  /// All header fields of the message, in order.
  public Headers headers() {
    return headers;
  }

  /// The first subject, decoded; empty if there is none.
  public String subject() {
    return subject(headers);
  }

  /// The plain text; valid Unicode without NUL, line ends as they came.
  public Optional<MailText> text() {
    return text;
  }

  /// The HTML; valid Unicode without NUL, line ends as they came. Nothing makes it safe to show.
  public Optional<MailText> html() {
    return html;
  }

  /// The attachments, in the order of the message.
  public List<Attachment> attachments() {
    return attachments;
  }

  /// What is nowhere else.
  public List<LeftOut> leftOut() {
    return leftOut;
  }

  /// What is wrong with the message; empty if nothing is. At most [#DEFECTS_OF_A_KIND_MAX] of each
  /// kind, the first ones.
  public List<Defect> defects() {
    return defects;
  }

  /// True when the message is beyond the limits. Then [#text] is its beginning and the whole of it
  /// the one attachment.
  public boolean unparsed() {
    return unparsed;
  }

  private static String subject(Headers headers) {
    return headers.first("Subject").map(Header::value).orElse("");
  }

  private static List<Defect> some(List<Defect> defects) {
    if (defects.isEmpty()) {
      return List.of();
    }
    Map<Defect.Kind, Integer> counts = new EnumMap<>(Defect.Kind.class);
    return defects.stream()
        .distinct()
        .filter(defect -> counts.merge(defect.kind(), 1, Integer::sum) <= DEFECTS_OF_A_KIND_MAX)
        .toList();
  }

  private static ParsedMail unparsed(Source source, String reason) throws IOException {
    byte[] start;
    try (InputStream in = source.open(0, Math.min(source.size(), Headers.BYTES_MAX))) {
      start = in.readAllBytes();
    }
    Headers headers = Headers.read(start, start.length);
    long textLength = Math.min(source.size(), UNPARSED_TEXT_MAX);
    Content text = new Content(source, TransferEncoding.IDENTITY, 0, textLength, textLength);
    Leaf whole =
        new Leaf(
            0,
            Headers.read(new byte[0], 0),
            Parameters.read("attachment"),
            new ContentType(ContentType.MESSAGE, Parameters.read("")),
            TransferEncoding.IDENTITY,
            false,
            0,
            source.size(),
            source.size());
    List<Attachment> attachments = new ArrayList<>();
    attachments.add(new Attachment("message.eml", whole, Optional.of(subject(headers)), source));
    PartReader.Parts parts =
        new PartReader.Parts(
            Optional.of(MailText.of(List.of(new Passage(text, CharsetNames.UTF8, Flow.FIXED)))),
            Optional.empty(),
            attachments,
            List.of(),
            List.of(new Defect(Defect.Kind.UNPARSED, reason)));
    return new ParsedMail(parts, headers, true);
  }
}
