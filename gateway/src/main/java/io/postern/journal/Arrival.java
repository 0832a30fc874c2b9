package io.postern.journal;

import java.time.Instant;

/// What a row says about the mail and its way in. Texts are decoded, without control characters,
/// and cut to [#TEXT_MAX] characters.
///
/// @param received when the mail arrived
/// @param session the SMTP session's id
/// @param hostName the peer's HELO name
/// @param from the address of the header From; the reverse-path while no header was read
/// @param to the envelope recipient
/// @param messageId the header Message-ID, with its angle brackets; empty when there is none
public record Arrival(
    Instant received, String session, String hostName, String from, String to, String messageId) {
  /// The longest text kept in a column of the status log.
  public static final int TEXT_MAX = 1000;

  public Arrival {
    hostName = clean(hostName);
    from = clean(from);
    to = clean(to);
    messageId = clean(messageId);
  }

  /// Cuts to [#TEXT_MAX], and replaces what a terminal might obey or no character set has.
  public static String clean(String text) {
    String cut = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) : text;
    if (isPlain(cut) || cut.codePoints().noneMatch(Arrival::isUnsafe)) {
      return cut;
    }
    return cut.codePoints()
        .map(c -> isUnsafe(c) ? '\uFFFD' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /// Printable ASCII, as nearly all of it is.
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7E) {
        return false;
      }
    }
    return true;
  }

  /// Controls, the bidirectional controls of Unicode, and lone surrogates.
  private static boolean isUnsafe(int c) {
    return Character.isISOControl(c)
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x200E
        || c == 0x200F
        || c == 0x061C
        || c == 0x2028
        || c == 0x2029
        || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
