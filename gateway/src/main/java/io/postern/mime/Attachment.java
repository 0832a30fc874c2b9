package io.postern.mime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/// A part of a mail that is no body. Its content stays in the stored message and is decoded anew
/// each time it is opened.
public final class Attachment {
  private final String fileName;
  private final Leaf leaf;
  private final Source source;

  Attachment(String fileName, Leaf leaf, Source source) {
    this.fileName = fileName;
    this.leaf = leaf;
    this.source = source;
  }

  /// A name to offer: never empty, never a path, no control characters, at most 255 bytes of UTF-8.
  /// Of our own making where the mail gives none.
  public String fileName() {
    return fileName;
  }

  /// Type and subtype in lower case without parameters, such as `image/png`; never `multipart`.
  public String contentType() {
    return leaf.type().text();
  }

  /// True when the mail wants it to be shown in its text (RFC 2183 §2.1), as an image in HTML.
  public boolean isInline() {
    return !leaf.isDetached() && (!leaf.disposition().value().isEmpty() || contentId().isPresent());
  }

  /// The Content-ID without angle brackets, by which HTML refers to it as `cid:`.
  public Optional<String> contentId() {
    return leaf.contentId();
  }

  /// How long its content is, decoded, in bytes. Where it is encoded that takes reading it through.
  ///
  /// @throws IOException when the stored message can't be read now
  public long size() throws IOException {
    if (leaf.encoding() == TransferEncoding.IDENTITY) {
      return leaf.length();
    }
    try (InputStream in = open()) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }

  /// Its content, decoded: a stream in bounded memory, for one thread, which the caller closes. The
  /// same bytes each time.
  ///
  /// @throws IOException when the stored message can't be read now
  public InputStream open() throws IOException {
    return leaf.open(source);
  }
}
