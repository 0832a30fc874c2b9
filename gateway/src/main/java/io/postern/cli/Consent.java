package io.postern.cli;

import java.io.Console;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// The option `--yes`, and the question that it answers.
final class Consent {
  @Option(names = "--yes", description = "Acts without asking.")
  private boolean yes;

  /// Says what is about to be done, and asks whether it should be.
  ///
  /// @param doing one sentence
  /// @return false when it must not be done; the reason is printed
  boolean isGiven(CommandLine line, String doing) {
    line.getOut().println(doing);
    return yes
        || isAnswered(
            line, "Go on? [y/N] ", "--yes", it -> it.toLowerCase(Locale.ROOT).startsWith("y"));
  }

  /// Asks at the terminal.
  ///
  /// @param instead the option that spares the question
  /// @param expected judges the answer
  /// @return false when it was not what is expected, or there is nobody to ask; that is printed
  @SuppressWarnings("SystemConsoleNull") // From Java 25 on it is null again without a terminal.
  static boolean isAnswered(
      CommandLine line, String question, String instead, Predicate<String> expected) {
    @Nullable Console terminal = System.console();
    if (terminal == null || !terminal.isTerminal()) {
      line.getErr()
          .println("nothing was done: add " + instead + ", since there is no terminal to ask");
      return false;
    }
    @Nullable String answer = terminal.readLine(question);
    boolean isExpected = answer != null && expected.test(answer.strip());
    if (!isExpected) {
      line.getErr().println("nothing was done");
    }
    return isExpected;
  }
}
