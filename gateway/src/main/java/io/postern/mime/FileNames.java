package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;

/// Names of attachments, as receivers can bear them: never empty, never a path, no control
/// characters, nothing that makes a name read backwards.
final class FileNames {
  /// What file systems hold, in bytes of UTF-8.
  private static final int BYTES_MAX = 255;

  /// What counts as an extension when a long name is cut.
  private static final int EXTENSION_MAX = 16;

  private FileNames() {}

  /// A name to offer.
  ///
  /// @param raw as the mail gives it, encoded words and all; empty for none
  /// @param number of the attachment, from 1
  /// @param type what it is, for the extension of a name of our own
  static String of(String raw, int number, String type) {
    String name = clean(EncodedWords.decode(raw));
    return isName(name) ? cut(name) : "attachment-" + number + extension(type);
  }

  /// The name of a message by its subject.
  static String ofMessage(String subject) {
    String name = clean(subject.replace('/', '_').replace('\\', '_'));
    return isName(name) ? cut(name + ".eml") : "message.eml";
  }

  private static String clean(String text) {
    String path = text.replace('\\', '/');
    StringBuilder name = new StringBuilder();
    path.substring(path.lastIndexOf('/') + 1)
        .codePoints()
        .filter(c -> !isForbidden(c))
        .forEach(name::appendCodePoint);
    return name.toString().strip();
  }

  private static boolean isForbidden(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      // Marks and overrides of writing direction, with which "exe.gpj" reads "jpg.exe".
      case Character.FORMAT ->
          (codePoint >= 0x200e && codePoint <= 0x200f)
              || (codePoint >= 0x202a && codePoint <= 0x202e)
              || (codePoint >= 0x2066 && codePoint <= 0x2069);
      default -> false;
    };
  }

  /// Receivers strip what can't be seen, and drop the part if no name is left.
  private static boolean isName(String name) {
    return name.codePoints()
        .anyMatch(
            c ->
                c != '.'
                    && c != '\uFFFD'
                    && !Character.isWhitespace(c)
                    && !Character.isSpaceChar(c)
                    && Character.isDefined(c)
                    && Character.getType(c) != Character.FORMAT
                    && Character.getType(c) != Character.PRIVATE_USE);
  }

  private static String cut(String name) {
    if (name.getBytes(UTF_8).length <= BYTES_MAX) {
      return name;
    }
    int dot = name.lastIndexOf('.');
    String extension = dot > 0 && name.length() - dot <= EXTENSION_MAX ? name.substring(dot) : "";
    int left = BYTES_MAX - extension.getBytes(UTF_8).length;
    StringBuilder stem = new StringBuilder();
    int[] codePoints = name.substring(0, name.length() - extension.length()).codePoints().toArray();
    for (int codePoint : codePoints) {
      left -= Character.toString(codePoint).getBytes(UTF_8).length;
      if (left < 0) {
        break;
      }
      stem.appendCodePoint(codePoint);
    }
    return stem + extension;
  }

  private static String extension(String type) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "text/plain" -> ".txt";
      case "text/html" -> ".html";
      case "text/csv" -> ".csv";
      case "text/calendar" -> ".ics";
      case "text/xml", "application/xml" -> ".xml";
      case "text/rfc822-headers",
          "message/rfc822-headers",
          "message/global-headers",
          "message/delivery-status",
          "message/global-delivery-status",
          "message/disposition-notification",
          "message/feedback-report" ->
          ".txt";
      case "message/rfc822", "message/global" -> ".eml";
      case "image/jpeg" -> ".jpg";
      case "image/png" -> ".png";
      case "image/gif" -> ".gif";
      case "image/webp" -> ".webp";
      case "image/svg+xml" -> ".svg";
      case "image/tiff" -> ".tif";
      case "application/pdf" -> ".pdf";
      case "application/zip" -> ".zip";
      case "application/json" -> ".json";
      case "application/pgp-signature" -> ".asc";
      case "application/pkcs7-signature", "application/x-pkcs7-signature" -> ".p7s";
      case "application/pkcs7-mime", "application/x-pkcs7-mime" -> ".p7m";
      case "application/ms-tnef" -> ".dat";
      default -> ".bin";
    };
  }
}
