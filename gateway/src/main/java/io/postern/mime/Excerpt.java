package io.postern.mime;

/// The beginning of a text that may be long.
final class Excerpt {
  private Excerpt() {}

  /// The text without outer white space, cut where a character ends.
  ///
  /// @param max in UTF-16 units
  static String of(String text, int max) {
    String stripped = text.strip();
    if (stripped.length() <= max) {
      return stripped;
    }
    int end = Character.isHighSurrogate(stripped.charAt(max - 1)) ? max - 1 : max;
    return stripped.substring(0, end);
  }
}
