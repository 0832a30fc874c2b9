package io.postern.mime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Decodes the encoded words of RFC 2047 in a header's text: in one pass, whatever stands there.
///
/// Words that follow each other in one charset are joined before they are decoded, for many senders
/// cut a character in two. What is no encoded word stays as it is.
final class EncodedWords {
  /// Longer than the name of any charset with a language (RFC 2231 §5).
  private static final int CHARSET_MAX = 80;

  private final String raw;
  private final StringBuilder text;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private String pendingCharset = "";

  private EncodedWords(String raw) {
    this.raw = raw;
    text = new StringBuilder(raw.length());
  }

  /// The text with its encoded words decoded.
  static String decode(String raw) {
    return raw.contains("=?") ? new EncodedWords(raw).run() : raw;
  }

  private String run() {
    int copied = 0;
    int at = raw.indexOf("=?");
    int lastEnd = raw.lastIndexOf("?=");
    while (at >= 0 && at < lastEnd) {
      int end = wordAt(at, copied);
      copied = Math.max(copied, end);
      at = raw.indexOf("=?", Math.max(end, at + 2));
    }
    flush();
    return text.append(raw, copied, raw.length()).toString();
  }

  /// Takes the word at `at`, after copying what stands between `copied` and it.
  ///
  /// Every test that can fail looks at a bounded stretch, but for the search for the word's end,
  /// which fails only near the last `?=` of all: the whole is linear.
  ///
  /// @return where the word ends; 0 if there is none
  private int wordAt(int at, int copied) {
    int charsetEnd = indexOf('?', at + 2, at + 2 + CHARSET_MAX);
    if (charsetEnd <= at + 2
        || charsetEnd + 2 >= raw.length()
        || raw.charAt(charsetEnd + 2) != '?') {
      return 0;
    }
    boolean isBase64 = isOneOf(raw.charAt(charsetEnd + 1), 'B', 'b');
    if (!isBase64 && !isOneOf(raw.charAt(charsetEnd + 1), 'Q', 'q')) {
      return 0;
    }
    int start = charsetEnd + 3;
    int end = raw.indexOf("?=", start);
    if (end < 0) {
      return 0;
    }
    String charset = raw.substring(at + 2, charsetEnd);
    int language = charset.indexOf('*');
    charset = language < 0 ? charset : charset.substring(0, language);
    boolean isAdjacent = pending.size() > 0 && isBlank(copied, at);
    if (!isAdjacent || !charset.equalsIgnoreCase(pendingCharset)) {
      flush();
    }
    if (!isAdjacent) {
      text.append(raw, copied, at);
    }
    pendingCharset = charset;
    if (isBase64) {
      decodeBase64(start, end);
    } else {
      decodeQ(start, end);
    }
    return end + 2;
  }

  private void flush() {
    if (pending.size() > 0) {
      text.append(Charsets.decode(pending.toByteArray(), pendingCharset).text());
      pending.reset();
    }
  }

  /// Characters outside the alphabet are passed over and missing padding is no matter.
  private void decodeBase64(int start, int end) {
    int bits = 0;
    int count = 0;
    for (int i = start; i < end; i++) {
      char c = raw.charAt(i);
      int value = c < 0x80 ? Base64Decoding.value(c) : -1;
      if (value >= 0) {
        bits = bits << 6 | value;
        count += 6;
        if (count >= 8) {
          count -= 8;
          pending.write(bits >> count);
        }
      } else if (c == '=') {
        bits = 0;
        count = 0;
      }
    }
  }

  /// A `=` without two hexadecimal digits stands for itself.
  private void decodeQ(int start, int end) {
    for (int i = start; i < end; i++) {
      char c = raw.charAt(i);
      if (c == '=' && i + 2 < end) {
        int high = Character.digit(raw.charAt(i + 1), 16);
        int low = Character.digit(raw.charAt(i + 2), 16);
        if (high >= 0 && low >= 0) {
          pending.write(high << 4 | low);
          i += 2;
          continue;
        }
      }
      if (c == '_') {
        pending.write(' ');
      } else if (c < 0x80) {
        pending.write(c);
      } else {
        int codePoint = raw.codePointAt(i);
        pending.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(codePoint) - 1;
      }
    }
  }

  private boolean isBlank(int from, int to) {
    for (int i = from; i < to; i++) {
      if (raw.charAt(i) != ' ' && raw.charAt(i) != '\t') {
        return false;
      }
    }
    return true;
  }

  private int indexOf(char wanted, int from, int to) {
    int end = Math.min(to, raw.length());
    for (int i = from; i < end; i++) {
      char c = raw.charAt(i);
      if (c == wanted) {
        return i;
      }
      if (c <= ' ' || c >= 0x7f) {
        return -1;
      }
    }
    return -1;
  }

  private static boolean isOneOf(char c, char one, char other) {
    return c == one || c == other;
  }
}
