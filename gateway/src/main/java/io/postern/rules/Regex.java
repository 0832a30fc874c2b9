package io.postern.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.postern.settings.Problem;
import io.postern.settings.Problems;
import io.postern.settings.Text;
import java.util.Optional;

/// Compiles the regular expressions of rule files. RE2 searches in a time that is linear in the
/// value, whatever the sender wrote; [RegexSize] bounds the other factor.
final class Regex {
  private Regex() {}

  /// @param key as problems name it
  /// @param caseless true to ignore case
  static Optional<Pattern> compile(Text regex, String key, boolean caseless, Problems problems) {
    String problem = RegexSize.problem(regex.value());
    if (problem.isEmpty()) {
      try {
        return Optional.of(Pattern.compile(regex.value(), caseless ? Pattern.CASE_INSENSITIVE : 0));
      } catch (PatternSyntaxException e) {
        problem = words(e.getDescription(), e.getPattern());
      }
    }
    problems.error(regex.place(), key + ": " + problem);
    return Optional.empty();
  }

  /// @param piece the part of the pattern that RE2 stumbled over
  private static String words(String description, String piece) {
    String quoted = Problem.quote(piece);
    if (piece.startsWith("(?=") || piece.startsWith("(?!") || isLookBehind(piece)) {
      return "look-ahead and look-behind are not in RE2 (%s); write a second term, with not-matches if it is a no"
          .formatted(quoted);
    }
    if (piece.startsWith("(?>")) {
      return "atomic groups are not in RE2 (%s), which never backtracks; write (?: instead"
          .formatted(quoted);
    }
    if (piece.matches("\\\\([1-9]|k).*")) {
      return "back-references are not in RE2 (%s); write the text out".formatted(quoted);
    }
    return switch (description) {
      case "missing closing )" -> "a ( without its ); close it, or write \\( for a parenthesis";
      case "missing closing ]" ->
          "a [ without its ] (%s); close it, or write \\[ for a bracket".formatted(quoted);
      // RE2/J calls its own stack empty, and that has no other cause.
      case "regexp/syntax: internal error" ->
          "a ) without its (; remove it, or write \\) for a parenthesis";
      case "trailing backslash at end of expression" ->
          "a backslash at the end; write \\\\ for a backslash";
      case "invalid escape sequence" ->
          "%s is not in RE2; write the character without a backslash, or \\x and its hexadecimal digits"
              .formatted(quoted);
      case "invalid nested repetition operator" ->
          "two repetitions in a row (%s); keep one (RE2 has no possessive ones)".formatted(quoted);
      case "missing argument to repetition operator" ->
          "nothing before %s to repeat; write \\%s for the character itself"
              .formatted(quoted, piece.isEmpty() ? "*" : piece.substring(0, 1));
      case "invalid repeat count" ->
          "the repetition %s; write {n} or {n,m}, from 0 to 1000, the smaller first"
              .formatted(quoted);
      case "invalid named capture" ->
          "the group name in %s; write (?<name>...) with letters, digits and underscores"
              .formatted(quoted);
      case "duplicate capture group name" ->
          "two groups with the name %s; rename one".formatted(quoted);
      case "invalid character class range" ->
          "%s is no range of characters; write the lower end first, and - last or as \\-"
              .formatted(quoted);
      default ->
          "not a regular expression of RE2: %s %s; see its syntax page"
              .formatted(description, quoted);
    };
  }

  private static boolean isLookBehind(String piece) {
    return piece.startsWith("(?<=") || piece.startsWith("(?<!");
  }
}
