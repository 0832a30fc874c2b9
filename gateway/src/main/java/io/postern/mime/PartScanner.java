package io.postern.mime;

import io.postern.mime.Defect.Kind;
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

  private final LineReader lines;
  private final Set<Defect> defects = new LinkedHashSet<>();
  private final List<Leaf> leaves = new ArrayList<>();
  private final Deque<Multipart> open = new ArrayDeque<>();
  private final ByteArrayOutputStream section = new ByteArrayOutputStream();
  private Area area = Area.HEADERS;
  private Optional<Headers> top = Optional.empty();
  private Optional<Leaf> leaf = Optional.empty();
  private Optional<String> limit = Optional.empty();
  private long preamble;
  private long epilogue;
  private int bareLineEnds;
  private int headerBytes;

  /// Measures the present part, if that is base64, while its lines are at hand: how long a file is
  /// and whether it is damaged is then known without decoding it.
  private Base64Meter base64 = new Base64Meter();

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
  /// @param defects of what holds the parts, and of their encoding where that needs no decoding
  /// @param leftOut what is in no leaf
  /// @param limit the limit that was passed, in words; then the leaves are not all
  record Found(
      Headers headers,
      List<Leaf> leaves,
      List<Defect> defects,
      List<LeftOut> leftOut,
      Optional<String> limit) {}

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
      bareLineEnds += terminator == 1 || terminator > 2 ? 1 : 0;
    }
    if (limit.isEmpty()) {
      endPart(lines.end());
      while (!open.isEmpty()) {
        defects.add(new Defect(Kind.NO_END));
        close(open.pop(), lines.end());
      }
    }
    if (bareLineEnds > 0) {
      defects.add(new Defect(Kind.BARE_LINE_ENDS, Integer.toString(bareLineEnds)));
    }
    List<LeftOut> leftOut = leftOut();
    return new Found(top.orElseGet(this::headers), leaves, List.copyOf(defects), leftOut, limit);
  }

  private List<LeftOut> leftOut() {
    List<LeftOut> leftOut = new ArrayList<>();
    if (preamble > 0) {
      leftOut.add(LeftOut.preamble(preamble));
    }
    if (epilogue > 0) {
      leftOut.add(LeftOut.epilogue(epilogue));
      defects.add(new Defect(Kind.TRAILING_BYTES, Long.toString(epilogue)));
    }
    return leftOut;
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
    if (to - from - 2 > Multipart.BOUNDARY_MAX + 2) {
      return false;
    }
    for (Multipart multipart : open) {
      Multipart.Line line = multipart.see(bytes, from + 2, to);
      if (line != Multipart.Line.NOTHING) {
        // A doubled CR before LF is the content's; the line end proper has two bytes at most.
        long contentEnd = lines.start() - Math.min(terminator, 2);
        delimiter(multipart, line == Multipart.Line.END, contentEnd);
        return true;
      }
    }
    return area == Area.PREAMBLE && guessBoundary(bytes, from + 2, to);
  }

  /// Takes the first line that looks like a delimiter for one, where the boundary was not declared.
  private boolean guessBoundary(byte[] bytes, int from, int to) {
    Multipart multipart = open.getFirst();
    boolean isEnd = to - from >= 2 && bytes[to - 1] == '-' && bytes[to - 2] == '-';
    boolean isLong = to - from > Multipart.BOUNDARY_MAX;
    if (multipart.hasBoundary() || from == to || isEnd || isLong) {
      return false;
    }
    defects.add(new Defect(Kind.NO_BOUNDARY));
    multipart.guess(Arrays.copyOfRange(bytes, from, to));
    delimiter(multipart, false, lines.start());
    return true;
  }

  private void delimiter(Multipart multipart, boolean isEnd, long contentEnd) {
    endPart(contentEnd);
    while (!open.isEmpty() && open.getFirst() != multipart) {
      defects.add(new Defect(Kind.NO_END));
      close(open.pop(), contentEnd);
    }
    if (isEnd) {
      close(open.pop(), contentEnd);
      area = Area.EPILOGUE;
      return;
    }
    multipart.begin();
    area = Area.HEADERS;
  }

  private void content() {
    switch (area) {
      case HEADERS -> header();
      case LEAF -> measure();
      case PREAMBLE -> open.getFirst().countPreamble(contentLength());
      case EPILOGUE -> epilogue += contentLength();
    }
  }

  /// How long the line is; 0 when it is blank.
  private int contentLength() {
    byte[] bytes = lines.bytes();
    for (int i = lines.from(); i < lines.to(); i++) {
      if (bytes[i] != ' ' && bytes[i] != '\t') {
        return lines.to() - lines.from();
      }
    }
    return 0;
  }

  private void measure() {
    if (leaf.isPresent() && leaf.get().encoding() == TransferEncoding.BASE64) {
      base64.see(lines.bytes(), lines.from(), lines.to());
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
    defects.addAll(headers.repeated(top.isEmpty()));
    if (headers.isCut()) {
      limit = Optional.of("more than " + Headers.FIELDS_MAX + " header fields");
    }
    String implied =
        !open.isEmpty() && open.getFirst().isSubtype("digest")
            ? ContentType.MESSAGE
            : ContentType.PLAIN;
    if (top.isEmpty()) {
      top = Optional.of(headers);
      if (headers.named("From").stream().anyMatch(from -> !Addresses.isList(from))) {
        defects.add(new Defect(Kind.BROKEN_ADDRESS, "from"));
      }
    }
    ContentType type = ContentType.of(headers, implied);
    if (type.isMultipart()) {
      open(new Multipart(headers, type, start));
      return;
    }
    area = Area.LEAF;
    leaf(headers, type, start);
  }

  private void open(Multipart multipart) {
    if (multipart.isEncoded()) {
      defects.add(new Defect(Kind.ENCODED_PARTS));
    }
    if (open.stream().anyMatch(multipart::hasBoundaryOf)) {
      defects.add(new Defect(Kind.SAME_BOUNDARY));
    }
    open.push(multipart);
    area = Area.PREAMBLE;
    if (open.size() > DEPTH_MAX) {
      limit = Optional.of("multiparts nested deeper than " + DEPTH_MAX);
    }
  }

  private void leaf(Headers headers, ContentType type, long start) {
    if (leaves.size() == PARTS_MAX) {
      limit = Optional.of("more than " + PARTS_MAX + " parts");
    }
    String encoding = headers.first("Content-Transfer-Encoding").map(Header::raw).orElse("");
    Optional<TransferEncoding> known = TransferEncoding.of(encoding);
    if (known.isEmpty()) {
      defects.add(new Defect(Kind.UNKNOWN_ENCODING, Headers.clean(encoding)));
    }
    Leaf found =
        new Leaf(
            leaves.size(),
            headers,
            disposition(headers),
            type,
            known.orElse(TransferEncoding.IDENTITY),
            !open.isEmpty() && open.getFirst().isSubtype("alternative"),
            start,
            0,
            Content.UNMEASURED);
    if (type.text().isEmpty()) {
      defects.add(new Defect(Kind.BROKEN_TYPE));
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
    if (leaf.isPresent()) {
      Leaf part = leaf.get();
      boolean isMeasured = area == Area.LEAF && part.encoding() == TransferEncoding.BASE64;
      base64.end();
      long size = isMeasured ? base64.size() : Content.UNMEASURED;
      leaves.add(part.endingAt(Math.max(end, part.offset()), size));
      if (base64.isDamaged()) {
        defects.add(new Defect(Kind.BROKEN_ENCODING, TransferEncoding.BASE64.word()));
      }
      base64 = new Base64Meter();
      leaf = Optional.empty();
    }
  }

  /// Ends a multipart. One without a single part is all preamble, and that is then its text.
  private void close(Multipart multipart, long end) {
    if (multipart.hasParts()) {
      preamble += multipart.preamble();
      return;
    }
    defects.add(new Defect(Kind.NO_PARTS));
    if (end > multipart.start()) {
      leaf(multipart.headers(), ContentType.TEXT, multipart.start());
      endPart(end);
    }
  }
}
