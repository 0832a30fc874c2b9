package io.postern.mime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The value of a header field with parameters (RFC 2045 §5.1, RFC 2183 §2), read from any text.
///
/// The pieces of a value that RFC 2231 §3 lets senders cut are joined as bytes and only then
/// decoded, for the cut may lie within a character or an escape sequence. Unquoted values may hold
/// spaces, quotes may stay open, and of parameters of one name the first counts.
///
/// @param value what stands before the first semicolon, without comments
/// @param named the parameters, by name in lower case
record Parameters(String value, Map<String, String> named) {
  /// More digits number no piece of a value.
  private static final int INDEX_DIGITS_MAX = 4;

  Parameters {
    named = Map.copyOf(named);
  }

  /// Reads a field's text as it came, with encoded words and all.
  static Parameters read(String raw) {
    return new Reader(raw).run();
  }

  /// A parameter by its name in lower case.
  Optional<String> parameter(String name) {
    return Optional.ofNullable(named.get(name));
  }

  /// A piece of a value (RFC 2231 §3, §4).
  ///
  /// @param extended true when it is percent-encoded
  private record Piece(String text, boolean extended) {}

  private static final class Reader {
    private final String raw;
    private int at;
    private final Map<String, String> plain = new HashMap<>();
    private final Map<String, TreeMap<Integer, Piece>> pieces = new HashMap<>();

    Reader(String raw) {
      this.raw = raw;
    }

    Parameters run() {
      String value = value();
      while (at < raw.length()) {
        parameter();
      }
      // An encoded value is better than the plain one that stands beside it for old readers.
      pieces.forEach((name, ofName) -> plain.put(name, joined(ofName.values())));
      return new Parameters(value, plain);
    }

    private String value() {
      StringBuilder value = new StringBuilder();
      int depth = 0;
      while (at < raw.length() && (depth > 0 || raw.charAt(at) != ';')) {
        char c = raw.charAt(at++);
        if (c == '(') {
          depth++;
        } else if (c == ')' && depth > 0) {
          depth--;
        } else if (depth == 0) {
          value.append(c);
        }
      }
      at++;
      return value.toString().strip();
    }

    private void parameter() {
      int start = at;
      while (at < raw.length() && raw.charAt(at) != '=' && raw.charAt(at) != ';') {
        at++;
      }
      String name = raw.substring(start, at).strip().toLowerCase(Locale.ROOT);
      if (at >= raw.length() || raw.charAt(at++) == ';') {
        return;
      }
      while (at < raw.length() && Character.isWhitespace(raw.charAt(at))) {
        at++;
      }
      boolean isQuoted = at < raw.length() && raw.charAt(at) == '"';
      String text = isQuoted ? quoted() : "";
      int rest = at;
      while (at < raw.length() && raw.charAt(at) != ';') {
        at++;
      }
      if (!isQuoted) {
        text = raw.substring(rest, at).strip();
      }
      at++;
      add(name, text);
    }

    /// A backslash quotes a quote or a backslash (RFC 5322 §3.2.4). Before anything else it is one,
    /// for there are senders that put whole Windows paths here.
    private String quoted() {
      StringBuilder text = new StringBuilder();
      at++;
      while (at < raw.length() && raw.charAt(at) != '"') {
        char c = raw.charAt(at++);
        boolean isQuoting = c == '\\' && at < raw.length() && "\"\\".indexOf(raw.charAt(at)) >= 0;
        text.append(isQuoting ? raw.charAt(at++) : c);
      }
      at++;
      return text.toString();
    }

    private void add(String name, String text) {
      int star = name.indexOf('*');
      if (star < 0) {
        plain.putIfAbsent(name, text);
        return;
      }
      String rest = name.substring(star + 1);
      boolean isExtended = rest.isEmpty() || rest.endsWith("*");
      String digits = rest.endsWith("*") ? rest.substring(0, rest.length() - 1) : rest;
      int index = index(digits);
      if (index >= 0) {
        pieces
            .computeIfAbsent(name.substring(0, star), _ -> new TreeMap<>())
            .putIfAbsent(index, new Piece(text, isExtended));
      }
    }

    private static int index(String digits) {
      if (digits.isEmpty()) {
        return 0;
      }
      boolean isNumber =
          digits.length() <= INDEX_DIGITS_MAX && digits.chars().allMatch(c -> c >= '0' && c <= '9');
      return isNumber ? Integer.parseInt(digits) : -1;
    }

    private static String joined(Collection<Piece> pieces) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      String charset = "";
      boolean isFirst = true;
      for (Piece piece : pieces) {
        String text = piece.text();
        if (piece.extended()) {
          if (isFirst) {
            // charset'language'text, where either may be empty.
            int quote = text.indexOf('\'');
            int second = text.indexOf('\'', quote + 1);
            if (quote >= 0 && second >= 0) {
              charset = text.substring(0, quote);
              text = text.substring(second + 1);
            }
          }
          percentDecode(text, bytes);
        } else {
          bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }
        isFirst = false;
      }
      return Charsets.decode(bytes.toByteArray(), charset).text();
    }

    private static void percentDecode(String text, ByteArrayOutputStream bytes) {
      byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < encoded.length; i++) {
        int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
        int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], 16) : -1;
        if (encoded[i] == '%' && high >= 0 && low >= 0) {
          bytes.write(high << 4 | low);
          i += 2;
        } else {
          bytes.write(encoded[i]);
        }
      }
    }
  }
}
