package io.postern.cli;

import io.postern.Gateway;
import io.postern.World;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The program `postern`. Exit codes: 0 done, 1 not done, 2 wrong usage.
@Command(
    name = "postern",
    description = "An SMTP gateway that hands each mail it accepts to a webhook.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    scope = CommandLine.ScopeType.INHERIT,
    exitCodeList = {"0:done", "1:not done", "2:wrong usage"},
    exitCodeListHeading = "%nExit codes:%n")
public final class Main implements Runnable {
  static final InstantSource CLOCK = World.real().clock();

  /// The commands by name, in the order of the help.
  private static final List<Map.Entry<String, Class<?>>> COMMANDS =
      List.of(
          Map.entry("serve", ServeCommand.class),
          Map.entry("check", CheckCommand.class),
          Map.entry("explain", ExplainCommand.class),
          Map.entry("parse", ParseCommand.class),
          Map.entry("log", LogCommand.class),
          Map.entry("show", ShowCommand.class),
          Map.entry("queue", QueueCommand.class),
          Map.entry("endpoint", EndpointCommand.class),
          Map.entry("subscriber", SubscriberCommand.class),
          Map.entry("block", BlockCommand.class),
          Map.entry("replay", ReplayCommand.class),
          Map.entry("forget", ForgetCommand.class),
          Map.entry("backup", BackupCommand.class),
          Map.entry("verify", VerifyCommand.class),
          Map.entry("doctor", DoctorCommand.class),
          Map.entry("catch", CatchCommand.class),
          Map.entry("demo", DemoCommand.class),
          Map.entry("schema", SchemaCommand.class));

  @Spec private @Nullable CommandSpec spec;

  /// Runs one command and ends the process with its exit code.
  public static void main(String[] args) {
    System.exit(run(args, writer(System.out), writer(System.err)));
  }

  /// Mail is full of letters that no terminal's own character set has.
  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /// Runs one command.
  ///
  /// @return its exit code
  static int run(String[] args, PrintWriter out, PrintWriter err) {
    return commandLine(args.length == 0 ? "" : args[0])
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(Main::explain)
        .execute(args);
  }

  /// The whole program as picocli knows it, for its manual.
  public static CommandLine commandLine() {
    return commandLine("");
  }

  /// The program with the command that is wanted; with all when that is none. Picocli finds a
  /// command's options by reflection; for all commands that takes a good part of a gateway's start,
  /// and 10 MB.
  private static CommandLine commandLine(String wanted) {
    boolean isKnown = COMMANDS.stream().anyMatch(command -> command.getKey().equals(wanted));
    CommandLine line = new CommandLine(new Main());
    for (Map.Entry<String, Class<?>> command : COMMANDS) {
      if (!isKnown || command.getKey().equals(wanted)) {
        line.addSubcommand(command.getKey(), command.getValue());
      }
    }
    return line;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(line(spec), "which command?");
  }

  /// A fault of the world becomes one line; one of ours keeps its stack trace.
  private static int explain(Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
    if (failure instanceof StoreUnavailable || failure instanceof IOException) {
      line.getErr().println("postern: " + failure.getMessage());
    } else {
      line.getErr().println("postern: an internal error, please report it:");
      failure.printStackTrace(line.getErr());
    }
    return 1;
  }

  /// The command line of a command that picocli has filled.
  static CommandLine line(@Nullable CommandSpec spec) {
    return present(spec).commandLine();
  }

  /// What picocli has filled before a command is called.
  static <T> T present(@Nullable T filled) {
    if (filled == null) {
      throw new IllegalStateException("picocli did not fill a field");
    }
    return filled;
  }

  /// What `--version` prints.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"postern " + Gateway.version()};
    }
  }
}
