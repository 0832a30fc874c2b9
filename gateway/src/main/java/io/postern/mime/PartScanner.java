package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds the parts of a message (RFC 2046 §5.1) in one pass over its bytes, and where each begins
/// and ends. Content is not looked into, messages within the message are not opened, and nothing is
/// nested in the call stack: a line costs the same at any depth.
///
/// Past a limit it stops, and the message is one that can't be parsed; within them any bytes give
/// parts.
final class PartScanner {
  /// How deep multiparts may be nested; real mail stays below ten.
  static final int DEPTH_MAX = 50;

  /// How many parts a message may have.
  static final int PARTS_MAX = 1000;

  /// How long the header sections of all parts may be together, in bytes: they are kept until the
  /// mail is read.
  static final int HEADER_BYTES_MAX = 1024 * 1024;

  /// RFC 2046 §5.1.1 allows 70 characters, and some senders use more.
  private static final int BOUNDARY_MAX = 250;

  private final LineReader lines;
  private final Set<String> defects = new LinkedHashSet<>();
  private final List<Leaf> leaves = new ArrayList<>();
  private final Deque<Multipart> open = new ArrayDeque<>();
  private final ByteArrayOutputStream section = new ByteArrayOutputStream();
  private Area area = Area.HEADERS;
  private Optional<Headers> top = Optional.empty();
  private Optional<Leaf> leaf = Optional.empty();
  private Optional<String> limit = Optional.empty();
  private long stray;
  private int headerBytes;

  /// What the line belongs to.
  private enum Area {
    HEADERS,
    LEAF,
    /// Before a multipart's first part.
    PREAMBLE,
    /// After a multipart's last part.
    EPILOGUE
  }

  /// What was found.
  ///
  /// @param headers the message's own
  /// @param leaves in the order of their bytes
  /// @param defects in words
  /// @param stray how many bytes stand after a multipart's last part, blank lines not counted
  /// @param limit the limit that was passed, in words; then the leaves are not all
  record Found(
      Headers headers,
      List<Leaf> leaves,
      List<String> defects,
      long stray,
      Optional<String> limit) {}

  private static final class Multipart {
    final Headers headers;
    final String subtype;
    final long start;
    byte[] boundary;
    boolean hasParts;

    Multipart(Headers headers, ContentType type, long start) {
      this.headers = headers;
      this.start = start;
      subtype = type.text().substring(type.text().indexOf('/') + 1);
      boundary =
          type.parameters()
              .parameter("boundary")
              // A delimiter is compared without the white space at its end.
              .map(text -> text.stripTrailing().getBytes(UTF_8))
              .filter(bytes -> bytes.length <= BOUNDARY_MAX)
              .orElse(new byte[0]);
    }
  }

  private PartScanner(LineReader lines) {
    this.lines = lines;
  }

  /// Scans a message.
  ///
  /// @throws IOException when it can't be read now
  static Found scan(Source source) throws IOException {
    try (LineReader lines = LineReader.of(source)) {
      return new PartScanner(lines).run();
    }
  }

  private Found run() throws IOException {
    int terminator = 0;
    while (limit.isEmpty() && lines.next()) {
      if (!isDelimiter(terminator)) {
        content();
      }
      terminator = lines.terminator();
    }
    if (limit.isEmpty()) {
      endPart(lines.end());
      while (!open.isEmpty()) {
        defects.add("a multipart has no end");
        close(open.pop(), lines.end());
      }
    }
    Headers headers = top.orElseGet(this::headers);
    return new Found(headers, leaves, List.copyOf(defects), stray, limit);
  }

  /// Acts on the line if it is a delimiter of an open multipart, the innermost first.
  ///
  /// @param terminator how many bytes ended the line before; they belong to the delimiter
  private boolean isDelimiter(int terminator) {
    byte[] bytes = lines.bytes();
    int from = lines.from();
    int to = lines.to();
    boolean isDashed = to - from >= 2 && bytes[from] == '-' && bytes[from + 1] == '-';
    if (!isDashed || !lines.isWhole() || open.isEmpty()) {
      return false;
    }
    while (bytes[to - 1] == ' ' || bytes[to - 1] == '\t') {
      to--;
    }
    int length = to - from - 2;
    if (length > BOUNDARY_MAX + 2) {
      return false;
    }
    for (Multipart multipart : open) {
      byte[] boundary = multipart.boundary;
      boolean isEnd = length == boundary.length + 2 && bytes[to - 1] == '-' && bytes[to - 2] == '-';
      boolean isSame =
          (length == boundary.length || isEnd)
              && boundary.length > 0
              && Arrays.equals(
                  bytes, from + 2, from + 2 + boundary.length, boundary, 0, boundary.length);
      if (isSame) {
        // A doubled CR before LF is the content's; the line end proper has two bytes at most.
        delimiter(multipart, isEnd, lines.start() - Math.min(terminator, 2));
        return true;
      }
    }
    return area == Area.PREAMBLE && guessBoundary(bytes, from + 2, to);
  }

