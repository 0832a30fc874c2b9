package io.postern.journal;

/// Text from outside, made fit for the status log, the service log and a terminal: short, of one
/// line, with nothing in it that a terminal might obey.
///
/// What is only not seen stays, such as the joiner within an emoji or a Persian word: what is
/// replaced here is lost to whoever searches for it or is told of it by an event.
public final class CleanText {
  /// The longest text that is left, in UTF-16 units.
  public static final int CHARS_MAX = 1000;

  private static final int REPLACEMENT = 0xFFFD;

  private CleanText() {}

  /// Cuts to [#CHARS_MAX], and replaces what a terminal might obey or no character set has.
  public static String of(String text) {
    String cut = text.length() > CHARS_MAX ? text.substring(0, CHARS_MAX) : text;
    if (isPlain(cut) || cut.codePoints().noneMatch(CleanText::isUnsafe)) {
      return cut;
    }
    return cut.codePoints()
        .map(c -> isUnsafe(c) ? REPLACEMENT : c)
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
