package io.postern.mime;

import java.util.Locale;
import java.util.Optional;

/// How a part's content is encoded for transport (RFC 2045 §6).
enum TransferEncoding {
  /// 7bit, 8bit, binary, and whatever is not known.
  IDENTITY,
  BASE64,
  QUOTED_PRINTABLE,
  /// Older than MIME; no standard, but still met.
  UUENCODE;

  /// Reads the value of a Content-Transfer-Encoding field; empty when it is none that is known.
  static Optional<TransferEncoding> of(String value) {
    return switch (Parameters.read(value).value().toLowerCase(Locale.ROOT)) {
      case "", "7bit", "8bit", "binary", "7-bit", "8-bit" -> Optional.of(IDENTITY);
      case "base64", "base-64" -> Optional.of(BASE64);
      case "quoted-printable" -> Optional.of(QUOTED_PRINTABLE);
      case "uuencode", "x-uuencode", "x-uue", "uue" -> Optional.of(UUENCODE);
      default -> Optional.empty();
    };
  }

  /// Its usual name.
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
