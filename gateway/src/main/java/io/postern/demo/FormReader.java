package io.postern.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.demo.PostedForm.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads one form, byte by byte, for one thread. The rules: the body starts with the first
/// delimiter (no preamble), ends with the last (no epilogue but one CRLF), lines end in CRLF, and a
/// part has one Content-Disposition as HTML forms write it: UTF-8 names in quotes, with `%22`,
/// `%0D` and `%0A` for the quote and the line ends, and no `filename*` (RFC 7578 §4.2).
final class FormReader {
  private static final int LAST = -1;
  private static final int BLOCK = 8192;

  /// RFC 2046 §5.1.1, without the space, which needs care that no sender takes.
  private static final Pattern BOUNDARY =
      Pattern.compile(
          "(?i)multipart/form-data\\s*;\\s*boundary=(\"?)([0-9a-z'()+_,\\-./:=?]{1,70})\\1\\s*");

  private static final Pattern DISPOSITION =
      Pattern.compile("(?i:form-data); name=\"([^\"]*)\"(?:; filename=\"([^\"]*)\")?");

  private final InputStream in;
  private final byte[] delimiter;
  private final List<Part> parts = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final byte[] block = new byte[BLOCK];
  private int blockAt;
  private int blockEnd;
  private int kept;

  FormReader(InputStream in, String boundary) {
    this.in = in;
    this.delimiter = ("\r\n--" + boundary).getBytes(US_ASCII);
  }

  static Optional<String> boundary(String contentType) {
    Matcher matcher = BOUNDARY.matcher(contentType);
    return matcher.matches() ? Optional.of(matcher.group(2)) : Optional.empty();
  }

  PostedForm read() throws IOException {
    try {
      openingDelimiter();
      while (another()) {
        if (parts.size() == PostedForm.PARTS_MAX) {
          throw new Senseless("more than " + PostedForm.PARTS_MAX + " parts");
        }
        parts.add(part());
      }
    } catch (Senseless e) {
      note(e.getMessage());
    }
    return new PostedForm(parts, problems);
  }

  /// The first delimiter lacks the CRLF in front: it is the start of the body.
  private void openingDelimiter() throws IOException {
    for (int i = 2; i < delimiter.length; i++) {
      if (next() != delimiter[i]) {
        throw new Senseless("the body does not start with its delimiter");
      }
    }
  }

  /// After a delimiter: true when a part follows, false at the end of a form that ends well.
  private boolean another() throws IOException {
    int first = next();
    int second = next();
    if (first == '\r' && second == '\n') {
      return true;
    }
    if (first != '-' || second != '-') {
      throw new Senseless(
          "after delimiter " + (parts.size() + 1) + " comes neither CRLF nor the final --");
    }
    int end = next();
    if (end == '\r' && next() == '\n') {
      end = next();
    }
    if (end != LAST) {
      throw new Senseless("something follows the last delimiter");
    }
    return false;
  }

  private Part part() throws IOException {
    Head head = head();
    Content content = new Content(head.fileName.isPresent() ? 0 : keepable());
    int matched = 0;
    // A carriage return stands only at the delimiter's start, so a failed match can't hide the
    // start
    // of another, and one counter is all the state there is.
    while (matched < delimiter.length) {
      int b = next();
      if (b == LAST) {
        throw new Senseless("the body ends inside part " + (parts.size() + 1));
      }
      if (b == delimiter[matched]) {
        matched++;
        continue;
      }
      for (int i = 0; i < matched; i++) {
        content.add(delimiter[i]);
      }
      matched = b == '\r' ? 1 : 0;
      if (matched == 0) {
        content.add((byte) b);
      }
    }
    return content.part(head);
  }

  private int keepable() {
    return Math.min(PostedForm.VALUE_MAX, PostedForm.VALUES_MAX - kept);
  }

  /// A part's header.
  ///
  /// @param name the field's name
  /// @param fileName the file's name
  /// @param type the Content-Type, or empty
  private record Head(String name, Optional<String> fileName, String type) {}

