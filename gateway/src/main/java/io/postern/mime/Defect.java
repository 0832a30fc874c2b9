package io.postern.mime;

import java.util.Locale;

/// Something that is wrong with a mail. It was read all the same; a defect tells that others may
/// read it otherwise, or that something may be missing.
///
/// @param kind what is wrong
/// @param detail where or how, in words; often empty, never long
public record Defect(Kind kind, String detail) {
  static final int DETAIL_MAX = 200;

  public Defect {
    detail = Excerpt.of(detail, DETAIL_MAX);
  }

  Defect(Kind kind) {
    this(kind, "");
  }

  /// What can be wrong. The words are part of the payload and `docs/reading.md` explains them: they
  /// stay what they are.
  public enum Kind {
    /// The mail is beyond a limit and was not read; the detail tells which.
    UNPARSED("the mail could not be parsed and is given as it came"),
    /// Lines in a header section that are no field; they were passed over.
    BROKEN_HEADER("lines in a header that are no field"),
    /// A field that may stand once stands there again (RFC 5322 §3.6); the detail names it.
    REPEATED_HEADER("a header field that is there more than once"),
    /// Bytes in a field that are neither ASCII nor UTF-8 (RFC 6532 §3); they were guessed.
    RAW_HEADER("bytes in a header that are not UTF-8"),
    /// A From that is no list of addresses.
    BROKEN_ADDRESS("a field that is no list of addresses"),
    /// Lines that do not end with CR LF (RFC 5322 §2.3).
    BARE_LINE_ENDS("lines that do not end with CR LF"),
    /// A multipart that names no boundary; one was guessed from its lines.
    NO_BOUNDARY("a multipart without a boundary"),
    /// A multipart in another one with the same boundary.
    SAME_BOUNDARY("a multipart with the boundary of the one around it"),
    /// A multipart whose last delimiter is missing: the mail may have been cut.
    NO_END("a multipart has no end"),
    /// A multipart in which no part was found; its content was taken for text.
    NO_PARTS("a multipart without parts"),
    /// Bytes after the last part of a multipart. They may be parts that another reader shows.
    TRAILING_BYTES("bytes after the last part"),
    /// A multipart that says it is encoded, which RFC 2045 §6.4 forbids: its parts may be hidden
    /// from some readers and shown by others.
    ENCODED_PARTS("a multipart that is encoded as a whole"),
    /// A Content-Transfer-Encoding that is not known; the content was taken as it is.
    UNKNOWN_ENCODING("an unknown Content-Transfer-Encoding"),
    /// Content that breaks the rules of its transfer encoding, so that it may be damaged.
    BROKEN_ENCODING("a broken transfer encoding"),
    /// A Content-Type that names no type.
    BROKEN_TYPE("a Content-Type that names no type"),
    /// An attachment that is plainly not what its type says.
    FALSE_TYPE("an attachment of another type than it says"),
    /// A charset that is not known; the text was guessed.
    UNKNOWN_CHARSET("unknown charset"),
    /// Text that is not ASCII and names no charset; it was guessed.
    MISSING_CHARSET("text that names no charset"),
    /// Text that is plainly not in the charset it names; it was guessed.
    FALSE_CHARSET("text that is not in the charset it names"),
    /// Text with bytes that mean nothing in its charset; U+FFFD stands for them.
    BROKEN_TEXT("text with bytes that are not valid"),
    /// Text that was too long to be given as text and is an attachment.
    LONG_TEXT("text that is too long, given as an attachment");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /// As payloads have it, such as `repeated-header`.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// The same in words, for people.
  public String text() {
    return detail.isEmpty() ? kind.text : kind.text + ": " + detail;
  }
}
