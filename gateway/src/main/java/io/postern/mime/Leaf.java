package io.postern.mime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/// A part that holds no other parts, and where its content lies.
///
/// @param position counted from 0 through the whole mail
/// @param headers its own header section
/// @param disposition how it wants to be shown, and its name (RFC 2183)
/// @param type what it is
/// @param encoding how its content is encoded
/// @param isAlternative true when it stands for the same as its neighbours (RFC 2046 §5.1.4)
/// @param offset where its content begins in the message
/// @param length of its content, encoded, in bytes
/// @param size of its content, decoded, as [Content] has it
record Leaf(
    int position,
    Headers headers,
    Parameters disposition,
    ContentType type,
    TransferEncoding encoding,
    boolean isAlternative,
    long offset,
    long length,
    long size) {
  /// Real ones stay below a hundred characters. Payloads keep them while they wait.
  static final int CONTENT_ID_MAX = 255;

  /// Where its content lies.
  Content content(Source source) {
    return new Content(source, encoding, offset, length, size);
  }

  /// Its content, decoded; the caller closes it.
  InputStream open(Source source) throws IOException {
    return content(source).open();
  }

  /// The name it gives itself, as raw text; empty for none.
  String name() {
    return disposition
        .parameter("filename")
        .or(() -> type.parameters().parameter("name"))
        .orElse("");
  }

  /// True when it wants to be shown apart from the text (RFC 2183 §2.2), or is of an unknown
  /// disposition, which §2.8 says to take for the same.
  boolean isDetached() {
    String value = disposition.value().toLowerCase(Locale.ROOT);
    return !value.isEmpty() && !value.equals("inline");
  }

  /// True when it is a body of the mail: text that no one named, or that comes first, or that
  /// stands for the same as another body.
  boolean isBody() {
    boolean isText = type.text().equals(ContentType.PLAIN) || type.text().equals(ContentType.HTML);
    return isText && !isDetached() && (name().isEmpty() || position == 0 || isAlternative);
  }

  /// Its Content-ID without angle brackets (RFC 2392 §2), if it has one that is printable and no
  /// longer than [#CONTENT_ID_MAX].
  Optional<String> contentId() {
    return headers
        .first("Content-ID")
        .map(header -> header.value().strip())
        .map(id -> id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id)
        .filter(id -> !id.isEmpty() && id.length() <= CONTENT_ID_MAX)
        .filter(id -> id.chars().allMatch(c -> c > ' ' && c != '<' && c != '>'));
  }

  /// The same, as another type.
  Leaf as(String other) {
    return with(type.as(other), length, size);
  }

  /// The same, with its end known.
  ///
  /// @param decoded how long its content is, decoded, as [Content] has it
  Leaf endingAt(long end, long decoded) {
    return with(type, end - offset, decoded);
  }

  private Leaf with(ContentType newType, long newLength, long newSize) {
    return new Leaf(
        position,
        headers,
        disposition,
        newType,
        encoding,
        isAlternative,
        offset,
        newLength,
        newSize);
  }
}
