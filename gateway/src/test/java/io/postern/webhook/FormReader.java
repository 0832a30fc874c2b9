package io.postern.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads multipart/form-data to the letter of RFC 7578, and fails on anything else.
final class FormReader {
  private static final Pattern HEAD =
      Pattern.compile(
          """
          Content-Disposition: form-data; name="([A-Za-z_0-9-]+)"(?:; filename="([^"\r\n]+)"
          Content-Type: (TOKEN/TOKEN))?

          """
              .replace("\n", "\r\n")
              .replace("TOKEN", "[a-z0-9!#$&^_.+-]+"));

  private FormReader() {}

  /// A part.
  ///
  /// @param fileName empty for a field
  /// @param type empty for a field
  /// @param content one character for each byte
  record Part(String name, String fileName, String type, String content) {
    /// The content as UTF-8, which it must be.
    String text() {
      return strict(content);
    }
  }

  static String strict(String latin) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(latin.getBytes(ISO_8859_1))).toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError("not UTF-8: " + latin, e);
    }
  }

  static List<Part> read(String contentType, byte[] body) {
    String start = "multipart/form-data; boundary=";
    assertTrue(contentType.startsWith(start));
    String boundary = contentType.substring(start.length());
    assertTrue(boundary.matches("[0-9a-z-]{20,70}"));
    String text = new String(body, ISO_8859_1);
    String delimiter = "\r\n--" + boundary;
    List<Part> parts = new ArrayList<>();
    assertTrue(text.startsWith("--" + boundary + "\r\n"));
    int at = boundary.length() + 4;
    while (true) {
      int end = text.indexOf(delimiter, at);
      assertTrue(end >= 0, "no end");
      String part = text.substring(at, end);
      Matcher head = HEAD.matcher(part);
      assertTrue(head.lookingAt(), part);
      String fileName = head.group(2) == null ? "" : strict(head.group(2));
      String type = head.group(3) == null ? "" : head.group(3);
      parts.add(new Part(head.group(1), fileName, type, part.substring(head.end())));
      at = end + delimiter.length();
      if (text.startsWith("--", at)) {
        assertEquals("--\r\n", text.substring(at));
        return parts;
      }
      assertTrue(text.startsWith("\r\n", at));
      at += 2;
    }
  }
}
