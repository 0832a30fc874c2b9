package io.postern.cli;

import io.postern.config.Config;
import io.postern.rules.Book;
import io.postern.rules.Read;
import io.postern.rules.Rule;
import io.postern.rules.RuleFiles;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import picocli.CommandLine;

/// A rule that a command names, read from the files as they are now.
final class RulesOption {
  private RulesOption() {}

  /// The rule of that name.
  ///
  /// @throws IOException when there is none, or the files can't be used: then what is wrong with
  ///   them is printed
  static Rule rule(Config config, String name, CommandLine line) throws IOException {
    return book(config, line)
        .rule(name)
        .orElseThrow(() -> new IOException("there is no rule " + name + ", so nothing was done"));
  }

  /// All rules.
  ///
  /// @throws IOException when the files can't be used: then what is wrong with them is printed
  static Book book(Config config, CommandLine line) throws IOException {
    return switch (new RuleFiles(config.rules(), System.getenv(), Severity.WARNING).read()) {
      case Read.Bad(var problems) -> {
        problems.forEach(line.getErr()::println);
        throw new IOException("the rules can't be used, so nothing was done");
      }
      case Read.Good(Book book, _) -> book;
    };
  }
}
