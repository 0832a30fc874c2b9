package io.postern.smtp;

import io.postern.mail.ReversePath;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// What stands behind MAIL: the reverse-path, and parameters in any order (RFC 5321 §4.1.1.2): SIZE
/// (RFC 1870), BODY (RFC 6152) and SMTPUTF8 (RFC 6531).
final class MailArgument {
  /// RFC 1870 §3.
  private static final int SIZE_DIGITS_MAX = 20;

  private final Set<String> seen = new HashSet<>();
  private long size;
  private boolean utf8;

  private MailArgument() {}

  /// Reads the argument of MAIL. Total.
  static Command parse(String argument) {
    var parsed = Command.path(argument, "FROM:");
    if (parsed.isEmpty() || parsed.get().kind() == Path.Kind.POSTMASTER) {
      return refused(501, "5.1.7", "Bad sender address; the form is MAIL FROM:<user@example.com>");
    }
    Path path = parsed.get();
    if (!path.rest().isEmpty() && !path.rest().startsWith(" ")) {
      return refused(501, "5.1.7", "Bad sender address; text follows the path");
    }
    return new MailArgument().parse(path);
  }

  private Command parse(Path path) {
    String parameters = Command.trimmed(path.rest());
    for (String parameter : parameters.isEmpty() ? new String[0] : parameters.split(" +")) {
      int equals = parameter.indexOf('=');
      String keyword = equals < 0 ? parameter : parameter.substring(0, equals);
      String value = equals < 0 ? "" : parameter.substring(equals);
      // Only ASCII is folded: some letters beyond it become ASCII in upper case.
      switch (parameter.chars().allMatch(c -> c < 128) ? keyword.toUpperCase(Locale.ROOT) : "") {
        case "SIZE" -> {
          if (!isNew("SIZE") || !size(value)) {
            return refused(501, "5.5.4", "SIZE wants one number");
          }
        }
        case "BODY" -> {
          if (!isNew("BODY") || !isBody(value)) {
            return refused(501, "5.5.4", "BODY is 7BIT or 8BITMIME");
          }
        }
        case "SMTPUTF8" -> {
          if (!isNew("SMTPUTF8") || equals >= 0) {
            return refused(501, "5.5.4", "SMTPUTF8 has no value");
          }
          utf8 = true;
        }
        default -> {
          return refused(555, "5.5.4", "MAIL parameter not recognized");
        }
      }
    }
    if (!path.ascii() && !utf8) {
      return refused(553, "5.6.7", "This sender address needs the parameter SMTPUTF8");
    }
    ReversePath from =
        path.address().<ReversePath>map(ReversePath.Of::new).orElse(ReversePath.NULL);
    return new Command.Mail(from, size, utf8);
  }

  private boolean isNew(String keyword) {
    return seen.add(keyword);
  }

  private static boolean isBody(String value) {
    return value.equalsIgnoreCase("=7BIT") || value.equalsIgnoreCase("=8BITMIME");
  }

  private boolean size(String value) {
    if (!value.matches("=[0-9]{1," + SIZE_DIGITS_MAX + "}")) {
      return false;
    }
    size = Command.number(value.substring(1));
    return true;
  }

  private static Command refused(int code, String enhanced, String text) {
    return new Command.Refused(new Reply(code, enhanced, text));
  }
}
