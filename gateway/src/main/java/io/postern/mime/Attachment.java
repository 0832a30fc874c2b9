package io.postern.mime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A part of a mail that is no body. Its content stays in the stored message and is decoded anew
/// each time it is opened.
public final class Attachment {
  /// How long the subject of an attached message may be, in characters; the rest is not told. A
  /// mail can hold a thousand messages, and payloads keep their subjects while they wait.
  static final int SUBJECT_MAX = 255;

  private final String fileName;
  private final String contentType;
  private final Optional<String> charset;
  private final boolean isInline;
  private final Optional<String> contentId;
  private final Optional<String> subject;
  private final Content content;

  Attachment(String fileName, Leaf leaf, Optional<String> subject, Source source) {
    this.fileName = fileName;
    this.subject = subject.map(text -> Excerpt.of(text, SUBJECT_MAX));
    contentType = leaf.type().text();
    charset = leaf.type().charset();
    contentId = leaf.contentId();
    isInline =
        !leaf.isDetached() && (!leaf.disposition().value().isEmpty() || contentId.isPresent());
    content = leaf.content(source);
  }

  /// A name to offer: never empty, never a path, no control characters, at most 255 bytes of UTF-8.
  /// Of our own making where the mail gives none.
  public String fileName() {
    return fileName;
  }

  /// Type and subtype in lower case without parameters, such as `image/png`; never `multipart`.
  public String contentType() {
    return contentType;
  }

  /// The charset that a file of text says it is in, as the mail calls it, in lower case; made safe
  /// to repeat. Its content stays in it.
  public Optional<String> charset() {
    return charset;
  }

  /// True when the mail wants it to be shown in its text (RFC 2183 §2.1), as an image in HTML.
  public boolean isInline() {
    return isInline;
  }

  /// The Content-ID without angle brackets, by which HTML refers to it as `cid:`.
  public Optional<String> contentId() {
    return contentId;
  }

  /// The subject of an attached message, decoded, its beginning if it is long, empty if there is
  /// none; absent for everything else.
  public Optional<String> subject() {
    return subject;
  }

  /// How long its content is, decoded, in bytes. Where it is encoded that takes reading it through.
  ///
  /// @throws IOException when the stored message can't be read now
  public long size() throws IOException {
    return content.size();
  }

  /// Its content, decoded: a stream in bounded memory, for one thread, which the caller closes. The
  /// same bytes each time.
  ///
  /// @throws IOException when the stored message can't be read now
  public InputStream open() throws IOException {
    return content.open();
  }
}
