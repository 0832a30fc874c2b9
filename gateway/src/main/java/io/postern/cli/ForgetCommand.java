package io.postern.cli;

import io.postern.config.Config;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Done;
import io.postern.queue.Order;
import io.postern.queue.Traces;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern forget`: erases mails and their traces.
@Command(
    name = "forget",
    description = "Erases mails, and what the status log holds of them, for good.",
    footer = {
      "",
      "Erased are the message, and in every row of the status log sender, recipient, message id,",
      "host name and reason. Time, status and rule of the rows stay, and so do all counts.",
      "What waits is not delivered any more. An address means whole mails: those to it go for all",
      "of their recipients. Out of reach are backups, the service log, and what endpoints got."
    })
final class ForgetCommand implements Callable<Integer> {
  @Mixin private @Nullable ConfigOption configOption;
  @Mixin private @Nullable Consent consent;
  @Spec private @Nullable CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private @Nullable Whose whose;

  /// One of the three.
  static final class Whose {
    @Parameters(paramLabel = "ID", description = "A mail, by its id or that of a delivery.")
    private @Nullable String id;

    @Option(names = "--to", paramLabel = "ADDRESS", description = "All mail to this recipient.")
    private @Nullable String to;

    @Option(names = "--from", paramLabel = "ADDRESS", description = "All mail from this sender.")
    private @Nullable String from;

    Traces traces() {
      if (id != null) {
        return new Traces.OfMail(id.strip());
      }
      return to != null ? new Traces.To(to.strip()) : new Traces.From(Main.present(from).strip());
    }
  }

  @Override
  public Integer call() throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Traces traces = Main.present(whose).traces();
    Config config = Main.present(configOption).require(line);
    Done found;
    try (SqliteReader reader = StoreOption.open(config)) {
      found = reader.count(traces);
    }
    if (found.count() + found.rows() == 0) {
      line.getOut().println("nothing to forget");
      return 1;
    }
    if (!Main.present(consent).isGiven(line, text(found) + " to forget for good")) {
      return 1;
    }
    Done done = Errand.run(config, new Order.Forget(traces));
    line.getOut().println("forgot " + text(done));
    return 0;
  }

  private static String text(Done done) {
    return "%s and %s of the status log"
        .formatted(
            done.count() == 1 ? "1 mail" : done.count() + " mails",
            done.rows() == 1 ? "1 row" : done.rows() + " rows");
  }
}
