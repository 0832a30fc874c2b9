package io.postern.cli;

import io.postern.World;
import io.postern.config.Config;
import io.postern.delivery.Outcome;
import io.postern.delivery.Rehearsal;
import io.postern.journal.CleanText;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Order;
import io.postern.queue.Pause;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern endpoint`: pauses, resumes and tries. An endpoint is its rule, and is named by it.
@Command(
    name = "endpoint",
    description =
        "Lists, pauses, resumes and tries endpoints; what waits for a paused one loses no time.",
    synopsisSubcommandLabel = "(list | pause | resume | test)")
final class EndpointCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Main.line(spec), "write: postern endpoint list, pause RULE, resume RULE or test RULE");
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
      @Mixin ConfigOption option,
      @Parameters(paramLabel = "RULE", description = "The rule's name.") String rule)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Config config = option.require(line);
    // A name that was mistyped would pause nothing, and nobody would know.
    RulesOption.requireKnown(config, rule, line);
    Errand.run(config, new Order.Hold(rule));
    line.getOut().println(rule + " is paused");
    return 0;
  }

  @Command(name = "resume", description = "Ends a pause.")
  int resume(
      @Mixin ConfigOption option,
      @Parameters(paramLabel = "RULE", description = "The rule's name.") String rule)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Config config = option.require(line);
    if (Errand.run(config, new Order.Resume(rule)).count() == 0) {
      RulesOption.requireKnown(config, rule, line);
      line.getOut().println(rule + " was not paused");
      return 1;
    }
    line.getOut().println(rule + " is resumed");
    return 0;
  }

  @Command(
      name = "test",
      description = "Posts a sample mail, marked as one, and shows what was sent and answered.",
      footer = {
        "",
        "The sample has the rule's format, authentication and signature, and X-Postern-Test: yes.",
        "No gateway needs to run, and nothing is noted. Exit code 1 when it would not succeed."
      })
  int test(
      @Mixin ConfigOption option,
      @Parameters(paramLabel = "RULE", description = "The rule's name.") String rule)
      throws IOException {
    CommandLine line = Main.line(spec);
    Config config = option.require(line);
    Rehearsal.Report report =
        Rehearsal.hold(
            RulesOption.rule(config, rule, line).endpoint(),
            config.gateway(),
            config.delivery(),
            new Rehearsal.Given(Main.CLOCK, World.real().chance()));
    print(report, line.getOut());
    return report.outcome() instanceof Outcome.Accepted ? 0 : 1;
  }

  private static void print(Rehearsal.Report report, PrintWriter out) {
    out.println(report.requestLine());
    report.headers().forEach(out::println);
    out.println();
    out.println("(a body of " + report.bodyBytes() + " bytes)");
    out.println();
    out.println("signature: " + report.signature());
    out.println("answer after " + report.elapsed().toMillis() + " ms: " + text(report.outcome()));
  }

  private static String text(Outcome outcome) {
    String why = CleanText.of(outcome.text());
    return switch (outcome) {
      case Outcome.Accepted(int status, _) -> "HTTP " + status + ", a delivery would succeed";
      case Outcome.Deferred _ -> why + ", a delivery would be tried again";
      case Outcome.Refused _ -> why + ", a delivery would fail at once";
      case Outcome.Gone _ -> why + ", the endpoint would be paused";
      case Outcome.NotMade _ -> "none: " + why;
    };
  }
}
