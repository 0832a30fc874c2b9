package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.Defect.Kind;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
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

  private static final Charset LATIN = find("windows-1252");
  private static final Charset SHIFT_JIS = find("windows-31j");
  private static final Charset EUC_JP = find("x-eucJP-Open");

  /// ISO-2022-JP with the vendors' characters, which Japanese mail calls plain ISO-2022-JP. Of the
  /// JDK's three, only this one knows the rows 89 to 92, where the letters of many names stand.
  private static final Charset JIS = find("x-windows-iso2022jp");

  /// The one with JIS X 0212, which the other lacks.
  private static final Charset JIS_WITH_0212 = find("x-windows-50221");

  /// Every name and alias the JDK knows, in lower case, and ours before them. It is looked up here
  /// and not by `Charset.forName`, which searches the class path anew for each unknown name: a mail
  /// can hold fifty thousand of them.
  private static final Map<String, Charset> BY_NAME = byName();

  private Charsets() {}

  /// Text that was read from bytes.
  ///
  /// @param text what they say
  /// @param charset what they were read as
  /// @param defect what was wrong with them; null if nothing was
  record Decoded(String text, Charset charset, @Nullable Defect defect) {}

  /// What to read bytes as.
  ///
  /// @param charset the charset
  /// @param defect what is wrong with the bytes; null if nothing is
  /// @param isCertain false when there is that defect only if U+FFFD comes out
  record Choice(Charset charset, @Nullable Defect defect, boolean isCertain) {}

  /// Reads bytes in a declared charset.
  ///
  /// @param declared the charset's name as the mail gives it; empty for none
  static Decoded decode(byte[] bytes, String declared) {
    String name = name(declared);
    Charset likely = isNone(name) ? UTF_8 : BY_NAME.get(name);
    if (likely != null && !likely.equals(JIS)) {
      String text = new String(bytes, likely);
      if (isPlain(text) && (!isNone(name) || isAscii(text))) {
        return new Decoded(text, likely, null);
      }
    }
    Choice choice = choose(declared, Guess.of(bytes));
    String text = new String(bytes, choice.charset());
    boolean isDefect = choice.isCertain() || text.indexOf(REPLACEMENT) >= 0;
    return new Decoded(text, choice.charset(), isDefect ? choice.defect() : null);
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
    Guess guess = Guess.of(bytes);
    Charset likely = BY_NAME.get(name(hint));
    if (likely != null && !likely.equals(LATIN) && !guess.isUtf8() && !guess.hasJisEscape()) {
      String text = new String(bytes, likely);
      if (text.indexOf(REPLACEMENT) < 0) {
        return text;
      }
    }
    return new String(bytes, guess(guess));
  }

  /// What to read bytes as that declare a charset.
  ///
  /// @param declared the charset's name as the mail gives it; empty for none
  static Choice choose(String declared, Guess guess) {
    String name = name(declared);
    if (isNone(name)) {
      Charset charset = guess(guess);
      boolean isPlain = !guess.hasHighByte() && !guess.hasJisEscape();
      Defect defect = isPlain ? null : new Defect(Kind.MISSING_CHARSET, "read as " + word(charset));
      return new Choice(charset, defect, true);
    }
    Charset charset = BY_NAME.get(name);
    if (charset == null) {
      String shown = name.length() <= NAME_MAX ? printable(name) : "with a very long name";
      return new Choice(guess(guess), new Defect(Kind.UNKNOWN_CHARSET, shown), true);
    }
    Defect broken = new Defect(Kind.BROKEN_TEXT, name);
    if (charset.equals(UTF_8)) {
      if (guess.isUtf8()) {
        return new Choice(UTF_8, null, true);
      }
      return guess.isNeverUtf8() ? misnamed(name, guess) : new Choice(UTF_8, broken, true);
    }
    boolean isJis = charset.equals(JIS);
    if (isJis && !guess.hasJisEscape() && guess.hasHighByte()) {
      return misnamed(name, guess);
    }
    return new Choice(isJis ? jis(guess) : charset, broken, false);
  }

  private static Choice misnamed(String name, Guess guess) {
    Charset charset = guess(guess);
    Defect defect = new Defect(Kind.FALSE_CHARSET, name + ", read as " + word(charset));
    return new Choice(charset, defect, true);
  }

  /// The name by which mail knows a charset.
  private static String word(Charset charset) {
    if (charset.equals(SHIFT_JIS)) {
      return "shift_jis";
    }
    if (charset.equals(EUC_JP)) {
      return "euc-jp";
    }
    boolean isJis = charset.equals(JIS) || charset.equals(JIS_WITH_0212);
    return isJis ? "iso-2022-jp" : charset.name().toLowerCase(Locale.ROOT);
  }

  /// By JIS escapes, as UTF-8 if they are valid, as Japanese if they look so, else as windows-1252.
  private static Charset guess(Guess guess) {
    if (guess.hasJisEscape()) {
      return jis(guess);
    }
    if (guess.isUtf8()) {
      return UTF_8;
    }
    if (guess.isEucJp()) {
      return EUC_JP;
    }
    return guess.isShiftJis() ? SHIFT_JIS : LATIN;
  }

  private static Charset jis(Guess guess) {
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

  private static String name(String declared) {
    return declared.strip().toLowerCase(Locale.ROOT);
  }

  /// True for the names that say nothing: much that is not ASCII goes under that name.
  private static boolean isNone(String name) {
    return name.isEmpty() || meansAscii(name);
  }

  private static boolean meansAscii(String name) {
    return switch (name) {
      case "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "7bit", "8bit", "unknown-8bit" ->
          true;
      default -> false;
    };
  }

  private static String printable(String name) {
    return name.codePoints().allMatch(c -> c > ' ' && c < 0x7f) ? name : "(unprintable)";
  }

  private static Charset find(String name) {
    // A runtime image without the module jdk.charsets lacks some of them. Mail still reads, less
    // well.
    return Charset.isSupported(name)
        ? Charset.forName(name)
        : java.nio.charset.StandardCharsets.ISO_8859_1;
  }

  private static Map<String, Charset> byName() {
    Map<String, Charset> names = new HashMap<>();
    Charset.availableCharsets().values().stream()
        // The only one that decodes to halves of surrogate pairs, which JSON and UTF-8 can't hold.
        .filter(charset -> !charset.name().equals("CESU-8"))
        .forEach(
            charset -> {
              names.put(charset.name().toLowerCase(Locale.ROOT), charset);
              charset
                  .aliases()
                  .forEach(alias -> names.put(alias.toLowerCase(Locale.ROOT), charset));
            });
    put(names, UTF_8, "utf8", "utf-8", "unicode-1-1-utf-8", "x-unicode20utf8");
    put(names, LATIN, "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "l1", "windows-1252");
    put(names, JIS, "iso-2022-jp", "iso2022jp", "csiso2022jp", "jis", "cp50220", "cp50221");
    put(names, JIS, "x-windows-50220", "x-windows-50221", "x-windows-iso2022jp", "ms50220");
    put(names, SHIFT_JIS, "shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "cp932", "ms932");
    put(names, EUC_JP, "euc-jp", "eucjp", "x-euc-jp", "x-eucjp", "eucjp-ms", "cp51932");
    put(names, find("x-windows-949"), "euc-kr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "cp949");
    put(names, find("GB18030"), "gb2312", "gb_2312-80", "gbk", "x-gbk", "cp936", "euc-cn");
    put(names, find("Big5-HKSCS"), "big5", "big-5", "big5-hkscs", "cn-big5", "x-x-big5");
    put(names, find("windows-1254"), "iso-8859-9", "latin5");
    put(names, find("x-windows-874"), "tis-620", "iso-8859-11");
    put(names, find("ISO-8859-8"), "iso-8859-8-i", "iso-8859-8-e");
    return Map.copyOf(names);
  }

  private static void put(Map<String, Charset> names, Charset charset, String... aliases) {
    for (String alias : aliases) {
      names.put(alias, charset);
    }
  }
}
