package io.postern.mime;

import io.postern.mail.Domain;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The addresses in header fields such as From and To (RFC 5322 §3.4), for comparing and for
/// telling.
///
/// A field in the grammar gives its mailboxes: groups are opened and comments are not taken. A
/// field that is not gives everything in it that looks like an address, display names included, for
/// no two mail readers agree on what it says.
public final class Addresses {
  /// How many mailboxes of a field are told. As objects of JSON those of a long field would be ten
  /// times its length, in memory for as long as the payload waits.
  public static final int MAILBOXES_MAX = 1000;

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
      for (Mailbox mailbox : of(header, false)) {
        all.add(folded(mailbox.address()));
      }
    }
    return List.copyOf(all);
  }

  /// True when a field is what the grammar wants.
  static boolean isList(Header field) {
    return new AddressReader(field.raw(), true).read().isPresent();
  }

  /// The mailboxes of all fields of a name, in their order, repeated ones included, at most
  /// [#MAILBOXES_MAX]. Those of a field that is not in the grammar have no names. Any text gives a
  /// list, in time linear in its length.
  public static List<Mailbox> mailboxes(Headers headers, String field) {
    return headers.named(field).stream()
        .flatMap(header -> of(header, true).stream())
        .limit(MAILBOXES_MAX)
        .toList();
  }

  /// A field's text, decoded so that it still reads as the same addresses: a comma in an encoded
  /// name must not become one between addresses. A text without encoded words stays as it is.
  public static String text(Header field) {
    if (field.value().equals(field.raw())) {
      return field.value();
    }
    return new AddressReader(field.raw(), true)
        .read()
        .filter(mailboxes -> !mailboxes.isEmpty())
        .map(mailboxes -> mailboxes.stream().map(Mailbox::text).collect(Collectors.joining(", ")))
        .orElse(field.value());
  }

  /// The form in which addresses are compared.
  public static String folded(String address) {
    return address.toLowerCase(Locale.ROOT);
  }

  /// @param isLenient as [AddressReader] takes it: not for comparing, where a mail reader that sees
  ///   another address counts
  private static List<Mailbox> of(Header header, boolean isLenient) {
    return new AddressReader(header.raw(), isLenient)
        .read()
        .orElseGet(
            () -> {
              Set<String> found = new LinkedHashSet<>();
              search(header.raw(), found);
              if (!header.value().equals(header.raw())) {
                search(header.value(), found);
              }
              return found.stream().map(address -> new Mailbox("", address)).toList();
            });
  }

  /// An address as it is told. Dots at the end of a domain are the root's, and change nothing.
  static String address(String local, String domain) {
    String name = domain.substring(0, domain.length() - trailingDots(domain));
    return local + "@" + Domain.parse(name).map(Domain::ascii).orElse(name);
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
        found.add(address(local, domain));
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
