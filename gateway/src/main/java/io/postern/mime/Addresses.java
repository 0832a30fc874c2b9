package io.postern.mime;

import io.postern.mail.Domain;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The addresses in header fields such as From and To (RFC 5322 §3.4), for comparing.
///
/// A field in the grammar gives its mailboxes: groups are opened, display names and comments are
/// not taken. A field that is not gives everything in it that looks like an address, display names
/// included, for no two mail readers agree on what it says.
public final class Addresses {
  /// RFC 5321 §4.5.3.1.3 allows 254; some senders use more.
  private static final int LOCAL_MAX = 512;

  /// The full stop and what IDNA takes for one (RFC 3490 §3.1).
  private static final String DOTS = ".\u3002\uff0e\uff61";

  private Addresses() {}

  /// The addresses of all fields of a name, without repetition, in their order.
  ///
  /// Each is in lower case with its domain as A-labels where it has such a form, and with its local
  /// part without quotes where it needs none. Any text gives a list, in time linear in its length.
  public static List<String> of(Headers headers, String field) {
    Set<String> all = new LinkedHashSet<>();
    for (Header header : headers.named(field)) {
      Optional<List<String>> clean = new AddressReader(header.raw()).read();
      clean.ifPresentOrElse(
          all::addAll,
          () -> {
            search(header.raw(), all);
            if (!header.value().equals(header.raw())) {
              search(header.value(), all);
            }
          });
    }
    return List.copyOf(all);
  }

  /// True when a field is what the grammar wants.
  static boolean isList(Header field) {
    return new AddressReader(field.raw()).read().isPresent();
  }

  /// The form in which addresses are compared. Dots at the end of a domain are the root's, and
  /// change nothing.
  static String folded(String local, String domain) {
    String name = domain.substring(0, domain.length() - trailingDots(domain));
    String ascii = Domain.parse(name).map(Domain::ascii).orElse(name);
    return (local + "@" + ascii).toLowerCase(Locale.ROOT);
  }

  /// Finds all that looks like an address. Each character belongs to at most one word left of an at
  /// sign and one right of it.
  private static void search(String text, Set<String> found) {
    for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      int start =
          at > 0 && text.charAt(at - 1) == '"' ? quoteStart(text, at - 1) : wordStart(text, at);
      int end = at + 1;
      boolean isLiteral = end < text.length() && text.charAt(end) == '[';
      while (end < text.length()
          && (isPartOfWord(text.charAt(end))
              || (isLiteral && "[:".indexOf(text.charAt(end)) >= 0))) {
        end++;
      }
      if (isLiteral && end < text.length() && text.charAt(end) == ']') {
        end++;
      }
      String local = AddressReader.unquoted(text.substring(start, at));
      String domain = text.substring(at + 1, end);
      if (!local.isEmpty() && trailingDots(domain) < domain.length()) {
        found.add(folded(local, domain));
      }
    }
  }

  private static int wordStart(String text, int at) {
    int start = at;
    while (start > 0 && at - start < LOCAL_MAX && isPartOfWord(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static int quoteStart(String text, int closing) {
    int limit = Math.max(0, closing - LOCAL_MAX);
    int start = closing - 1;
    while (start > limit && text.charAt(start) != '"') {
      start--;
    }
    return start >= 0 && text.charAt(start) == '"' ? start : closing + 1;
  }

  private static int trailingDots(String domain) {
    int dots = 0;
    while (dots < domain.length() && DOTS.indexOf(domain.charAt(domain.length() - 1 - dots)) >= 0) {
      dots++;
    }
    return dots;
  }

  private static boolean isPartOfWord(char c) {
    return c > ' '
        && "<>()[]{}:;,@\\\"|".indexOf(c) < 0
        && !Character.isISOControl(c)
        && !Character.isWhitespace(c)
        && !Character.isSpaceChar(c);
  }
}
