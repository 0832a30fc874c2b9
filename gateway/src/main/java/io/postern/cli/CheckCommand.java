package io.postern.cli;

import io.postern.World;
import io.postern.config.Check;
import io.postern.settings.Problem.Severity;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `postern check`: reads the configuration and the rules as `serve` would, and prints every
/// problem.
@Command(
    name = "check",
    description =
        "Checks the configuration and the rules, and prints every problem with its place.",
    footer = {"", "Exit code 1 when a gateway could not take them."})
final class CheckCommand implements Callable<Integer> {
  @Mixin private @Nullable ConfigOption configOption;
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--as-service",
      description = "Run as the service's user: a secret that can't be read is an error then.")
  private boolean asService;

  @Override
  public Integer call() {
    CommandLine line = Main.line(spec);
    Path file = Main.present(configOption).file(line);
    Check check =
        Check.run(
            file,
            System.getenv(),
            asService ? Severity.ERROR : Severity.WARNING,
            World.real().clock());
    check.problems().forEach(line.getOut()::println);
    boolean isGood = check.errors() == 0;
    line.getOut().println(file + (isGood ? ": good: " : ": not usable: ") + check.summary());
    return isGood ? 0 : 1;
  }
}
