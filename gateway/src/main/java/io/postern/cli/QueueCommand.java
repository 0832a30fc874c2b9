package io.postern.cli;

import io.postern.journal.Ledger;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Pause;
import io.postern.queue.Waiting;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `postern queue`: what waits.
@Command(
    name = "queue",
    description = "Tells what waits for delivery.",
    subcommands = QueueCommand.StatusCommand.class,
    synopsisSubcommandLabel = "status")
final class QueueCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(Main.line(spec), "write: postern queue status");
  }

  /// `postern queue status`: the ledger, and what waits by rule.
  @Command(
      name = "status",
      description = "Prints the ledger, what waits by rule, and paused endpoints.",
      footer = {"", "Exit code 1 when the ledger does not balance."})
  static final class StatusCommand implements Callable<Integer> {
    @Mixin private @Nullable StoreOption store;
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws StoreUnavailable, IOException {
      CommandLine line = Main.line(spec);
      try (var reader = Main.present(store).open(line)) {
        Ledger ledger = reader.ledger();
        PrintWriter out = line.getOut();
        print(ledger, out);
        printWaiting(reader.waiting(), out);
        printPauses(reader.pauses(), out);
        return ledger.unaccounted() == 0 ? 0 : 1;
      }
    }

    private static void print(Ledger ledger, PrintWriter out) {
      out.println("accepted     " + ledger.accepted());
      out.println("succeeded    " + ledger.succeeded());
      out.println("failed       " + ledger.failed());
      out.println("waiting      " + ledger.waiting());
      out.println("purged       " + ledger.purged());
      out.println("unaccounted  " + ledger.unaccounted());
    }

    private static void printWaiting(List<Waiting> waiting, PrintWriter out) {
      if (waiting.isEmpty()) {
        return;
      }
      out.println();
      out.println("Waiting, by rule:");
      for (Waiting rule : waiting) {
        out.println(
            "  %s: %d, the oldest received %s, next try at %s"
                .formatted(
                    rule.rule(),
                    rule.count(),
                    Times.text(rule.oldest()),
                    Times.text(rule.nextDue())));
      }
    }

    private static void printPauses(List<Pause> pauses, PrintWriter out) {
      if (pauses.isEmpty()) {
        return;
      }
      out.println();
      out.println("Paused endpoints:");
      for (Pause pause : pauses) {
        out.println(
            "  %s, since %s: %s"
                .formatted(pause.rule(), Times.text(pause.since()), pause.reason()));
      }
    }
  }
}