  /// Takes the first line that looks like a delimiter for one, where the boundary was not declared.
  private boolean guessBoundary(byte[] bytes, int from, int to) {
    Multipart multipart = open.getFirst();
    boolean isEnd = to - from >= 2 && bytes[to - 1] == '-' && bytes[to - 2] == '-';
    if (multipart.boundary.length > 0 || from == to || isEnd || to - from > BOUNDARY_MAX) {
      return false;
    }
    defects.add("a multipart without a boundary");
    multipart.boundary = Arrays.copyOfRange(bytes, from, to);
    delimiter(multipart, false, lines.start());
    return true;
  }

  private void delimiter(Multipart multipart, boolean isEnd, long contentEnd) {
    endPart(contentEnd);
    while (!open.isEmpty() && open.getFirst() != multipart) {
      defects.add("a multipart has no end");
      close(open.pop(), contentEnd);
    }
    if (isEnd) {
      close(open.pop(), contentEnd);
      area = Area.EPILOGUE;
      return;
    }
    multipart.hasParts = true;
    area = Area.HEADERS;
  }

  private void content() {
    switch (area) {
      case HEADERS -> header();
      case EPILOGUE -> stray += isBlank() ? 0 : lines.to() - lines.from();
      case LEAF, PREAMBLE -> {}
    }
  }

  private void header() {
    if (lines.isWhole() && lines.from() == lines.to()) {
      endHeaders(lines.end());
      return;
    }
    section.write(lines.bytes(), lines.from(), lines.to() - lines.from());
    if (lines.terminator() > 0) {
      section.write('\n');
    }
    if (section.size() > Headers.BYTES_MAX) {
      limit = Optional.of("a header section of more than " + Headers.BYTES_MAX + " bytes");
    } else if (headerBytes + section.size() > HEADER_BYTES_MAX) {
      limit = Optional.of("headers of parts of more than " + HEADER_BYTES_MAX + " bytes in all");
    }
  }

  private Headers headers() {
    byte[] bytes = section.toByteArray();
    return Headers.read(bytes, bytes.length);
  }

  private void endHeaders(long start) {
    Headers headers = headers();
    headerBytes += section.size();
    section.reset();
    defects.addAll(headers.defects());
    if (headers.isCut()) {
      limit = Optional.of("more than " + Headers.FIELDS_MAX + " header fields");
    }
    String implied =
        !open.isEmpty() && open.getFirst().subtype.equals("digest")
            ? ContentType.MESSAGE
            : ContentType.PLAIN;
    if (top.isEmpty()) {
      top = Optional.of(headers);
    }
    ContentType type = ContentType.of(headers, implied);
    if (type.isMultipart()) {
      open.push(new Multipart(headers, type, start));
      area = Area.PREAMBLE;
      if (open.size() > DEPTH_MAX) {
        limit = Optional.of("multiparts nested deeper than " + DEPTH_MAX);
      }
      return;
    }
    area = Area.LEAF;
    leaf(headers, type, start);
  }

  private void leaf(Headers headers, ContentType type, long start) {
    if (leaves.size() == PARTS_MAX) {
      limit = Optional.of("more than " + PARTS_MAX + " parts");
    }
    String encoding = headers.first("Content-Transfer-Encoding").map(Header::raw).orElse("");
    Optional<TransferEncoding> known = TransferEncoding.of(encoding);
    if (known.isEmpty()) {
      defects.add("an unknown Content-Transfer-Encoding");
    }
    Leaf found =
        new Leaf(
            leaves.size(),
            headers,
            disposition(headers),
            type,
            known.orElse(TransferEncoding.IDENTITY),
            !open.isEmpty() && open.getFirst().subtype.equals("alternative"),
            start,
            0);
    if (type.text().isEmpty()) {
      defects.add("a Content-Type that names no type");
      // Such bytes are text (RFC 2045 §5.2), unless something says that they are a file.
      boolean isFile = found.isDetached() || !found.name().isEmpty();
      found = found.as(isFile ? ContentType.UNKNOWN : ContentType.PLAIN);
    }
    leaf = Optional.of(found);
  }

  private static Parameters disposition(Headers headers) {
    return Parameters.read(headers.first("Content-Disposition").map(Header::raw).orElse(""));
  }

  private void endPart(long end) {
    if (area == Area.HEADERS) {
      endHeaders(end);
    }
    leaf.ifPresent(part -> leaves.add(part.endingAt(Math.max(end, part.offset()))));
    leaf = Optional.empty();
  }

  /// Ends a multipart. One without a single part is all preamble, and that is then its text.
  private void close(Multipart multipart, long end) {
    if (!multipart.hasParts) {
      defects.add("a multipart without parts");
      if (end > multipart.start) {
        leaf(multipart.headers, ContentType.TEXT, multipart.start);
        endPart(end);
      }
    }
  }

  private boolean isBlank() {
    return new String(lines.bytes(), lines.from(), lines.to() - lines.from(), ISO_8859_1).isBlank();
  }
}
