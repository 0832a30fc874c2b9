package io.postern.demo;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// A body of `multipart/form-data` (RFC 7578), read strictly and in bounded memory: files are
/// counted and hashed, not kept. It shares no code with the gateway's writer, and so can check it.
///
/// @param parts the parts that were read, in their order
/// @param problems what is wrong with the body, in the order met, at most [#PROBLEMS_MAX]; empty
///   when it keeps every rule. Parts in front of a problem are still given.
public record PostedForm(List<Part> parts, List<String> problems) {
  /// Parts read at most; the next one is a problem and ends the reading.
  public static final int PARTS_MAX = 1000;

  /// Bytes kept of one field's value.
  public static final int VALUE_MAX = 1024 * 1024;

  /// Bytes kept of all values together.
  public static final int VALUES_MAX = 8 * 1024 * 1024;

  /// Bytes of one part's header lines.
  public static final int HEAD_MAX = 16 * 1024;

  /// Problems noted.
  public static final int PROBLEMS_MAX = 20;

  public PostedForm {
    parts = List.copyOf(parts);
    problems = List.copyOf(problems);
  }

  /// One part of the form.
  public sealed interface Part {
    /// The field's name, unescaped.
    String name();

    /// The content's length in bytes.
    long size();

    /// The content's SHA-256 in lower-case hexadecimal digits.
    String sha256();

    /// A part without a file name.
    ///
    /// @param name the field's name
    /// @param value the content read as UTF-8, cut to [PostedForm#VALUE_MAX] bytes
    /// @param size of the whole content
    /// @param sha256 of the whole content
    record Field(String name, String value, long size, String sha256) implements Part {}

    /// A part with a file name.
    ///
    /// @param name the field's name
    /// @param fileName the file's name, unescaped
    /// @param type the part's Content-Type as given; empty when it has none
    /// @param size of the content
    /// @param sha256 of the content
    record Attached(String name, String fileName, String type, long size, String sha256)
        implements Part {}
  }

  /// Reads a form. Whatever the bytes are, this returns; it may stop before the end of the stream
  /// when they stop making sense.
  ///
  /// @param in the body; not closed
  /// @param boundary from the Content-Type
  /// @throws IOException only when the stream itself fails
  public static PostedForm read(InputStream in, String boundary) throws IOException {
    return new FormReader(in, boundary).read();
  }

  /// The boundary that a Content-Type of `multipart/form-data` names; empty for other types and for
  /// a boundary that RFC 2046 §5.1.1 does not allow.
  public static Optional<String> boundary(String contentType) {
    return FormReader.boundary(contentType);
  }

  /// The value of the first field of this name.
  public Optional<String> field(String name) {
    for (Part part : parts) {
      if (part instanceof Part.Field field && field.name().equals(name)) {
        return Optional.of(field.value());
      }
    }
    return Optional.empty();
  }

  /// The file parts, in their order.
  public List<Part.Attached> files() {
    return parts.stream()
        .filter(Part.Attached.class::isInstance)
        .map(Part.Attached.class::cast)
        .toList();
  }
}
