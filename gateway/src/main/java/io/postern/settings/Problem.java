package io.postern.settings;

import java.util.regex.Pattern;

/// Something wrong in a file that a person wrote.
///
/// @param place where
/// @param severity whether the file can be used all the same
/// @param text what is wrong, and what to write instead; one line, whatever the file held
public record Problem(Place place, Severity severity, String text) {
  private static final Pattern CONTROL =
      Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}\\x{2028}\\x{2029}]");
  private static final int QUOTED_CHARS_MAX = 60;

  public Problem {
    text = CONTROL.matcher(text).replaceAll("?");
  }

  /// How bad it is.
  public enum Severity {
    /// The file can't be used.
    ERROR,
    /// It can, but somebody should look.
    WARNING
  }

  /// A piece of the file as a problem's text shows it: in double quotes, on one line, and cut when
  /// it is long.
  public static String quote(String piece) {
    StringBuilder quoted = new StringBuilder("\"");
    int end = Math.min(piece.length(), QUOTED_CHARS_MAX);
    for (int i = 0; i < end; i++) {
      char c = piece.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append(end < piece.length() ? "...\"" : "\"").toString();
  }

  /// `file:line:column: text`, as compilers print it; warnings say so.
  @Override
  public String toString() {
    return place + ": " + (severity == Severity.WARNING ? "warning: " : "") + text;
  }
}
