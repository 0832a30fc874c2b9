package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mime.TextEncoding.Shift;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The names under which mail knows charsets, each with the superset that senders mean by it.
final class CharsetNames {
  static final TextEncoding UTF8 = TextEncoding.of(UTF_8);
  static final TextEncoding LATIN = find("windows-1252");
  static final TextEncoding SHIFT_JIS = find("windows-31j");
  static final TextEncoding EUC_JP = find("x-eucJP-Open");
  static final TextEncoding GB18030 = find("GB18030");
  static final TextEncoding BIG5 = find("Big5-HKSCS");
  static final TextEncoding KOREAN = find("x-windows-949");
  static final TextEncoding CYRILLIC = find("windows-1251");
  static final TextEncoding KOI8 = find("KOI8-U");

  /// ISO-2022-JP with the vendors' characters, which Japanese mail calls plain ISO-2022-JP. Of the
  /// JDK's three, only this one knows the rows 89 to 92, where the letters of many names stand.
  static final TextEncoding JIS =
      new TextEncoding(find("x-windows-iso2022jp").charset(), Shift.JIS);

  /// The one with JIS X 0212, which the other lacks.
  static final TextEncoding JIS_WITH_0212 =
      new TextEncoding(find("x-windows-50221").charset(), Shift.JIS);

  /// Names that say nothing: much that is not ASCII goes under them.
  private static final Set<String> NONE =
      Set.of(
          "",
          "us-ascii",
          "ascii",
          "us",
          "ansi_x3.4-1968",
          "iso646-us",
          "7bit",
          "8bit",
          "binary",
          "none",
          "default",
          "unknown",
          "x-unknown",
          "unknown-8bit",
          "x-user-defined",
          "jisautodetect",
          "x-jisautodetect");

  /// Charsets of the JDK that are not asked. CESU-8 and the kinds of UTF-32 decode to halves of
  /// surrogate pairs, which JSON and UTF-8 can't hold, and what the detection of Japanese finds
  /// depends on how the bytes come in blocks; no mail program sends any of them.
  private static final Pattern UNFIT = Pattern.compile("CESU-8|(X-)?UTF-32.*|x-JISAutoDetect");

  /// What can't be in a name and is not part of it: quotes, and what follows them.
  private static final String JUNK = "'\";, ";

  /// Every name and alias the JDK knows, in lower case, and ours before them. It is looked up here
  /// and not by `Charset.forName`, which searches the class path anew for each unknown name: a mail
  /// can hold fifty thousand of them.
  private static final Map<String, TextEncoding> BY_NAME = byName();

  private CharsetNames() {}

  /// A name as mail gives it, in the form in which names are compared.
  static String plain(String declared) {
    String name = declared.strip().toLowerCase(Locale.ROOT);
    int start = 0;
    while (start < name.length() && JUNK.indexOf(name.charAt(start)) >= 0) {
      start++;
    }
    int end = start;
    while (end < name.length() && JUNK.indexOf(name.charAt(end)) < 0) {
      end++;
    }
    return name.substring(start, end);
  }

  /// True for a name in its plain form that says nothing.
  static boolean isNone(String name) {
    return NONE.contains(name);
  }

  /// What a name in its plain form means; null when it is not known.
  static @Nullable TextEncoding known(String name) {
    return BY_NAME.get(name);
  }

  /// The name by which mail knows an encoding.
  static String word(TextEncoding encoding) {
    if (encoding.shift() == Shift.JIS) {
      return "iso-2022-jp";
    }
    if (encoding.equals(SHIFT_JIS)) {
      return "shift_jis";
    }
    if (encoding.equals(EUC_JP)) {
      return "euc-jp";
    }
    if (encoding.equals(BIG5)) {
      return "big5";
    }
    return encoding.equals(KOREAN) ? "euc-kr" : encoding.charset().name().toLowerCase(Locale.ROOT);
  }

  private static TextEncoding find(String name) {
    // A runtime image without the module jdk.charsets lacks some of them. Mail still reads, less
    // well.
    return TextEncoding.of(Charset.isSupported(name) ? Charset.forName(name) : ISO_8859_1);
  }

