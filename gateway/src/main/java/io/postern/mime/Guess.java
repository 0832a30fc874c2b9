package io.postern.mime;

/// Tells by their look which encoding bytes are in. All is found out in one pass over the bytes,
/// block by block; the answers are good when the last block has been seen. For one thread.
final class Guess {
  private static final int ESCAPE = 0x1b;

  /// How many characters of UTF-8 are no chance.
  private static final int PLAINLY_MIN = 3;

  private final Escapes escapes = new Escapes();
  private final Utf8 utf8 = new Utf8();
  private final ShiftJis shiftJis = new ShiftJis();
  private final EucJp eucJp = new EucJp();
  private final ScriptGuess script = new ScriptGuess();
  private boolean hasHighByte;

  /// A guess at these bytes.
  static Guess of(byte[] bytes) {
    Guess guess = new Guess();
    guess.see(bytes, bytes.length);
    return guess;
  }

  /// Takes the next bytes.
  void see(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      int b = bytes[i] & 0xff;
      hasHighByte |= b >= 0x80;
      escapes.see(b);
      utf8.see(b);
      shiftJis.see(b);
      eucJp.see(b);
      script.see(b);
    }
  }

  /// True when an escape sequence of ISO-2022-JP (RFC 1468) stands in the bytes.
  boolean hasJisEscape() {
    return escapes.isJis;
  }

  /// True when text of JIS X 0212 stands in the bytes.
  boolean hasJis0212Escape() {
    return escapes.isJis0212;
  }

  /// True when a byte is not ASCII.
  boolean hasHighByte() {
    return hasHighByte;
  }

  /// True when all bytes are valid UTF-8.
  boolean isUtf8() {
    return !utf8.isBroken && utf8.wanted == 0;
  }

  /// True when no character of several bytes in UTF-8 stands in the bytes, though some are not
  /// ASCII: then "UTF-8" is a false label and not a damaged text.
  boolean isNeverUtf8() {
    return utf8.characters == 0;
  }

  /// True when so much of the bytes is valid UTF-8 that they are no other charset's.
  ///
  /// @param isMultibyte whether the other charset has pairs of bytes, among which short sequences
  ///   of UTF-8 come up by chance
  boolean isPlainlyUtf8(boolean isMultibyte) {
    return isUtf8() && (isMultibyte ? utf8.longCharacters : utf8.characters) >= PLAINLY_MIN;
  }

  /// What bytes look like that are neither UTF-8 nor Japanese.
  ScriptGuess.Script script() {
    return script.script();
  }

  /// True for what is well-formed Shift_JIS and looks Japanese: a fifth of the characters of two
  /// bytes are kana, or they are mostly kanji and little else is there.
  boolean isShiftJis() {
    return shiftJis.isLikely();
  }

  /// True for what is well-formed EUC-JP, a fifth of it kana.
  boolean isEucJp() {
    return eucJp.isLikely();
  }

  private static final class Escapes {
    /// The last four bytes.
    private int last;

    private boolean isJis;
    private boolean isJis0212;

    void see(int b) {
      last = last << 8 | b;
      if ((last >> 16 & 0xff) == ESCAPE) {
        int shift = last >> 8 & 0xff;
        isJis |= shift == '$' && (b == '@' || b == 'B' || b == '(');
        isJis |= shift == '(' && (b == 'J' || b == 'I');
      }
      isJis0212 |= last == (ESCAPE << 24 | '$' << 16 | '(' << 8 | 'D');
    }
  }

  /// Well-formed sequences are those of Unicode, table 3-7.
  private static final class Utf8 {
    private long characters;

    /// Those of three bytes and more.
    private long longCharacters;

    private boolean isLong;
    private boolean isBroken;

    /// How many bytes the character still wants, and what the next one may be.
    private int wanted;

    private int min;
    private int max;

    void see(int b) {
      if (wanted > 0 && b >= min && b <= max) {
        wanted--;
        characters += wanted == 0 ? 1 : 0;
        longCharacters += wanted == 0 && isLong ? 1 : 0;
        min = 0x80;
        max = 0xbf;
        return;
      }
      isBroken |= wanted > 0 || (b >= 0x80 && b < 0xc2) || b > 0xf4;
      wanted = b < 0xc2 || b > 0xf4 ? 0 : b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
      isLong = wanted > 1;
      min = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
      max = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
    }
  }

  private static final class ShiftJis {
    /// So many pairs in a row are words.
    private static final int RUN_MIN = 3;

    private long pairs;
    private long kana;
    private long kanji;
    private long ascii;
    private boolean isBroken;

    /// How many pairs follow each other, now and at most.
    private int run;

    private int longestRun;

    /// The first byte of a pair whose second has not come; 0 for none.
    private int lead;

    void see(int b) {
      if (lead > 0) {
        isBroken |= b < 0x40 || b > 0xfc || b == 0x7f;
        pairs++;
        run++;
        longestRun = Math.max(longestRun, run);
        boolean isHiragana = lead == 0x82 && b >= 0x9f && b <= 0xf1;
        boolean isKatakana = lead == 0x83 && b <= 0x96;
        kana += isHiragana || isKatakana ? 1 : 0;
        kanji += lead >= 0x88 && lead <= 0x9f ? 1 : 0;
        lead = 0;
      } else if (b < 0x80) {
        run = 0;
        ascii += Character.isLetterOrDigit(b) ? 1 : 0;
      } else if (b < 0xa1 || b > 0xdf) {
        isBroken |= b == 0x80 || b == 0xa0 || b > 0xfc;
        lead = b;
      }
    }

    boolean isLikely() {
      // In Latin text the bytes of kanji are rare punctuation, and letters of ASCII are all around.
      boolean isDense = pairs > 1 && (ascii <= pairs * 2 || longestRun >= RUN_MIN);
      boolean looksSo = kana * 5 >= pairs || (isDense && kanji * 2 >= pairs);
      return !isBroken && lead == 0 && pairs > 0 && looksSo;
    }
  }

  private static final class EucJp {
    private static final int HALF_WIDTH = 0x8e;
    private static final int JIS_0212 = 0x8f;

    private long pairs;
    private long kana;
    private boolean isBroken;

    /// The byte that what comes next belongs to; 0 for none.
    private int lead;

    void see(int b) {
      if (lead == JIS_0212) {
        // It shifts to JIS X 0212 for one pair.
        first(b);
      } else if (lead > 0) {
        isBroken |= b < 0xa1 || b == 0xff;
        pairs++;
        kana += lead == 0xa4 || lead == 0xa5 ? 1 : 0;
        lead = 0;
      } else if (b == HALF_WIDTH || b == JIS_0212) {
        lead = b;
      } else if (b >= 0x80) {
        first(b);
      }
    }

    boolean isLikely() {
      return !isBroken && lead == 0 && pairs > 0 && kana * 5 >= pairs;
    }

    private void first(int b) {
      isBroken |= b < 0xa1 || b == 0xff;
      lead = b;
    }
  }
}
