package io.postern.notice;

/// Text from outside, made so that it is one line of a mail and nothing else: no header, no line of
/// its own, nothing that turns the order of what is read round.
final class PlainText {
  private static final String CUT = "...";

  private PlainText() {}

  /// Writes what can't be seen, or could be obeyed, as its code point in hexadecimal digits.
  ///
  /// @param charsMax after so many characters the rest is left out, and a mark says so
  static String of(String text, int charsMax) {
    StringBuilder safe = new StringBuilder();
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      int c = text.codePointAt(at);
      String shown = isSeen(c) ? Character.toString(c) : "\\u%04x".formatted(c);
      if (safe.length() + shown.length() > charsMax) {
        return safe.append(CUT).toString();
      }
      safe.append(shown);
    }
    return safe.toString();
  }

  private static boolean isSeen(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          // The bidirectional controls are among these.
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
