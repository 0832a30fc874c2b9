package io.postern.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSizeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "^support(\\+[\\w-]+)?@in\\.example\\.com$",
        "\\x{10FFFF}{9}\\p{Greek}{3}",
        "[{9999}]{9}",
        "a{1000}",
        "\\Q{1000}{1000}\\E",
        "{1000}",
        "a{,9999}",
        "[]{1000}[]{3}",
        "[[:alpha:]]{100}",
        "(((((((((((((((((((((a)))))))))))))))))))))",
      })
  void takesWhatStaysSmall(String regex) {
    assertEquals("", RegexSize.problem(regex));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a{1000}){1000}",
        "((a{50}){50}){50}",
        "(?:(?:a{1000})*){1000}",
        "((((((((a{9}){9}){9}){9}){9}){9}){9}){9})",
        "(a|b|c|d|e|f){1000}",
        "(\\Qabcdefghij\\E){900}",
        "(x[a-z]y){1000,}{9}",
        "(((){1000}){1000}){1000}",
      })
  void refusesWhatWouldGrow(String regex) {
    assertTrue(RegexSize.problem(regex).startsWith("too large"), regex);
  }

  @Test
  void refusesDeepNesting() {
    String regex = "(".repeat(101) + "a" + ")".repeat(101);
    assertEquals("groups nested deeper than 100; write it flatter", RegexSize.problem(regex));
    assertFalse(RegexSize.problem(regex.substring(1, regex.length() - 1)).contains("nested"));
  }

  /// Whatever this class lets through, RE2 compiles within bounds or refuses with its own
  /// exception.
  @Test
  void letsNothingThroughThatRe2CannotBear() {
    Random chance = new Random(11);
    String[] pieces = {
      "a",
      "b",
      ".",
      "(",
      "(",
      ")",
      ")",
      "(?:",
      "(?i)",
      "(?P<n>",
      "[",
      "]",
      "[^",
      "a-z",
      "-",
      "{",
      "}",
      "{3}",
      "{2,9}",
      "{30,}",
      "{1000}",
      "*",
      "+",
      "?",
      "|",
      "^",
      "$",
      "\\",
      "\\d",
      "\\Q",
      "\\E",
      "\\pL",
      "\\p{Greek}",
      "\\x{41}",
      "\\1",
      "(?=",
      ",",
      "9",
      "日",
      "[[:alpha:]]",
      "\\b",
      "\\C",
      "(?<"
    };
    int compiled = 0;
    for (int i = 0; i < 10_000; i++) {
      StringBuilder regex = new StringBuilder();
      int length = 1 + chance.nextInt(14);
      for (int j = 0; j < length; j++) {
        regex.append(pieces[chance.nextInt(pieces.length)]);
      }
      if (RegexSize.problem(regex.toString()).isEmpty()) {
        try {
          Pattern pattern = Pattern.compile(regex.toString());
          pattern.matcher("aab9日xyz").find();
          compiled++;
        } catch (PatternSyntaxException _) {
          // Refused in its own words, which is as good.
        }
      }
    }
    assertTrue(compiled > 500, "compiled " + compiled);
  }
}
