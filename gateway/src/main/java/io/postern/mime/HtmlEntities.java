package io.postern.mime;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The character references of HTML: all numbers, and of the names those that mail uses, which are
/// HTML 4's without the Greek letters and the mathematics.
final class HtmlEntities {
  /// The longest reference, without `&` and `;`.
  static final int NAME_MAX = 10;

  /// The names of U+00A0 to U+00FF.
  private static final String LATIN =
      """
          nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr
          deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12
          frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc
          Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times
          Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml
          aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde
          ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn
          yuml
      """;

  /// Other names, each with its character in hexadecimal.
  private static final String OTHERS =
      """
          apos 0027 quot 0022 amp 0026 lt 003c gt 003e OElig 0152 oelig 0153 Scaron 0160
          scaron 0161 Yuml 0178 fnof 0192 circ 02c6 tilde 02dc ensp 2002 emsp 2003 thinsp 2009
          zwnj 200c zwj 200d lrm 200e rlm 200f ndash 2013 mdash 2014 lsquo 2018 rsquo 2019
          sbquo 201a ldquo 201c rdquo 201d bdquo 201e dagger 2020 Dagger 2021 bull 2022 hellip
          2026 permil 2030 prime 2032 Prime 2033 lsaquo 2039 rsaquo 203a oline 203e frasl 2044
          euro 20ac trade 2122 larr 2190 uarr 2191 rarr 2192 darr 2193 harr 2194 minus 2212
          infin 221e asymp 2248 ne 2260 le 2264 ge 2265 loz 25ca
      """;

  private static final int LATIN_FIRST = 0xa0;
  private static final Pattern NUMBER =
      Pattern.compile("#(?:(?<decimal>[0-9]{1,8})|[xX](?<hexadecimal>[0-9a-fA-F]{1,7}))");
  private static final Map<String, String> NAMES = names();

  private HtmlEntities() {}

  /// True for what stands for a character.
  ///
  /// @param reference without `&` and `;`
  static boolean isKnown(String reference) {
    return NAMES.containsKey(reference) || NUMBER.matcher(reference).matches();
  }

  /// What a reference stands for; the reference itself, with its `&`, when it is not known.
  static String text(String reference) {
    String named = NAMES.get(reference);
    if (named != null) {
      return named;
    }
    if (!reference.startsWith("#")) {
      return "&" + reference;
    }
    Matcher number = NUMBER.matcher(reference);
    if (!number.matches()) {
      return "&" + reference;
    }
    String decimal = number.group("decimal");
    int code =
        decimal != null
            ? Integer.parseInt(decimal)
            : HexFormat.fromHexDigits(number.group("hexadecimal"));
    return character(code);
  }

  /// The standard reads the numbers of C1 controls as windows-1252, in which people meant them.
  private static String character(int code) {
    if (code >= 0x80 && code < LATIN_FIRST) {
      return new String(new byte[] {(byte) code}, CharsetNames.LATIN.charset());
    }
    boolean isCharacter =
        Character.isValidCodePoint(code)
            && (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE)
            && (code >= ' ' || Character.isWhitespace(code));
    return isCharacter ? Character.toString(code) : String.valueOf(Charsets.REPLACEMENT);
  }

  private static Map<String, String> names() {
    Map<String, String> names = new HashMap<>();
    int code = LATIN_FIRST;
    for (String name : words(LATIN)) {
      names.put(name, Character.toString(code++));
    }
    List<String> others = words(OTHERS);
    for (int i = 0; i < others.size(); i += 2) {
      names.put(others.get(i), Character.toString(HexFormat.fromHexDigits(others.get(i + 1))));
    }
    return Map.copyOf(names);
  }

  private static List<String> words(String table) {
    return List.of(table.strip().split("\\s+"));
  }
}
