package io.postern.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Text made fit for a terminal. What arrives here was written by strangers, and a terminal obeys
/// escape sequences; so whatever it might obey, or show in another order than it stands, is spelled
/// out.
final class Screen {
  private static final int ZERO_WIDTH_JOINER = 0x200D;

  private Screen() {}

  /// The text on one line, with control characters, the invisible format characters of Unicode
  /// (bidirectional controls among them), line separators and lone surrogates spelled out in the
  /// way of Java's escapes.
  static String safe(String text) {
    if (text.codePoints().noneMatch(Screen::obeyed)) {
      return text;
    }
    StringBuilder safe = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\t' -> safe.append("\\t");
                case '\r' -> safe.append("\\r");
                case '\n' -> safe.append("\\n");
                default -> {
                  if (obeyed(c)) {
                    safe.append(String.format(Locale.ROOT, "\\u%04X", c));
                  } else {
                    safe.appendCodePoint(c);
                  }
                }
              }
            });
    return safe.toString();
  }

  /// The joiner is let through: it only draws emoji together.
  private static boolean obeyed(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      case Character.FORMAT -> c != ZERO_WIDTH_JOINER;
      default -> false;
    };
  }

  /// One safe line of at most this many characters of the text, and how many more there are.
  static String line(String text, int max) {
    if (text.length() <= max) {
      return safe(text);
    }
    int end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
    return safe(text.substring(0, end))
        + " ... (+ "
        + count(text.length() - end, "character")
        + ")";
  }

  /// Safe lines of a text of several lines, cut in both directions, with a last line that says what
  /// is not shown. No line for an empty text.
  ///
  /// @param linesMax how many lines of the text at most
  /// @param lineMax how many characters of each line at most
  static List<String> lines(String text, int linesMax, int lineMax) {
    List<String> shown = new ArrayList<>();
    int start = 0;
    while (start < text.length() && shown.size() < linesMax) {
      int end = start;
      while (end < text.length() && !isLineEnd(text.charAt(end))) {
        end++;
      }
      shown.add(line(text.substring(start, end), lineMax));
      start = afterLineEnd(text, end);
    }
    if (start < text.length()) {
      shown.add("... (+ " + count(text.length() - start, "character") + ")");
    }
    return shown;
  }

  /// `1 byte`, `2,345 bytes`.
  static String count(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }

  private static boolean isLineEnd(char c) {
    return c == '\r' || c == '\n';
  }

  private static int afterLineEnd(String text, int end) {
    boolean crlf = text.startsWith("\r\n", end);
    return Math.min(text.length(), end + (crlf ? 2 : 1));
  }
}
