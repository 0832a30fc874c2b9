package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Optional;

/// A multipart whose end was not yet found. For one thread.
final class Multipart {
  /// RFC 2046 §5.1.1 allows 70 characters, and some senders use more.
  static final int BOUNDARY_MAX = 250;

  private final Headers headers;
  private final String subtype;
  private final long start;
  private byte[] boundary;
  private boolean hasParts;
  private long preamble;

  /// What a line is to a multipart.
  enum Line {
    NOTHING,
    DELIMITER,
    END
  }

  /// A multipart whose content begins at `start`.
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

  Headers headers() {
    return headers;
  }

  /// Where its content begins in the message.
  long start() {
    return start;
  }

  boolean isSubtype(String other) {
    return subtype.equals(other);
  }

  /// True when it is encoded as a whole, which RFC 2045 §6.4 forbids.
  boolean isEncoded() {
    String encoding = headers.first("Content-Transfer-Encoding").map(Header::raw).orElse("");
    Optional<TransferEncoding> known = TransferEncoding.of(encoding);
    return known.isPresent() && known.get() != TransferEncoding.IDENTITY;
  }

  boolean hasBoundary() {
    return boundary.length > 0;
  }

  boolean hasBoundaryOf(Multipart other) {
    return hasBoundary() && Arrays.equals(boundary, other.boundary);
  }

  /// Gives it the boundary that it did not declare.
  void guess(byte[] found) {
    boundary = found;
  }

  /// What a line is to it, given what stands after the two dashes and without the white space at
  /// the end.
  Line see(byte[] bytes, int from, int to) {
    int length = to - from;
    boolean isEnd = length == boundary.length + 2 && bytes[to - 1] == '-' && bytes[to - 2] == '-';
    boolean isSame =
        (length == boundary.length || isEnd)
            && boundary.length > 0
            && Arrays.equals(bytes, from, from + boundary.length, boundary, 0, boundary.length);
    return !isSame ? Line.NOTHING : isEnd ? Line.END : Line.DELIMITER;
  }

  boolean hasParts() {
    return hasParts;
  }

  /// A part of it begins.
  void begin() {
    hasParts = true;
  }

  /// Counts bytes before its first part.
  void countPreamble(int bytes) {
    preamble += bytes;
  }

  long preamble() {
    return preamble;
  }
}
