package io.postern.cli;

import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Order;
import io.postern.queue.Pause;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern endpoint`: pauses and resumes. An endpoint is its rule, and is named by it.
@Command(
    name = "endpoint",
    description = "Lists, pauses and resumes endpoints; what waits for a paused one loses no time.",
    synopsisSubcommandLabel = "(list | pause | resume)")
final class EndpointCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Main.line(spec), "write: postern endpoint list, pause RULE or resume RULE");
  }

  @Command(name = "list", description = "Lists the paused endpoints.")
  int list(@Mixin StoreOption store) throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    try (SqliteReader reader = store.open(line)) {
      List<Pause> pauses = reader.pauses();
      pauses.forEach(
          pause ->
              line.getOut()
                  .println(
                      "%s  paused since %s: %s"
                          .formatted(pause.rule(), Times.text(pause.since()), pause.reason())));
      if (pauses.isEmpty()) {
        line.getOut().println("no endpoint is paused");
      }
    }
    return 0;
  }

  @Command(name = "pause", description = "Holds a rule's deliveries until it is resumed.")
  int pause(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "RULE", description = "The rule's name.") String rule)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Errand.run(config.require(line), new Order.Hold(rule));
    line.getOut().println(rule + " is paused");
    return 0;
  }

  @Command(name = "resume", description = "Ends a pause.")
  int resume(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "RULE", description = "The rule's name.") String rule)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    boolean resumed = Errand.run(config.require(line), new Order.Resume(rule)).count() > 0;
    line.getOut().println(rule + (resumed ? " is resumed" : " was not paused"));
    return resumed ? 0 : 1;
  }
}
