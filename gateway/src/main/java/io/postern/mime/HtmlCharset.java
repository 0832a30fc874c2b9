package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The charset that an HTML text names in itself, for mail that names none.
final class HtmlCharset {
  /// How far browsers look for it.
  private static final int SEARCH_MAX = 1024;

  private static final Pattern META =
      Pattern.compile("(?i)<meta\\s[^>]{0,200}charset\\s{0,8}=\\s{0,8}[\"']?([\\w.:-]{1,40})");

  private HtmlCharset() {}

  /// The charset's name; empty when there is none.
  static String of(byte[] html) {
    String start = new String(html, 0, Math.min(html.length, SEARCH_MAX), ISO_8859_1);
    Matcher meta = META.matcher(start);
    String name = meta.find() ? meta.group(1) : "";
    // What could be read so far is not UTF-16, whatever it says; the HTML standard says so, too.
    return name.regionMatches(true, 0, "utf-16", 0, 6) ? "utf-8" : name;
  }
}
