package io.postern.cli;

import java.io.Console;
import java.util.Locale;
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
  @SuppressWarnings("SystemConsoleNull") // From Java 25 on it is null again without a terminal.
  boolean isGiven(CommandLine line, String doing) {
    line.getOut().println(doing);
    if (yes) {
      return true;
    }
    @Nullable Console terminal = System.console();
    if (terminal == null || !terminal.isTerminal()) {
      line.getErr().println("nothing was done: add --yes, since there is no terminal to ask");
      return false;
    }
    @Nullable String answer = terminal.readLine("Go on? [y/N] ");
    boolean isYes = answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    if (!isYes) {
      line.getErr().println("nothing was done");
    }
    return isYes;
  }
}
