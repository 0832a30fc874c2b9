package io.postern.cli;

import io.postern.journal.StoreUnavailable;
import io.postern.journal.Story;
import io.postern.journal.Times;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern show`: the whole story of one mail.
@Command(
    name = "show",
    description = "Tells the whole story of one mail: session, envelope, rules, attempts.")
final class ShowCommand implements Callable<Integer> {
  @Mixin private @Nullable StoreOption store;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "ID",
      description = "A mail's id (from the 250), a delivery's (webhook-id), or a session's.")
  private String id = "";

  @Override
  public Integer call() throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    try (var reader = Main.present(store).open(line)) {
      Optional<Story> story = reader.story(id.strip());
      if (story.isEmpty()) {
        line.getErr().println("nothing is known of " + id);
        return 1;
      }
      print(story.get(), line.getOut());
      return 0;
    }
  }

  private static void print(Story story, PrintWriter out) {
    int width = story.facts().stream().mapToInt(fact -> fact.name().length()).max().orElse(0);
    for (Story.Fact fact : story.facts()) {
      out.println(fact.name() + " ".repeat(width - fact.name().length() + 2) + fact.value());
    }
    out.println();
    out.println("Status log:");
    story.rows().forEach(row -> out.println("  " + RowText.of(row)));
    if (!story.attempts().isEmpty()) {
      out.println();
      out.println("Attempts that were deferred:");
      for (Story.Attempt attempt : story.attempts()) {
        out.println(
            "  %s  %s  attempt %d in %d ms  %s"
                .formatted(
                    Times.text(attempt.at()),
                    attempt.delivery(),
                    attempt.number(),
                    attempt.elapsedMs(),
                    attempt.reason()));
      }
    }
  }
}
