package io.postern.cli;

import io.postern.config.Config;
import io.postern.journal.Ledger;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Choice;
import io.postern.queue.Choice.State;
import io.postern.queue.Order;
import io.postern.queue.Pause;
import io.postern.queue.Pending;
import io.postern.queue.Waiting;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `postern queue`: what waits.
@Command(
    name = "queue",
    description = "Tells what waits for delivery, and drops it.",
    subcommands = {
      QueueCommand.StatusCommand.class,
      QueueCommand.ListCommand.class,
      QueueCommand.DropCommand.class
    },
    synopsisSubcommandLabel = "(status | list | drop)")
final class QueueCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        Main.line(spec), "write: postern queue status, list, or drop ID... or --rule RULE");
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

  /// `postern queue list`: what waits, one by one.
  @Command(
      name = "list",
      description = "Lists the deliveries that wait, next due first.",
      footer = {"", "What a pause holds, or a rule that is gone or not enabled, is listed too."})
  static final class ListCommand implements Callable<Integer> {
    private static final int SHOWN_MAX = 1_000;

    @Mixin private @Nullable StoreOption store;
    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--rule", description = "Only this rule (filter name).")
    private String rule = "";

    @Option(
        names = "--limit",
        description = "How many at most, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int limit = 50;

    @Override
    public Integer call() throws StoreUnavailable, IOException {
      CommandLine line = Main.line(spec);
      if (limit < 1 || limit > SHOWN_MAX) {
        throw new ParameterException(line, "--limit " + limit + ": write 1 to " + SHOWN_MAX);
      }
      try (var reader = Main.present(store).open(line)) {
        Set<String> paused = reader.pauses().stream().map(Pause::rule).collect(Collectors.toSet());
        List<Pending> pending = reader.pending(rule, limit);
        for (Pending one : pending) {
          line.getOut().println(text(one, paused.contains(one.rule())));
        }
        if (pending.isEmpty()) {
          line.getOut().println("nothing waits");
        }
      }
      return 0;
    }

    private static String text(Pending one, boolean isPaused) {
      String when =
          one.inFlight()
              ? "being tried, lease until " + Times.text(one.due())
              : "next try at " + Times.text(one.due()) + (isPaused ? ", but paused" : "");
      return "%s  %s  to %s  received %s  attempts %d  %s%s"
          .formatted(
              one.delivery(),
              one.rule(),
              one.recipient(),
              Times.text(one.received()),
              one.attempts(),
              when,
              one.reason().isEmpty() ? "" : "  " + one.reason());
    }
  }

  /// `postern queue drop`: gives up.
  @Command(
      name = "drop",
      description = "Gives up deliveries that wait: they become failed, and can be replayed.",
      footer = {"", "An attempt that is under way is not called back; its outcome is not noted."})
  static final class DropCommand implements Callable<Integer> {
    @Mixin private @Nullable ConfigOption configOption;
    @Mixin private @Nullable Consent consent;
    @Mixin private @Nullable DeliveryIds deliveryIds;
    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--rule", description = "All of this rule (filter name).")
    private String rule = "";

    @Override
    public Integer call() throws StoreUnavailable, IOException {
      CommandLine line = Main.line(spec);
      List<String> ids = Main.present(deliveryIds).all();
      if (ids.isEmpty() == rule.isEmpty()) {
        throw new ParameterException(line, "write ids, or --rule RULE");
      }
      Config config = Main.present(configOption).require(line);
      if (rule.isEmpty()) {
        return dropEach(ids, config, line);
      }
      Choice choice = new Choice("", rule, Set.of(State.WAITING), null, null);
      long count;
      try (SqliteReader reader = StoreOption.open(config)) {
        count = reader.count(choice);
      }
      if (count == 0) {
        line.getOut().println("nothing waits for " + rule);
        return 1;
      }
      if (!Main.present(consent)
          .isGiven(line, DeliveryIds.text(count) + " of " + rule + " to drop")) {
        return 1;
      }
      line.getOut()
          .println(
              DeliveryIds.text(Errand.run(config, new Order.Drop(choice)).count()) + " dropped");
      return 0;
    }

    private int dropEach(List<String> ids, Config config, CommandLine line)
        throws StoreUnavailable, IOException {
      int exit = 0;
      for (String id : ids) {
        long done = Errand.run(config, new Order.Drop(Choice.of(id))).count();
        line.getOut()
            .println(
                id
                    + ": "
                    + (done == 0 ? "nothing of it waits" : DeliveryIds.text(done) + " dropped"));
        exit = done == 0 ? 1 : exit;
      }
      return exit;
    }
  }
}
