package io.postern.mime;

import static io.postern.mime.CharsetNames.BIG5;
import static io.postern.mime.CharsetNames.CYRILLIC;
import static io.postern.mime.CharsetNames.EUC_JP;
import static io.postern.mime.CharsetNames.GB18030;
import static io.postern.mime.CharsetNames.JIS;
import static io.postern.mime.CharsetNames.JIS_WITH_0212;
import static io.postern.mime.CharsetNames.KOI8;
import static io.postern.mime.CharsetNames.KOREAN;
import static io.postern.mime.CharsetNames.LATIN;
import static io.postern.mime.CharsetNames.SHIFT_JIS;
import static io.postern.mime.CharsetNames.UTF8;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Defect.Kind;
import org.jspecify.annotations.Nullable;

/// Bytes to text, whatever the mail says of them. A declared charset is taken for the superset that
/// senders really use under its name; one that is missing, unknown or plainly false is guessed.
/// Nothing here throws, and what can't be read becomes U+FFFD.
final class Charsets {
  /// Longer names are no charset's.
  private static final int NAME_MAX = 64;

  /// Stands for what can't be read.
  static final char REPLACEMENT = '\uFFFD';

  private static final char ESCAPE = '\u001b';

  private Charsets() {}

  /// Text that was read from bytes.
  ///
  /// @param text what they say
  /// @param encoding what they were read as
  /// @param defect what was wrong with them; null if nothing was
  record Decoded(String text, TextEncoding encoding, @Nullable Defect defect) {}

  /// What to read bytes as.
  ///
  /// @param encoding how they are encoded
  /// @param defect what is wrong with the bytes; null if nothing is
  /// @param isCertain false when there is that defect only if U+FFFD comes out
  record Choice(TextEncoding encoding, @Nullable Defect defect, boolean isCertain) {}

  /// Reads bytes in a declared charset.
  ///
  /// @param declared the charset's name as the mail gives it; empty for none
  static Decoded decode(byte[] bytes, String declared) {
    String name = CharsetNames.plain(declared);
    boolean isNone = CharsetNames.isNone(name);
    TextEncoding likely = isNone ? UTF8 : CharsetNames.known(name);
    if (likely != null && likely.shift() == TextEncoding.Shift.NONE) {
      String text = likely.read(bytes);
      boolean isSure = likely.equals(UTF8) && !isNone;
      if (isPlain(text) && (isSure || isAscii(text))) {
        return new Decoded(text, likely, null);
      }
    }
    Choice choice = choose(declared, Guess.of(bytes));
    String text = choice.encoding().read(bytes);
    boolean isDefect = choice.isCertain() || text.indexOf(REPLACEMENT) >= 0;
    return new Decoded(text, choice.encoding(), isDefect ? choice.defect() : null);
  }

  /// Reads bytes that are UTF-8 without escape sequences, as nearly all are; null if they are not.
  static @Nullable String plain(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    return isPlain(text) ? text : null;
  }

  /// Reads bytes that declare nothing.
  ///
  /// @param hint the charset of the text that belongs to them; empty for none
  static String guess(byte[] bytes, String hint) {
    return hinted(Guess.of(bytes), hint, bytes).read(bytes);
  }

  /// What to read bytes as that declare a charset.
  ///
  /// @param declared the charset's name as the mail gives it; empty for none
  static Choice choose(String declared, Guess guess) {
    String name = CharsetNames.plain(declared);
    if (CharsetNames.isNone(name)) {
      TextEncoding encoding = guess(guess);
      boolean isPlain = !guess.hasHighByte() && !guess.hasJisEscape();
      String detail = "read as " + CharsetNames.word(encoding);
      return new Choice(encoding, isPlain ? null : new Defect(Kind.MISSING_CHARSET, detail), true);
    }
    TextEncoding encoding = CharsetNames.known(name);
    if (encoding == null) {
      String shown = name.length() <= NAME_MAX ? printable(name) : "with a very long name";
      return new Choice(guess(guess), new Defect(Kind.UNKNOWN_CHARSET, shown), true);
    }
    if (isFalse(encoding, guess)) {
      TextEncoding real = guess(guess);
      String detail = name + ", read as " + CharsetNames.word(real);
      return new Choice(real, new Defect(Kind.FALSE_CHARSET, detail), true);
    }
    Defect broken = new Defect(Kind.BROKEN_TEXT, name);
    if (encoding.equals(UTF8)) {
      return new Choice(UTF8, guess.isUtf8() ? null : broken, true);
    }
    return new Choice(encoding.equals(JIS) ? jis(guess) : encoding, broken, false);
  }

  /// True when bytes are plainly not in the charset they declare.
  private static boolean isFalse(TextEncoding declared, Guess guess) {
    boolean isOnlyJis = guess.hasJisEscape() && !guess.hasHighByte();
    if (declared.equals(UTF8)) {
      return isOnlyJis || (!guess.isUtf8() && guess.isNeverUtf8());
    }
    if (declared.equals(JIS)) {
      return !guess.hasJisEscape() && guess.hasHighByte();
    }
    // Text that is valid UTF-8 by chance does not exist; a few characters may be.
    return declared.isEightBit() && (isOnlyJis || guess.isPlainlyUtf8(declared.isMultibyte()));
  }

  /// By a hint where it fits, else as nothing were known.
  private static TextEncoding hinted(Guess guess, String hint, byte[] bytes) {
    TextEncoding likely = CharsetNames.known(CharsetNames.plain(hint));
    if (likely == null || likely.equals(LATIN) || guess.isUtf8() || guess.hasJisEscape()) {
      return guess(guess);
    }
    return likely.read(bytes).indexOf(REPLACEMENT) < 0 ? likely : guess(guess);
  }

  /// By JIS escapes, as UTF-8 if they are valid, as what they look like, else as windows-1252.
  private static TextEncoding guess(Guess guess) {
    if (guess.hasJisEscape()) {
      return jis(guess);
    }
    if (guess.isUtf8()) {
      return UTF8;
    }
    if (guess.isEucJp()) {
      return EUC_JP;
    }
    if (guess.isShiftJis()) {
      return SHIFT_JIS;
    }
    return switch (guess.script()) {
      case KOREAN -> KOREAN;
      case SIMPLIFIED_CHINESE -> GB18030;
      case TRADITIONAL_CHINESE -> BIG5;
      case CYRILLIC -> CYRILLIC;
      case CYRILLIC_KOI8 -> KOI8;
      case OTHER -> LATIN;
    };
  }

  private static TextEncoding jis(Guess guess) {
    return guess.hasJis0212Escape() ? JIS_WITH_0212 : JIS;
  }

  /// True for text that shows by itself that its charset is right. Nearly all does, and to look
  /// closer at its bytes would cost more than to read them.
  private static boolean isPlain(String text) {
    return text.indexOf(REPLACEMENT) < 0 && text.indexOf(ESCAPE) < 0;
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static String printable(String name) {
    return name.codePoints().allMatch(c -> c > ' ' && c < 0x7f) ? name : "(unprintable)";
  }
}