  private static Map<String, TextEncoding> byName() {
    Map<String, TextEncoding> names = new HashMap<>();
    Charset.availableCharsets().values().stream()
        .filter(charset -> !UNFIT.matcher(charset.name()).matches())
        .forEach(
            charset -> {
              TextEncoding encoding = TextEncoding.of(charset);
              names.put(charset.name().toLowerCase(Locale.ROOT), encoding);
              charset
                  .aliases()
                  .forEach(alias -> names.put(alias.toLowerCase(Locale.ROOT), encoding));
            });
    for (int page = 1250; page <= 1258; page++) {
      TextEncoding encoding = find("windows-" + page);
      put(names, encoding, "cp-" + page, "win-" + page, "win" + page, "windows" + page);
      put(names, encoding, "windows_" + page, "x-cp" + page, "x-windows-" + page, "ansi-" + page);
    }
    put(names, UTF8, "utf8", "utf-8", "utf_8", "unicode-1-1-utf-8", "x-unicode20utf8", "utf8mb4");
    put(names, new TextEncoding(UTF_8, Shift.UTF_7), "utf-7", "utf7", "unicode-1-1-utf-7");
    put(names, LATIN, "iso-8859-1", "iso8859-1", "iso_8859-1", "iso88591", "latin1", "latin-1");
    put(names, LATIN, "l1", "windows-1252", "ansi", "csisolatin1", "iso-ir-100", "cp819", "ibm819");
    put(names, JIS, "iso-2022-jp", "iso2022jp", "csiso2022jp", "jis", "cp50220", "cp50221");
    put(names, JIS, "x-windows-50220", "x-windows-50221", "x-windows-iso2022jp", "ms50220");
    put(names, JIS, "iso-2022-jp-ms", "cp50222", "_iso-2022-jp$esc", "_iso-2022-jp$sio");
    put(names, JIS_WITH_0212, "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-ext");
    put(names, SHIFT_JIS, "shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "cp932", "ms932");
    put(names, SHIFT_JIS, "shiftjis", "x-ms-cp932", "sjis-win", "csshiftjis", "windows-932");
    put(names, EUC_JP, "euc-jp", "eucjp", "x-euc-jp", "x-eucjp", "eucjp-ms", "cp51932");
    put(names, EUC_JP, "eucjp-win", "ujis", "x-euc", "cseucpkdfmtjapanese");
    put(names, KOREAN, "euc-kr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "cp949", "euckr");
    put(names, KOREAN, "ks_c_5601-1989", "korean", "uhc", "windows-949", "ksc_5601", "cseuckr");
    put(names, KOREAN, "csksc56011987", "iso-ir-149");
    put(names, GB18030, "gb2312", "gb_2312-80", "gbk", "x-gbk", "cp936", "euc-cn", "gb-2312");
    put(names, GB18030, "gb_2312", "windows-936", "gb18030", "chinese", "csgb2312", "iso-ir-58");
    put(names, GB18030, "csiso58gb231280", "gb2312_charset");
    put(names, new TextEncoding(GB18030.charset(), Shift.HZ), "hz-gb-2312", "hz", "hz-gb2312");
    put(names, BIG5, "big5", "big-5", "big5-hkscs", "cn-big5", "x-x-big5", "cp950", "x-big5");
    put(names, BIG5, "csbig5");
    put(names, KOI8, "koi8-u", "koi8u", "koi8-ru");
    put(names, find("windows-1254"), "iso-8859-9", "latin5", "l5", "csisolatin5", "iso-ir-148");
    put(names, find("x-windows-874"), "tis-620", "iso-8859-11", "cp874", "windows-874", "dos-874");
    put(names, find("ISO-8859-8"), "iso-8859-8-i", "iso-8859-8-e", "logical", "visual");
    put(names, find("ISO-8859-6"), "iso-8859-6-i", "iso-8859-6-e");
    put(names, find("x-MacRoman"), "macintosh", "mac", "x-mac-roman", "csmacintosh");
    put(names, find("x-MacCyrillic"), "x-mac-cyrillic");
    put(names, find("x-MacUkraine"), "x-mac-ukrainian");
    return Map.copyOf(names);
  }

  private static void put(
      Map<String, TextEncoding> names, TextEncoding encoding, String... aliases) {
    for (String alias : aliases) {
      names.put(alias, encoding);
    }
  }
}
