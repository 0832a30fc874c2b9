package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/// Tells by their look which encoding bytes are in. Each question is answered in one pass.
final class Guess {
  private static final int ESCAPE = 0x1b;

  private Guess() {}

  /// True when an escape sequence of ISO-2022-JP (RFC 1468) stands in the bytes.
  static boolean hasJisEscape(byte[] bytes) {
    for (int i = 0; i + 2 < bytes.length; i++) {
      if (bytes[i] == ESCAPE) {
        byte shift = bytes[i + 1];
        byte set = bytes[i + 2];
        if ((shift == '$' && (set == '@' || set == 'B' || set == '('))
            || (shift == '(' && (set == 'J' || set == 'I'))) {
          return true;
        }
      }
    }
    return false;
  }

  /// True when text of JIS X 0212 stands in the bytes.
  static boolean hasJis0212Escape(byte[] bytes) {
    for (int i = 0; i + 3 < bytes.length; i++) {
      if (bytes[i] == ESCAPE && bytes[i + 1] == '$' && bytes[i + 2] == '(' && bytes[i + 3] == 'D') {
        return true;
      }
    }
    return false;
  }

  /// True when a byte is not ASCII.
  static boolean hasHighByte(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return true;
      }
    }
    return false;
  }

  /// True when all bytes are valid UTF-8.
  static boolean isUtf8(byte[] bytes) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  /// True when no character of several bytes in UTF-8 stands in the bytes, though some are not
  /// ASCII: then "UTF-8" is a false label and not a damaged text.
  static boolean isNeverUtf8(byte[] bytes) {
    for (int i = 0; i + 1 < bytes.length; i++) {
      int b = bytes[i] & 0xff;
      int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc2 ? 2 : 1;
      if (length > 1 && b <= 0xf4 && i + length <= bytes.length) {
        int tail = 1;
        while (tail < length && (bytes[i + tail] & 0xc0) == 0x80) {
          tail++;
        }
        if (tail == length) {
          return false;
        }
      }
    }
    return true;
  }

  /// True for what is well-formed Shift_JIS and looks Japanese: a fifth of the characters of two
  /// bytes are kana, or they are mostly kanji and little else is there.
  static boolean isShiftJis(byte[] bytes) {
    int pairs = 0;
    int kana = 0;
    int kanji = 0;
    int ascii = 0;
    for (int i = 0; i < bytes.length; i++) {
      int lead = bytes[i] & 0xff;
      if (lead < 0x80) {
        ascii += Character.isLetterOrDigit(lead) ? 1 : 0;
      } else if (lead < 0xa1 || lead > 0xdf) {
        int trail = i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0;
        if (lead == 0x80
            || lead == 0xa0
            || lead > 0xfc
            || trail < 0x40
            || trail > 0xfc
            || trail == 0x7f) {
          return false;
        }
        pairs++;
        boolean isHiragana = lead == 0x82 && trail >= 0x9f && trail <= 0xf1;
        boolean isKatakana = lead == 0x83 && trail <= 0x96;
        kana += isHiragana || isKatakana ? 1 : 0;
        kanji += lead >= 0x88 && lead <= 0x9f ? 1 : 0;
        i++;
      }
    }
    // In Latin text the bytes of kanji are rare punctuation, and letters of ASCII are all around.
    return pairs > 0
        && (kana * 5 >= pairs || (pairs > 1 && kanji * 2 >= pairs && ascii <= pairs * 2));
  }

  /// True for what is well-formed EUC-JP, a fifth of it kana.
  static boolean isEucJp(byte[] bytes) {
    int pairs = 0;
    int kana = 0;
    for (int i = 0; i < bytes.length; i++) {
      int lead = bytes[i] & 0xff;
      if (lead >= 0x80) {
        // 0x8f shifts to JIS X 0212 for one pair, 0x8e to half-width kana for one byte.
        int at = lead == 0x8f ? i + 1 : i;
        int first = at < bytes.length ? bytes[at] & 0xff : 0;
        int second = at + 1 < bytes.length ? bytes[at + 1] & 0xff : 0;
        if ((first < 0xa1 && lead != 0x8e) || first == 0xff || second < 0xa1 || second == 0xff) {
          return false;
        }
        pairs++;
        kana += first == 0xa4 || first == 0xa5 ? 1 : 0;
        i = at + 1;
      }
    }
    return pairs > 0 && kana * 5 >= pairs;
  }
}
