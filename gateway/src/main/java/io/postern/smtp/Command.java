package io.postern.smtp;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.ReversePath;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A command line, understood (RFC 5321 §4.1.1). After [#parse] there are no strings left to
/// interpret.
sealed interface Command {
  /// EHLO or HELO.
  ///
  /// @param name the argument, printable ASCII
  record Hello(String name, boolean esmtp) implements Command {}

  /// MAIL.
  ///
  /// @param size what SIZE declared, in bytes; 0 when it declared nothing, [Long#MAX_VALUE] when it
  ///   is too large a number
  /// @param utf8 true when SMTPUTF8 was given (RFC 6531 §3.4)
  record Mail(ReversePath from, long size, boolean utf8) implements Command {}

  /// RCPT.
  ///
  /// @param ascii false when it needs SMTPUTF8
  record Recipient(Address to, boolean ascii) implements Command {}

  /// BDAT (RFC 3030 §2).
  ///
  /// @param octets the bytes that follow the line; [Long#MAX_VALUE] when it is too large a number
  /// @param last true when the message ends with them
  record Chunk(long octets, boolean last) implements Command {}

  /// A BDAT that can't be obeyed. Bytes may follow it all the same.
  ///
  /// @param octets how many; empty when it doesn't say, and the end of them can't be found
  record BadChunk(Optional<Long> octets) implements Command {}

  /// A command line that can't be obeyed, whatever the state.
  record Refused(Reply reply) implements Command {}

  /// The commands without an argument that matters.
  enum Plain implements Command {
    DATA,
    RESET,
    NOTHING,
    QUIT,
    HELP,
    VERIFY,
    STARTTLS
  }

  /// EHLO arguments longer than this are none (RFC 5321 §4.5.3.1.2), in characters.
  int HELLO_MAX = 255;

  /// A number of so many digits fits a long.
  int LONG_DIGITS = 18;

  String CHUNK_VERB = "BDAT";

  /// What stands behind BDAT: a number of any length, and maybe a word.
  Pattern CHUNK = Pattern.compile("([0-9]+)(?: +|$)(.*)");

  Reply UNKNOWN = new Reply(500, "5.5.2", "Command not recognized");
  Reply NOT_HERE = new Reply(502, "5.5.1", "Command not implemented");

  /// Reads a command line. Total.
  ///
  /// @param text the line without CRLF
  /// @param hostName the domain of a bare `postmaster`
  static Command parse(String text, Domain hostName) {
    // RFC 5321 §4.1.1 asks us to bear with blanks before the CRLF.
    String line = trimmedAtEnd(text);
    int blank = line.indexOf(' ');
    String verb = blank < 0 ? line : line.substring(0, blank);
    String argument = blank < 0 ? "" : line.substring(blank + 1);
    if (!verb.chars().allMatch(Command::isLetter)) {
      return isChunk(verb) ? new BadChunk(Optional.empty()) : new Refused(UNKNOWN);
    }
    return switch (verb.toUpperCase(Locale.ROOT)) {
      case "EHLO" -> hello(argument, true);
      case "HELO" -> hello(argument, false);
      case "MAIL" -> MailArgument.parse(argument);
      case "RCPT" -> recipient(argument, hostName);
      case "DATA" -> alone(Plain.DATA, argument);
      case "RSET" -> alone(Plain.RESET, argument);
      case "QUIT" -> alone(Plain.QUIT, argument);
      case "NOOP" -> Plain.NOTHING;
      case "HELP" -> Plain.HELP;
      case "VRFY" -> trimmed(argument).isEmpty() ? bad("VRFY wants an address") : Plain.VERIFY;
      case CHUNK_VERB -> chunk(argument);
      case "STARTTLS" -> alone(Plain.STARTTLS, argument);
      case "EXPN", "AUTH" -> new Refused(NOT_HERE);
      default -> new Refused(UNKNOWN);
    };
  }

  /// True when BDAT is what the line begins with, as a word: octets may follow the line then,
  /// whatever else is wrong with it.
  static boolean isChunk(String line) {
    int verb = CHUNK_VERB.length();
    return line.regionMatches(true, 0, CHUNK_VERB, 0, verb)
        && (line.length() == verb || !isLetter(line.charAt(verb)));
  }

  private static boolean isLetter(int c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  }

  private static Command alone(Command command, String argument) {
    return trimmed(argument).isEmpty() ? command : bad("No argument is wanted here");
  }

  private static Command hello(String argument, boolean esmtp) {
    String name = trimmed(argument);
    if (name.isEmpty()
        || name.length() > HELLO_MAX
        || !name.chars().allMatch(c -> c > ' ' && c < 127)) {
      return bad("Say who you are: one host name or address literal");
    }
    return new Hello(name, esmtp);
  }

  private static Command recipient(String argument, Domain hostName) {
    Optional<Path> parsed = path(argument, "TO:");
    if (parsed.isEmpty() || parsed.get().kind() == Path.Kind.NULL) {
      return new Refused(
          new Reply(501, "5.1.3", "Bad recipient address; the form is RCPT TO:<user@example.com>"));
    }
    Path path = parsed.get();
    if (!trimmed(path.rest()).isEmpty()) {
      // RFC 5321 §4.1.1.11; no extension that we offer has a parameter of RCPT.
      return path.rest().startsWith(" ")
          ? new Refused(new Reply(555, "5.5.4", "RCPT parameter not recognized"))
          : new Refused(new Reply(501, "5.1.3", "Bad recipient address; text follows the path"));
    }
    // RFC 5321 §4.5.1: the one mailbox that needs no domain.
    return new Recipient(
        path.address().orElseGet(() -> new Address(path.local(), hostName)), path.ascii());
  }

  /// The path behind `FROM:` or `TO:`. Blanks after the colon are against the grammar (RFC 5321
  /// §3.3) and sent every day; they can't be mistaken for anything.
  static Optional<Path> path(String argument, String keyword) {
    return argument.regionMatches(true, 0, keyword, 0, keyword.length())
        ? Path.parse(trimmed(argument.substring(keyword.length())))
        : Optional.empty();
  }

  private static Command chunk(String argument) {
    Matcher chunk = CHUNK.matcher(trimmed(argument));
    if (!chunk.matches()) {
      return new BadChunk(Optional.empty());
    }
    long octets = number(chunk.group(1));
    return switch (chunk.group(2).toUpperCase(Locale.ROOT)) {
      case "" -> new Chunk(octets, false);
      case "LAST" -> new Chunk(octets, true);
      default -> new BadChunk(Optional.of(octets));
    };
  }

  /// The text without blanks and tabs around it. Only these: what RFC 6531 lets into a line has
  /// other characters that Java takes for white space, and they have no place here.
  static String trimmed(String text) {
    int from = 0;
    while (from < text.length() && isBlank(text.charAt(from))) {
      from++;
    }
    return trimmedAtEnd(text.substring(from));
  }

  private static String trimmedAtEnd(String text) {
    int to = text.length();
    while (to > 0 && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(0, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /// A number of any length; [Long#MAX_VALUE] when it is too large.
  static long number(String digits) {
    String significant = digits.replaceFirst("^0*(?=.)", "");
    return significant.length() > LONG_DIGITS ? Long.MAX_VALUE : Long.parseLong(significant);
  }

  private static Refused bad(String text) {
    return new Refused(new Reply(501, "5.5.4", text));
  }
}
