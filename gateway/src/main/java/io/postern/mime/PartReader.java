package io.postern.mime;

import io.postern.mime.Defect.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes bodies and attachments of the parts that were found. Only the bodies' content is read.
final class PartReader {
  private static final String LINE_END = "\r\n";
  private static final int BLOCK = 8192;

  /// How much of a message within the message is read for its subject, in bytes.
  private static final int NESTED_HEADERS_MAX = 16 * 1024;

  /// How many attachments are looked into to see whether they are what they say.
  private static final int SEEN_MAX = 100;

  private final Source source;
  private final Body text = new Body();
  private final Body html = new Body();
  private final List<Attachment> attachments = new ArrayList<>();
  private final List<Defect> defects = new ArrayList<>();

  /// What the parts gave.
  record Parts(
      Optional<MailText> text,
      Optional<MailText> html,
      List<Attachment> attachments,
      List<LeftOut> leftOut,
      List<Defect> defects) {}

  /// The bodies of one kind, put together. While they are short their text is held, by the same
  /// rules as [PassageReader] reads it.
  private static final class Body {
    private final List<Passage> passages = new ArrayList<>();
    private final StringBuilder held = new StringBuilder();
    private long size;

    void add(Passage passage, long more, String text) {
      passages.add(passage);
      size += more;
      if (size <= MailText.SHORT_MAX) {
        boolean isCut = !held.isEmpty() && held.charAt(held.length() - 1) != '\n';
        held.append(isCut && !text.isEmpty() ? LINE_END : "").append(text);
      }
    }

    Optional<MailText> whole() {
      if (passages.isEmpty()) {
        return Optional.empty();
      }
      boolean isShort = size <= MailText.SHORT_MAX;
      return Optional.of(isShort ? MailText.of(held.toString()) : MailText.of(passages));
    }
  }

  private PartReader(Source source) {
    this.source = source;
  }

  /// Reads the parts.
  ///
  /// @throws IOException when the stored message can't be read now
  static Parts read(Source source, PartScanner.Found found) throws IOException {
    PartReader reader = new PartReader(source);
    reader.defects.addAll(found.defects());
    for (Leaf leaf : found.leaves()) {
      if (!leaf.isBody() || !reader.isRead(leaf)) {
        reader.attach(leaf);
      }
    }
    return new Parts(
        reader.text.whole(),
        reader.html.whole(),
        reader.attachments,
        found.leftOut(),
        reader.defects);
  }

  /// Reads a body; false when it is too long to be one.
  private boolean isRead(Leaf leaf) throws IOException {
    Body body = leaf.type().text().equals(ContentType.HTML) ? html : text;
    long left = ParsedMail.TEXT_MAX - body.size;
    Guess guess = new Guess();
    byte[] start;
    long size;
    try (InputStream in = leaf.open(source)) {
      start = in.readNBytes((int) Math.min(MailText.SHORT_MAX, left) + 1);
      size = start.length;
      if (size > MailText.SHORT_MAX) {
        guess.see(start, start.length);
        size += see(in, left + 1 - size, guess);
      }
      if (in instanceof Decoding decoding && decoding.damaged()) {
        defects.add(new Defect(Kind.BROKEN_ENCODING, leaf.encoding().word()));
      }
    }
    if (size > left) {
      defects.add(new Defect(Kind.LONG_TEXT, "more than " + ParsedMail.TEXT_MAX + " bytes"));
      return false;
    }
    String charset = leaf.type().parameters().parameter("charset").orElse("");
    if (charset.isEmpty() && body == html) {
      charset = HtmlCharset.of(start);
    }
    if (size > MailText.SHORT_MAX) {
      addLong(body, leaf, size, Charsets.choose(charset, guess));
    } else {
      addShort(body, leaf, size, Charsets.decode(start, charset));
    }
    return true;
  }

  /// Shows a guess what comes, up to a limit.
  ///
  /// @return how many bytes came
  private static long see(InputStream in, long max, Guess guess) throws IOException {
    byte[] block = new byte[BLOCK];
    long seen = 0;
    int count = 0;
    while (count >= 0 && seen < max) {
      guess.see(block, count);
      seen += count;
      count = in.read(block, 0, (int) Math.min(BLOCK, max - seen));
    }
    return seen;
  }

  private void addShort(Body body, Leaf leaf, long size, Charsets.Decoded decoded) {
    if (decoded.defect() != null) {
      defects.add(decoded.defect());
    }
    String marked = decoded.text();
    Flow flow = Flow.of(leaf.type());
    String text = flow.apply(marked.startsWith("\uFEFF") ? marked.substring(1) : marked);
    Passage passage = new Passage(leaf.content(source), decoded.encoding(), flow);
    body.add(passage, size, text.replace('\0', Charsets.REPLACEMENT));
  }

  private void addLong(Body body, Leaf leaf, long size, Charsets.Choice choice) throws IOException {
    Passage passage = new Passage(leaf.content(source), choice.encoding(), Flow.of(leaf.type()));
    if (choice.defect() != null && (choice.isCertain() || passage.hasReplacement())) {
      defects.add(choice.defect());
    }
    body.add(passage, size, "");
  }

  private void attach(Leaf leaf) throws IOException {
    Optional<String> subject =
        leaf.type().isMessage() ? Optional.of(subject(leaf)) : Optional.empty();
    String name =
        subject.isPresent() && leaf.name().isEmpty()
            ? FileNames.ofMessage(subject.get())
            : FileNames.of(leaf.name(), attachments.size() + 1, leaf.type().text());
    String type = leaf.type().text();
    Optional<RealType> real =
        attachments.size() < SEEN_MAX ? RealType.of(start(leaf, RealType.BYTES)) : Optional.empty();
    if (real.isPresent() && real.get().contradicts(type)) {
      String detail = name + " says " + type + " and is " + real.get().type();
      defects.add(new Defect(Kind.FALSE_TYPE, detail));
    }
    // Outlook's package is often sent as a type that says nothing.
    boolean isTnef = real.isPresent() && real.get() == RealType.TNEF;
    attachments.add(
        new Attachment(name, isTnef ? leaf.as(RealType.TNEF.type()) : leaf, subject, source));
  }

  private String subject(Leaf leaf) throws IOException {
    byte[] bytes = start(leaf, NESTED_HEADERS_MAX);
    return Headers.read(bytes, bytes.length).first("Subject").map(Header::value).orElse("");
  }

  private byte[] start(Leaf leaf, int max) throws IOException {
    try (InputStream in = leaf.open(source)) {
      return in.readNBytes(max);
    }
  }
}
