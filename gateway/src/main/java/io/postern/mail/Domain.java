package io.postern.mail;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A domain as RFC 5321 §4.1.2 knows it: lower-case A-labels without a trailing dot, or an address
/// literal in square brackets. Two domains are the same when their text is.
///
/// @param ascii the text form, at most [#LENGTH_MAX] characters of printable ASCII
public record Domain(String ascii) {
  /// RFC 5321 §4.5.3.1.2.
  public static final int LENGTH_MAX = 255;

  /// RFC 1035 §2.3.4.
  private static final int LABEL_MAX = 63;

  /// Where RFC 3490 and RFC 5890 differ.
  private static final Pattern DEVIATIONS = Pattern.compile("[ßẞς\\u200C\\u200D]");

  /// Letters, digits and marks, as the classes of RFC 5892 §2 have them by and large.
  private static final Pattern U_LABEL =
      Pattern.compile("[\\p{L}\\p{Nd}][\\p{L}\\p{Mn}\\p{Mc}\\p{Nd}-]*");

  public Domain {
    if (!isName(ascii) && !isLiteral(ascii)) {
      throw new IllegalArgumentException("not a domain: " + ascii);
    }
  }

  /// Reads a domain in any case, with U-labels or A-labels, or an address literal.
  ///
  /// @return empty when the text is no domain
  public static Optional<Domain> parse(String text) {
    if (text.isEmpty() || text.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    String ascii = text;
    if (!isAscii(text)) {
      try {
        ascii = IDN.toASCII(withoutDeviations(text), IDN.ALLOW_UNASSIGNED);
      } catch (RuntimeException _) {
        // IDN throws more than it says: IllegalArgumentException for a bad label, and index errors
        // for some malformed Punycode.
        return Optional.empty();
      }
    }
    ascii = ascii.toLowerCase(Locale.ROOT);
    return isName(ascii) || isLiteral(ascii) ? Optional.of(new Domain(ascii)) : Optional.empty();
  }

  /// The JDK knows internationalised domains as RFC 3490 had them, RFC 6531 §3.3 wants them as RFC
  /// 5890 has them. For four characters the two name different hosts: of ß the old one makes `ss`,
  /// of ς a σ, and of the joiners nothing. So labels with one of the letters become A-labels here,
  /// and one with a joiner, for which RFC 5892 has rules of context, is no U-label to us.
  private static String withoutDeviations(String text) {
    return Stream.of(text.split("\\.", -1))
        .map(label -> DEVIATIONS.matcher(label).find() ? aLabel(label) : label)
        .collect(Collectors.joining("."));
  }

  private static String aLabel(String label) {
    StringBuilder lower = new StringBuilder();
    Normalizer.normalize(label, Normalizer.Form.NFKC)
        .codePoints()
        .map(Character::toLowerCase)
        .forEach(lower::appendCodePoint);
    if (!U_LABEL.matcher(lower).matches()) {
      throw new IllegalArgumentException("not a U-label");
    }
    return "xn--" + Punycode.encode(lower.toString());
  }

  /// True for an address literal such as `[192.0.2.1]`.
  public boolean isLiteral() {
    return ascii.startsWith("[");
  }

  /// True when this domain lies at any depth below the parent, and is not the parent itself.
  public boolean isBelow(Domain parent) {
    return ascii.endsWith("." + parent.ascii);
  }

  private static boolean isName(String text) {
    if (text.isEmpty() || text.length() > LENGTH_MAX) {
      return false;
    }
    int start = 0;
    for (int end = text.indexOf('.'); end >= 0; end = text.indexOf('.', start)) {
      if (!isLabel(text, start, end)) {
        return false;
      }
      start = end + 1;
    }
    return isLabel(text, start, text.length());
  }

  private static boolean isLabel(String text, int start, int end) {
    if (start == end
        || end - start > LABEL_MAX
        || text.charAt(start) == '-'
        || text.charAt(end - 1) == '-') {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (!isLabelCharacter(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /// True for what stays as it is when U-labels become A-labels.
  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        return false;
      }
    }
    return true;
  }

  /// Letters, digits and hyphen (RFC 5321 §4.1.2), and the underscore, which is outside the grammar
  /// but stands in the names of hosts that send mail every day.
  private static boolean isLabelCharacter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  }

  /// RFC 5321 §4.1.3, loosely: brackets around hexadecimal digits, dots, colons, and a tag.
  private static boolean isLiteral(String text) {
    return text.length() > 2
        && text.length() <= LENGTH_MAX
        && text.startsWith("[")
        && text.endsWith("]")
        && text.substring(1, text.length() - 1)
            .chars()
            .allMatch(c -> isLabelCharacter(c) || c == '.' || c == ':');
  }

  @Override
  public String toString() {
    return ascii;
  }
}
