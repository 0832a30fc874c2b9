package io.postern.mail;

/// Local parts of addresses (RFC 5321 §4.1.2, with the characters of RFC 6531 §3.3).
public final class LocalPart {
  private static final String ATEXT_SIGNS = "!#$%&'*+-/=?^_`{|}~";

  /// Where the characters of other alphabets begin: below are the C1 controls, which RFC 6531 §3.3
  /// can't mean.
  private static final char BEYOND_ASCII = 160;

  private LocalPart() {}

  /// The same local part with as few quotes and backslashes as the grammar allows. What is no
  /// quoted string stays as it is.
  public static String plain(String local) {
    int last = local.length() - 1;
    if (last < 1 || local.charAt(0) != '"' || end(local, 0) <= last) {
      return local;
    }
    StringBuilder inner = new StringBuilder();
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 1; i < last; i++) {
      char c = local.charAt(local.charAt(i) == '\\' ? ++i : i);
      inner.append(c);
      quoted.append(c == '"' || c == '\\' ? "\\" : "").append(c);
    }
    boolean needsQuotes = inner.isEmpty() || atomsEnd(inner, 0) < inner.length();
    return needsQuotes ? quoted.append('"').toString() : inner.toString();
  }

  /// The index behind the local part that starts at the index; the index itself when none does.
  public static int end(CharSequence text, int start) {
    return start < text.length() && text.charAt(start) == '"'
        ? quotedEnd(text, start)
        : atomsEnd(text, start);
  }

  /// Atoms with dots between them.
  private static int atomsEnd(CharSequence text, int start) {
    int i = start;
    boolean atom = false;
    while (i < text.length() && (isAtext(text.charAt(i)) || (atom && text.charAt(i) == '.'))) {
      // A dot stands between two atoms: never first, last or beside another one.
      atom = text.charAt(i) != '.';
      i++;
    }
    return atom ? i : start;
  }

  private static int quotedEnd(CharSequence text, int start) {
    int i = start + 1;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '"') {
        return i + 1;
      }
      if (c == '\\') {
        i++;
        if (i == text.length() || text.charAt(i) < ' ' || text.charAt(i) > '~') {
          return start;
        }
      } else if (c < ' ' || (c > '~' && c < BEYOND_ASCII)) {
        return start;
      }
      i++;
    }
    return start;
  }

  private static boolean isAtext(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c >= BEYOND_ASCII
        || ATEXT_SIGNS.indexOf(c) >= 0;
  }
}
