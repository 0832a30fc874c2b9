package io.postern.mime;

/// Tells the old encodings of Chinese, Korean and Cyrillic by how often their bytes stand where.
/// For bytes that are neither UTF-8 nor Japanese. For one thread.
final class ScriptGuess {
  /// Fewer characters tell nothing.
  private static final int PAIRS_MIN = 3;

  private static final int LETTERS_MIN = 4;

  private final Euc euc = new Euc();
  private final Big5 big5 = new Big5();
  private int asciiLetters;

  /// How many bytes are letters in both Cyrillic encodings: in each half of their rows.
  private int lowerRows;

  private int upperRows;
  private int others;

  /// What bytes look like.
  enum Script {
    KOREAN,
    SIMPLIFIED_CHINESE,
    TRADITIONAL_CHINESE,
    CYRILLIC,
    CYRILLIC_KOI8,
    OTHER
  }

  void see(int b) {
    euc.see(b);
    big5.see(b);
    if (b < 0x80) {
      asciiLetters += Character.isLetter(b) ? 1 : 0;
    } else if (b >= 0xe0) {
      upperRows++;
    } else if (b >= 0xc0) {
      lowerRows++;
    } else {
      others++;
    }
  }

  Script script() {
    if (euc.isText()) {
      return euc.isKorean() ? Script.KOREAN : Script.SIMPLIFIED_CHINESE;
    }
    if (big5.isText()) {
      return Script.TRADITIONAL_CHINESE;
    }
    int letters = lowerRows + upperRows;
    // In Latin text letters beyond ASCII are few.
    if (letters >= LETTERS_MIN && letters > asciiLetters && others * 5 <= letters) {
      // Small letters, which are most, have changed places.
      return lowerRows > upperRows ? Script.CYRILLIC_KOI8 : Script.CYRILLIC;
    }
    return Script.OTHER;
  }

  /// GB2312 and KS X 1001, both in pairs of bytes of the upper half.
  private static final class Euc {
    private int pairs;
    private int symbols;

    /// Hangul stand in the rows 0xb0 to 0xc8; there and up to 0xd7 the common characters of
    /// Chinese.
    private int hangul;

    private int hanzi;
    private int lowTrails;
    private boolean isBroken;
    private int lead;

    void see(int b) {
      if (lead > 0) {
        isBroken |= b < 0xa1 || b == 0xff;
        pairs++;
        symbols += lead <= 0xa9 ? 1 : 0;
        hangul += lead >= 0xb0 && lead <= 0xc8 ? 1 : 0;
        hanzi += lead > 0xc8 && lead <= 0xd7 ? 1 : 0;
        lowTrails += b < 0xc0 ? 1 : 0;
        lead = 0;
      } else if (b >= 0x80) {
        isBroken |= b < 0xa1 || b == 0xff;
        lead = b;
      }
    }

    /// In both the second bytes are spread evenly; those of Cyrillic letters are all high.
    boolean isText() {
      int known = symbols + hangul + hanzi;
      boolean isSpread = lowTrails * 10 >= pairs;
      return !isBroken && lead == 0 && pairs >= PAIRS_MIN && known * 10 >= pairs * 8 && isSpread;
    }

    boolean isKorean() {
      return hanzi * 10 <= hangul;
    }
  }

  private static final class Big5 {
    private int pairs;
    private int common;
    private int lowTrails;
    private boolean isBroken;
    private int lead;

    void see(int b) {
      if (lead > 0) {
        isBroken |= b < 0x40 || b == 0x7f || (b > 0x7f && b < 0xa1) || b == 0xff;
        pairs++;
        common += lead == 0xa1 || (lead >= 0xa4 && lead <= 0xc6) ? 1 : 0;
        lowTrails += b < 0x7f ? 1 : 0;
        lead = 0;
      } else if (b >= 0x80) {
        isBroken |= b < 0xa1 || b > 0xf9;
        lead = b;
      }
    }

    boolean isText() {
      boolean isSpread = lowTrails * 10 >= pairs;
      return !isBroken && lead == 0 && pairs >= PAIRS_MIN && common * 10 >= pairs * 8 && isSpread;
    }
  }
}
