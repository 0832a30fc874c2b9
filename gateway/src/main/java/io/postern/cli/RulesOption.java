package io.postern.cli;

import io.postern.config.Config;
import io.postern.journal.StoreUnavailable;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Nearest;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;

/// A rule that a command names, read from the files as they are now.
final class RulesOption {
  private RulesOption() {}

  /// The rule of that name.
  ///
  /// @throws IOException when there is none, or the files can't be used: then what is wrong with
  ///   them is printed
  static Rule rule(Config config, String name, CommandLine line) throws IOException {
    Book book = book(config, line);
    return book.rule(name).orElseThrow(() -> new IOException(unknown(name, names(book))));
  }

  /// All rules.
  ///
  /// @throws IOException when the files can't be used: then what is wrong with them is printed
  static Book book(Config config, CommandLine line) throws IOException {
    return switch (read(config)) {
      case Judgement.Bad(var problems) -> {
        problems.forEach(line.getErr()::println);
        throw new IOException("the rules can't be used, so nothing was done");
      }
      case Judgement.Good(Book book, _) -> book;
    };
  }

  /// Makes sure that a name was not mistyped: that the files have a rule of that name, or the store
  /// has deliveries or a pause of it, for a rule that is gone can be paused too. When the files
  /// can't be used now, any name will do; an endpoint that has to be paused can't wait for them.
  ///
  /// @throws IOException when nobody knows the name
  static void requireKnown(Config config, String name, CommandLine line)
      throws IOException, StoreUnavailable {
    switch (read(config)) {
      case Judgement.Bad<Book> _ ->
          line.getErr().println("the rules can't be used now, so the name was not checked");
      case Judgement.Good(Book book, _) -> {
        Set<String> known = names(book);
        if (!known.contains(name)) {
          try (SqliteReader reader = StoreOption.open(config)) {
            reader.waiting().forEach(waiting -> known.add(waiting.rule()));
            reader.pauses().forEach(pause -> known.add(pause.rule()));
          }
        }
        if (!known.contains(name)) {
          throw new IOException(unknown(name, known));
        }
      }
    }
  }

  private static Judgement<Book> read(Config config) {
    return new RuleFiles(config.rules(), System.getenv(), Severity.WARNING).read();
  }

  private static Set<String> names(Book book) {
    return book.rules().stream().map(Rule::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static String unknown(String name, Set<String> known) {
    return "there is no rule %s, so nothing was done%s"
        .formatted(
            Problem.quote(name),
            Nearest.of(name, known)
                .map(nearest -> "; did you mean " + Problem.quote(nearest) + "?")
                .orElse(""));
  }
}
