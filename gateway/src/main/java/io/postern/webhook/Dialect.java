package io.postern.webhook;

import java.io.IOException;

/// What a rule says of its posts' bodies: a format and its options.
///
/// @param format whose fields
/// @param raw true to send the message as it came: with `sendgrid` and `mailgun` in place of its
///   parts, with `postmark` beside them; false for all other formats
/// @param inlineMax the largest attachment whose content `postern` sends, in bytes; no matter for
///   all other formats
public record Dialect(Format format, boolean raw, long inlineMax) {
  /// Unless a rule says otherwise.
  public static final long INLINE_MAX = 256 * 1024;

  /// How long the attachments whose content `postern` sends may be together, in bytes.
  public static final long INLINE_TOTAL_MAX = 10 * 1024 * 1024;

  public Dialect {
    if (raw && !format.hasRaw()) {
      throw new IllegalArgumentException(format.word() + " has no raw form");
    }
    if (inlineMax < 0 || inlineMax > INLINE_TOTAL_MAX) {
      throw new IllegalArgumentException("not a limit: " + inlineMax);
    }
  }

  /// A format as it is without options.
  public static Dialect of(Format format) {
    return new Dialect(format, false, INLINE_MAX);
  }

  /// Renders a payload.
  ///
  /// @param payload what to tell
  /// @param proof what to prove it with; two bodies differ in what it says, and in nothing else
  /// @throws IOException when the stored message can't be read now
  public Body body(Payload payload, Proof proof) throws IOException {
    return switch (format) {
      case FORM -> FormFormat.body(payload, proof.apiKey());
      case JSON -> JsonFormat.body(payload, proof.apiKey());
      case RAW -> RawFormat.body(payload);
      case POSTERN -> PosternFormat.body(payload, inlineMax);
      case SENDGRID -> SendgridFormat.body(payload, raw);
      case MAILGUN -> MailgunFormat.body(payload, proof, raw);
      case POSTMARK -> PostmarkFormat.body(payload, raw);
      case CLOUDMAILIN -> CloudmailinFormat.body(payload);
    };
  }
}
