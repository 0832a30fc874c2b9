package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A header section (RFC 5322 §2.2), read from bytes. Any bytes give headers; what is no header
/// field is passed over and told as a defect.
public final class Headers {
  /// How many fields are read; real mail stays below two hundred.
  public static final int FIELDS_MAX = 1000;

  /// How long a section may be, in bytes; real mail stays below 64 KB.
  public static final int BYTES_MAX = 256 * 1024;

  /// Fields that a message has once at most (RFC 5322 §3.6, RFC 2045 §3), in lower case. Two mail
  /// readers may well believe different ones of two.
  private static final List<String> ONCE =
      List.of(
          "from",
          "sender",
          "reply-to",
          "to",
          "cc",
          "bcc",
          "message-id",
          "in-reply-to",
          "references",
          "subject",
          "date",
          "mime-version",
          "content-type",
          "content-transfer-encoding",
          "content-disposition",
          "content-id");

  private final List<Header> all;
  private final List<Defect> defects;
  private final boolean isCut;

  /// A field whose value is yet to be decoded.
  private static final class Field {
    final String name;
    final byte[] value;

    Field(String name, byte[] value) {
      this.name = name;
      this.value = value;
    }
  }

  private Headers(List<Header> all, List<Defect> defects, boolean isCut) {
    this.all = List.copyOf(all);
    this.defects = List.copyOf(defects);
    this.isCut = isCut;
  }

  /// Reads a section up to its blank line or the end of the bytes, whichever comes first, and at
  /// most [#FIELDS_MAX] fields.
  ///
  /// @param bytes the section from its first byte; what follows the blank line is not looked at
  /// @param length how many of the bytes count
  public static Headers read(byte[] bytes, int length) {
    List<Field> fields = new ArrayList<>();
    boolean isCut = false;
    int broken = 0;
    int at = 0;
    while (at < length) {
      int end = LineEnds.find(bytes, at, length);
      if (end == at) {
        break;
      }
      int next = end < length ? LineEnds.skip(bytes, end, length) : length;
      int last = fieldEnd(bytes, next, length);
      int colon = colon(bytes, at, end);
      if (colon < 0) {
        broken++;
      } else if (fields.size() == FIELDS_MAX) {
        isCut = true;
        break;
      } else {
        byte[] value =
            last == next
                ? Arrays.copyOfRange(bytes, colon + 1, end)
                : unfolded(bytes, colon + 1, last);
        fields.add(new Field(name(bytes, at, colon), value));
      }
      at = last;
    }
    List<Defect> defects = new ArrayList<>();
    if (broken > 0) {
      defects.add(new Defect(Defect.Kind.BROKEN_HEADER, Integer.toString(broken)));
    }
    return new Headers(decoded(fields, defects), defects, isCut);
  }

  /// All fields, in order, repeated ones included.
  public List<Header> all() {
    return all;
  }

  /// All fields of a name, in order, whatever its case.
  public List<Header> named(String name) {
    return all.stream().filter(header -> header.name().equalsIgnoreCase(name)).toList();
  }

  /// The first field of a name, whatever its case.
  public Optional<Header> first(String name) {
    for (Header header : all) {
      if (header.name().equalsIgnoreCase(name)) {
        return Optional.of(header);
      }
    }
    return Optional.empty();
  }

  /// What was wrong with the section's bytes; empty if nothing was.
  List<Defect> defects() {
    return defects;
  }

  /// The fields that may be there once and are there again.
  ///
  /// @param isMessage true for the headers of a message, false for those of a part, where only what
  ///   describes its content means anything
  List<Defect> repeated(boolean isMessage) {
    List<Defect> repeated = new ArrayList<>();
    boolean[] seen = new boolean[ONCE.size()];
    for (Header header : all) {
      int index = once(header.name());
      if (index >= 0 && (isMessage || ONCE.get(index).startsWith("content-"))) {
        if (seen[index]) {
          repeated.add(new Defect(Defect.Kind.REPEATED_HEADER, ONCE.get(index)));
        }
        seen[index] = true;
      }
    }
    return repeated;
  }

  private static int once(String name) {
    for (int i = 0; i < ONCE.size(); i++) {
      if (ONCE.get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  /// True when there were more than [#FIELDS_MAX] fields.
  boolean isCut() {
    return isCut;
  }

  /// The index after the last continuation line of a field whose first line ends before `at`. A
  /// line of white space alone continues a field, too (RFC 5322 §4.2): only an empty one ends the
  /// section.
  private static int fieldEnd(byte[] bytes, int at, int length) {
    int end = at;
    while (end < length && (bytes[end] == ' ' || bytes[end] == '\t')) {
      int lineEnd = LineEnds.find(bytes, end, length);
      end = lineEnd < length ? LineEnds.skip(bytes, lineEnd, length) : length;
    }
    return end;
  }

  /// The index of the colon after a name of printable ASCII (RFC 5322 §2.2); white space between
  /// them is obsolete but allowed (§4.5). -1 when the line is no field.
  private static int colon(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && bytes[i] > ' ' && bytes[i] != ':' && bytes[i] != 0x7f) {
      i++;
    }
    if (i == from) {
      return -1;
    }
    while (i < to && (bytes[i] == ' ' || bytes[i] == '\t')) {
      i++;
    }
    return i < to && bytes[i] == ':' ? i : -1;
  }

  private static String name(byte[] bytes, int from, int colon) {
    return new String(bytes, from, colon - from, UTF_8).stripTrailing();
  }

  /// Removes line ends, and nothing else (RFC 5322 §2.2.3).
  private static byte[] unfolded(byte[] bytes, int from, int to) {
    ByteArrayOutputStream value = new ByteArrayOutputStream(to - from);
    int at = from;
    while (at < to) {
      int end = LineEnds.find(bytes, at, to);
      value.write(bytes, at, end - at);
      at = end < to ? LineEnds.skip(bytes, end, to) : to;
    }
    return value.toByteArray();
  }

  private static List<Header> decoded(List<Field> fields, List<Defect> defects) {
    List<Header> all = new ArrayList<>(fields.size());
    @Nullable String charset = null;
    for (Field field : fields) {
      String text = Charsets.plain(field.value);
      if (text == null) {
        if (charset == null) {
          charset = charset(fields);
          defects.add(new Defect(Defect.Kind.RAW_HEADER, field.name));
        }
        text = Charsets.guess(field.value, charset);
      }
      String raw = text.strip();
      all.add(new Header(field.name, raw, clean(EncodedWords.decode(raw))));
    }
    return all;
  }

  /// The charset of the text that follows, in which senders of raw bytes mean their headers, too;
  /// empty for none.
  private static String charset(List<Field> fields) {
    for (Field field : fields) {
      if (field.name.equalsIgnoreCase("Content-Type")) {
        return Parameters.read(new String(field.value, UTF_8)).parameter("charset").orElse("");
      }
    }
    return "";
  }

  /// Text without control characters: those that are white space become a space, the others U+FFFD.
  static String clean(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        StringBuilder clean = new StringBuilder(text);
        for (int at = i; at < text.length(); at++) {
          char c = text.charAt(at);
          if (Character.isISOControl(c)) {
            clean.setCharAt(at, c == '\t' || c == '\r' || c == '\n' ? ' ' : '\uFFFD');
          }
        }
        return clean.toString();
      }
    }
    return text;
  }
}