  private Head head() throws IOException {
    String at = "part " + (parts.size() + 1) + ": ";
    Optional<Matcher> disposition = Optional.empty();
    Optional<String> type = Optional.empty();
    int room = PostedForm.HEAD_MAX;
    for (String line = line(at, room); !line.isEmpty(); line = line(at, room)) {
      room -= line.length() + 2;
      int colon = line.indexOf(':');
      String name = line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).strip();
      switch (name) {
        case "content-disposition" -> {
          Matcher matcher = DISPOSITION.matcher(value);
          if (disposition.isPresent() || !matcher.matches()) {
            throw new Senseless(at + "a Content-Disposition that no form has: " + value);
          }
          disposition = Optional.of(matcher);
        }
        case "content-type" -> {
          if (type.isPresent()) {
            note(at + "a second Content-Type");
          }
          type = Optional.of(value);
        }
        default -> note(at + "a header line that has no place in a form: " + line);
      }
    }
    Matcher found =
        disposition.orElseThrow(() -> new Senseless(at + "it has no Content-Disposition"));
    return new Head(
        unescaped(found.group(1)),
        Optional.ofNullable(found.group(2)).map(FormReader::unescaped),
        type.orElse(""));
  }

  private static String unescaped(String text) {
    return text.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
  }

  private String line(String at, int room) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = next(); b != '\r'; b = next()) {
      if (b == LAST || b == '\n') {
        throw new Senseless(at + "a header line that does not end in CRLF");
      }
      if (line.size() == room) {
        throw new Senseless(at + "more than " + PostedForm.HEAD_MAX + " bytes of header");
      }
      line.write(b);
    }
    if (next() != '\n') {
      throw new Senseless(at + "a bare CR in a header line");
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(line.toByteArray())).toString();
    } catch (CharacterCodingException _) {
      throw new Senseless(at + "a header line that is not UTF-8");
    }
  }

  private int next() throws IOException {
    if (blockAt == blockEnd) {
      blockEnd = Math.max(0, in.read(block));
      blockAt = 0;
      if (blockEnd == 0) {
        return LAST;
      }
    }
    return block[blockAt++] & 0xFF;
  }

  private void note(String problem) {
    if (problems.size() < PostedForm.PROBLEMS_MAX) {
      problems.add(problem);
    }
  }

  /// The content of one part: counted and hashed, its start kept if asked for.
  private final class Content {
    private final int keepMax;
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();
    private final byte[] unhashed = new byte[BLOCK];
    private int unhashedEnd;
    private long size;
    private final MessageDigest digest = sha256();

    Content(int keepMax) {
      this.keepMax = keepMax;
    }

    void add(byte b) {
      if (size++ < keepMax) {
        start.write(b);
      }
      unhashed[unhashedEnd++] = b;
      if (unhashedEnd == BLOCK) {
        digest.update(unhashed);
        unhashedEnd = 0;
      }
    }

    Part part(Head head) {
      digest.update(unhashed, 0, unhashedEnd);
      String hash = HexFormat.of().formatHex(digest.digest());
      if (head.fileName.isPresent()) {
        return new Part.Attached(head.name, head.fileName.get(), head.type, size, hash);
      }
      kept += start.size();
      return new Part.Field(head.name, value(head.name), size, hash);
    }

    private String value(String name) {
      byte[] bytes = start.toByteArray();
      int end = bytes.length;
      if (end < size) {
        // Cut between characters: continuation bytes of UTF-8 look like 10xxxxxx.
        while (end > 0 && end > bytes.length - 4 && (bytes[end - 1] & 0xC0) == 0x80) {
          end--;
        }
        end = Math.max(0, end - 1);
      }
      try {
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, end)).toString();
      } catch (CharacterCodingException _) {
        note("field " + name + ": the value is not UTF-8");
        return new String(bytes, 0, end, UTF_8);
      }
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// The bytes stopped making sense; what was read so far stands.
  private static final class Senseless extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    Senseless(String message) {
      super(message, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }
}
