package io.postern.mime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads an address list by the grammar of RFC 5322 §3.4, obsolete forms included (§4.4: empty
/// members, routes, white space and comments anywhere, dots in display names). Groups are opened.
/// Linear, and without recursion.
final class AddressReader {
  /// RFC 2047 §2 allows 75 characters; some senders use more.
  private static final int ENCODED_WORD_MAX = 300;

  private final String text;
  private int at;
  private boolean isClean = true;
  private final List<Mailbox> mailboxes = new ArrayList<>();

  /// The display name that was read last, encoded words and all.
  private final StringBuilder name = new StringBuilder();

  /// True to take an encoded word in a display name for one word, whatever it holds. Many senders
  /// leave a comma in it, which RFC 2047 §5 forbids there.
  private final boolean isLenient;

  AddressReader(String text, boolean isLenient) {
    this.text = text;
    this.isLenient = isLenient;
  }

  /// The mailboxes; empty when the text is not in the grammar.
  Optional<List<Mailbox>> read() {
    boolean isGroup = false;
    while (isClean) {
      blank();
      if (at >= text.length()) {
        return isClean && !isGroup ? Optional.of(mailboxes) : Optional.empty();
      }
      switch (text.charAt(at)) {
        case ',' -> at++;
        case ';' -> {
          isClean &= isGroup;
          isGroup = false;
          at++;
        }
        case ':' -> {
          // A group with no name is not in the grammar.
          isClean = false;
        }
        default -> isGroup = member(isGroup);
      }
    }
    return Optional.empty();
  }

  /// Reads a mailbox, or a group's name and colon.
  ///
  /// @param isGroup true within a group
  /// @return true when what follows is within a group
  private boolean member(boolean isGroup) {
    int start = at;
    name.setLength(0);
    boolean isPhrase = phrase();
    char next = at < text.length() ? text.charAt(at) : ',';
    switch (next) {
      case ':' -> {
        at++;
        isClean &= isPhrase && !isGroup;
        return true;
      }
      case '<' -> {
        angle();
        separator();
      }
      case '@' -> {
        at = start;
        name.setLength(0);
        address();
        separator();
      }
      default -> isClean = false;
    }
    return isGroup;
  }

  /// Reads words, dots and quoted strings into the name; true if there is at least one.
  private boolean phrase() {
    int start = at;
    while (at < text.length() && isClean) {
      char c = text.charAt(at);
      if (c == '"') {
        int opening = at;
        quoted();
        unescape(text, opening + 1, at - 1, name);
      } else if (isLenient && text.startsWith("=?", at)) {
        int end = encodedWordEnd();
        name.append(text, at, end);
        at = end;
      } else if (isAtomCharacter(c) || c == '.') {
        name.append(c);
        at++;
      } else if (c == '(' || isBlank(c)) {
        blank();
        name.append(' ');
      } else {
        break;
      }
    }
    return at > start;
  }

  /// The index after the encoded word here, or after its first character if there is none. It looks
  /// no further than RFC 2047 §2 lets a word be long.
  private int encodedWordEnd() {
    int marks = 0;
    int end = Math.min(text.length(), at + ENCODED_WORD_MAX);
    for (int i = at + 2; i < end && !isBlank(text.charAt(i)); i++) {
      if (text.charAt(i) == '?') {
        marks++;
      }
      if (marks == 3 && text.charAt(i) == '=' && text.charAt(i - 1) == '?') {
        return i + 1;
      }
    }
    return at + 1;
  }

  private void angle() {
    at++;
    blank();
    route();
    address();
    if (isClean && at < text.length() && text.charAt(at) == '>') {
      at++;
    } else {
      isClean = false;
    }
  }

  /// A source route, `@a,@b:`, is skipped (RFC 5322 §4.4).
  private void route() {
    while (at < text.length() && (text.charAt(at) == '@' || text.charAt(at) == ',') && isClean) {
      if (text.charAt(at++) == '@') {
        domain();
      }
      blank();
      if (at < text.length() && text.charAt(at) == ':') {
        at++;
        blank();
        return;
      }
    }
  }

  private void address() {
    StringBuilder local = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '@' && isClean) {
      char c = text.charAt(at);
      if (c == '"') {
        int start = at;
        quoted();
        local.append(text, start, at);
      } else if (isAtomCharacter(c) || c == '.') {
        local.append(c);
        at++;
      } else if (c == '(' || isBlank(c)) {
        int start = local.length();
        blank();
        // White space may stand around dots and at the ends; between two words it is an error.
        boolean isWithin = start > 0 && local.charAt(start - 1) != '.' && at < text.length();
        isClean &= !isWithin || text.charAt(at) == '.' || text.charAt(at) == '@';
      } else {
        isClean = false;
      }
    }
    at++;
    String domain = domain();
    if (local.isEmpty() || domain.isEmpty()) {
      isClean = false;
    } else {
      String decoded = Headers.clean(EncodedWords.decode(name.toString().strip())).strip();
      mailboxes.add(new Mailbox(decoded, Addresses.address(unquoted(local.toString()), domain)));
    }
  }

  private String domain() {
    StringBuilder domain = new StringBuilder();
    blank();
    if (at < text.length() && text.charAt(at) == '[') {
      int end = text.indexOf(']', at);
      isClean &= end > 0;
      String literal = end > 0 ? text.substring(at, end + 1) : "";
      at = end > 0 ? end + 1 : text.length();
      blank();
      return literal;
    }
    while (at < text.length() && (isAtomCharacter(text.charAt(at)) || text.charAt(at) == '.')) {
      domain.append(text.charAt(at++));
      int end = at;
      blank();
      boolean isDotted =
          domain.charAt(domain.length() - 1) == '.'
              || (at < text.length() && text.charAt(at) == '.');
      if (at > end && !isDotted) {
        break;
      }
    }
    return domain.toString();
  }

  private void separator() {
    blank();
    isClean &= at >= text.length() || ",;".indexOf(text.charAt(at)) >= 0;
  }

  private void quoted() {
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    isClean &= at < text.length();
    at = Math.min(at + 1, text.length());
  }

  /// Skips white space and comments, nested ones too (RFC 5322 §3.2.2).
  private void blank() {
    int depth = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '(') {
        depth++;
      } else if (c == ')' && depth > 0) {
        depth--;
      } else if (c == '\\' && depth > 0) {
        at++;
      } else if (depth == 0 && !isBlank(c)) {
        break;
      }
      at++;
    }
    at = Math.min(at, text.length());
    isClean &= depth == 0;
  }

  /// A local part without quotes, where they only wrap what is an atom with dots anyway.
  static String unquoted(String local) {
    if (local.length() < 2 || !local.startsWith("\"") || !local.endsWith("\"")) {
      return local;
    }
    StringBuilder inner = new StringBuilder();
    unescape(local, 1, local.length() - 1, inner);
    boolean isPlain =
        !inner.isEmpty() && inner.chars().allMatch(c -> isAtomCharacter((char) c) || c == '.');
    return isPlain ? inner.toString() : local;
  }

  /// Appends the inside of a quoted string (RFC 5322 §3.2.4).
  private static void unescape(String text, int from, int to, StringBuilder inner) {
    for (int i = from; i < to; i++) {
      boolean isEscape = text.charAt(i) == '\\' && i + 1 < to;
      inner.append(text.charAt(isEscape ? ++i : i));
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /// RFC 5322 §3.2.3, and all that is not ASCII (RFC 6532 §3.2), but for what only looks like
  /// space.
  static boolean isAtomCharacter(char c) {
    return c > ' '
        && c != 0x7f
        && "()<>[]:;@\\,.\"".indexOf(c) < 0
        && !Character.isISOControl(c)
        && !Character.isSpaceChar(c);
  }
}
