package io.postern.cli;

import io.postern.config.Config;
import io.postern.mail.Address;
import io.postern.mime.HeaderTap;
import io.postern.mime.Headers;
import io.postern.rules.Book;
import io.postern.rules.Explanation;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `postern explain`: what the rules make of a mail, and why.
@Command(
    name = "explain",
    description = "Tells, rule by rule and term by term, who would take a mail and why.",
    footer = {"", "Exit code 1 when no enabled rule takes it."})
final class ExplainCommand implements Callable<Integer> {
  private static final int BLOCK = 64 * 1024;
  private static final String DENIED = "no rule takes this mail: it would be denied";
  private static final String POSTMASTER =
      "no rule takes this mail: it would go to the rule that the key postmaster names";

  @Mixin private @Nullable ConfigOption configOption;
  @Mixin private @Nullable MailOption mailOption;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandLine line = Main.line(spec);
    Address recipient = Main.present(mailOption).recipient(line);
    Optional<Config> config = Main.present(configOption).read(line);
    if (config.isEmpty()) {
      return 1;
    }
    RuleFiles files = new RuleFiles(config.get().rules(), System.getenv(), Severity.WARNING);
    return switch (files.read()) {
      case Judgement.Bad(List<Problem> problems) -> {
        problems.forEach(line.getErr()::println);
        yield 1;
      }
      case Judgement.Good(Book book, _) ->
          explain(recipient, book.explain(recipient, headers()), line);
    };
  }

  private static int explain(Address recipient, List<Explanation> explanations, CommandLine line) {
    boolean isTaken = false;
    for (Explanation explanation : explanations) {
      explanation.lines().forEach(line.getOut()::println);
      isTaken |= explanation.matches() && explanation.rule().enabled();
    }
    if (!isTaken) {
      line.getOut().println(recipient.isPostmaster() ? POSTMASTER : DENIED);
    }
    return isTaken ? 0 : 1;
  }

  private Headers headers() throws IOException {
    HeaderTap tap = new HeaderTap();
    byte[] block = new byte[BLOCK];
    try (InputStream in = Main.present(mailOption).stream()) {
      int read = in.read(block);
      while (read >= 0 && !tap.complete()) {
        tap.accept(block, 0, read);
        read = in.read(block);
      }
    }
    return tap.headers();
  }
}
