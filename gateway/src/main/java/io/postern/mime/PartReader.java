package io.postern.mime;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes bodies and attachments of the parts that were found. Only the bodies' content is read.
final class PartReader {
  private static final String LINE_END = "\r\n";

  /// How much of a message within the message is read for its subject, in bytes.
  private static final int NESTED_HEADERS_MAX = 16 * 1024;

  private final Source source;
  private final Body text = new Body();
  private final Body html = new Body();
  private final List<Attachment> attachments = new ArrayList<>();
  private final List<String> defects = new ArrayList<>();

  /// What the parts gave.
  record Parts(
      Optional<String> text,
      Optional<String> html,
      List<Attachment> attachments,
      List<LeftOut> leftOut,
      List<String> defects) {}

  /// The bodies of one kind, put together.
  private static final class Body {
    private final StringBuilder content = new StringBuilder();
    private boolean isPresent;
    private long left = ParsedMail.TEXT_MAX;

    void add(String more) {
      if (!content.isEmpty() && !more.isEmpty() && content.charAt(content.length() - 1) != '\n') {
        content.append(LINE_END);
      }
      content.append(more);
      isPresent = true;
    }

    Optional<String> whole() {
      return isPresent ? Optional.of(content.toString()) : Optional.empty();
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
    List<LeftOut> leftOut = new ArrayList<>();
    if (found.stray() > 0) {
      leftOut.add(
          new LeftOut("bytes after the last part", found.stray(), "they are no part (RFC 2046)"));
      reader.defects.add("bytes after the last part");
    }
    return new Parts(
        reader.text.whole(), reader.html.whole(), reader.attachments, leftOut, reader.defects);
  }

  /// Text without NUL, which many databases refuse, and without a byte order mark.
  static String clean(String text) {
    String unmarked = text.startsWith("\uFEFF") ? text.substring(1) : text;
    return unmarked.replace('\0', '\uFFFD');
  }

  /// Reads a body; false when it is too long to be one.
  private boolean isRead(Leaf leaf) throws IOException {
    Body body = leaf.type().text().equals(ContentType.HTML) ? html : text;
    byte[] bytes;
    try (InputStream in = leaf.open(source)) {
      bytes = in.readNBytes((int) body.left + 1);
      if (in instanceof Decoding decoding && decoding.damaged()) {
        defects.add("a broken " + leaf.encoding().word() + " encoding");
      }
    }
    if (bytes.length > body.left) {
      defects.add("text of more than " + ParsedMail.TEXT_MAX + " bytes, given as an attachment");
      return false;
    }
    body.left -= bytes.length;
    String charset = leaf.type().parameters().parameter("charset").orElse("");
    Charsets.Decoded decoded = Charsets.decode(bytes, charset);
    if (decoded.defect() != null) {
      defects.add(decoded.defect());
    }
    body.add(clean(decoded.text()));
    return true;
  }

  private void attach(Leaf leaf) throws IOException {
    boolean isMessage = leaf.type().text().equals(ContentType.MESSAGE) && leaf.name().isEmpty();
    String name =
        isMessage
            ? FileNames.ofMessage(subject(leaf))
            : FileNames.of(leaf.name(), attachments.size() + 1, leaf.type().text());
    attachments.add(new Attachment(name, leaf, source));
  }

  private String subject(Leaf leaf) throws IOException {
    byte[] bytes;
    try (InputStream in = leaf.open(source)) {
      bytes = in.readNBytes(NESTED_HEADERS_MAX);
    }
    return Headers.read(bytes, bytes.length).first("Subject").map(Header::value).orElse("");
  }
}
