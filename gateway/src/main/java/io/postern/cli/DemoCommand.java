package io.postern.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.postern.Gateway;
import io.postern.World;
import io.postern.config.Config;
import io.postern.config.ConfigFile;
import io.postern.demo.Demo;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import io.postern.settings.Judgement;
import io.postern.settings.Problem;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/// `postern demo`: three mails through a real gateway, before your eyes.
@Command(
    name = "demo",
    description =
        "Sends three mails through a gateway of its own on loopback, and shows each step.",
    footer = {"", "Takes under 30 seconds. Exit code 0 when each mail ended as it should."})
final class DemoCommand implements Callable<Integer> {
  private static final int ROWS = 200;

  @Override
  public Integer call() {
    // The demo tells its own story; the service log speaks up only when something breaks.
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    World world = World.real();
    return new Demo(file -> start(file, world), out, world.clock()).run();
  }

  private static Demo.Running start(Path file, World world) throws IOException, StoreUnavailable {
    return switch (ConfigFile.read(file, System.getenv())) {
      case Judgement.Bad(List<Problem> problems) ->
          throw new IOException(problems.getFirst().toString());
      case Judgement.Good(Config config, _) ->
          new Running(Gateway.open(config, System.getenv(), world));
    };
  }

  /// The gateway as the demo sees it.
  private record Running(Gateway gateway) implements Demo.Running {
    @Override
    public InetSocketAddress smtp() {
      return gateway.smtpAddresses().getFirst();
    }

    @Override
    public List<Row> after(long number) throws StoreUnavailable {
      return gateway.journal().after(number, Query.ALL, ROWS);
    }

    @Override
    public void close() {
      gateway.close();
    }
  }
}
