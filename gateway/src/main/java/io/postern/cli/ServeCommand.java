package io.postern.cli;

import io.postern.Gateway;
import io.postern.World;
import io.postern.config.Config;
import io.postern.journal.StoreUnavailable;
import io.postern.service.Supervisor;
import io.postern.service.Watchdog;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `postern serve`: runs a gateway in the foreground until SIGTERM or SIGINT.
@Command(
    name = "serve",
    description = "Runs the gateway in the foreground; its service log goes to standard error.",
    footer = {
      "",
      "SIGTERM and SIGINT stop it cleanly: no new mail, running transactions and attempts end.",
      "SIGHUP reads the rules and the certificate at once. Under systemd (Type=notify) it tells its"
          + " readiness, reloads,",
      "stop, and signs of life.",
      "Exit code 2 when the configuration can't be used: a new start would not help."
    })
final class ServeCommand implements Callable<Integer> {
  @Mixin private @Nullable ConfigOption configOption;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, StoreUnavailable, InterruptedException {
    CommandLine line = Main.line(spec);
    Optional<Config> config = Main.present(configOption).read(line);
    if (config.isEmpty()) {
      // Not 1: another start can't help before a person has changed something, as with a wrong
      // option.
      return CommandLine.ExitCode.USAGE;
    }
    Supervisor supervisor = Supervisor.of(System.getenv());
    ServiceLog.use(config.get().logFormat());
    Gateway gateway = Gateway.open(config.get(), System.getenv(), World.real());
    Logger log = LoggerFactory.getLogger(ServeCommand.class);
    Hangup.onEach(
        () -> {
          log.info("reloading the rules and the certificate, as SIGHUP asks");
          supervisor.reloading();
          try {
            gateway.reload();
          } finally {
            supervisor.ready(gateway.status());
          }
        });
    Watchdog watchdog = new Watchdog(supervisor, gateway::turns, gateway::status);
    // The JVM runs this on SIGTERM and SIGINT, and ends when it is done.
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(
                    () -> {
                      supervisor.stopping();
                      watchdog.close();
                      gateway.close();
                    }));
    supervisor.ready(gateway.status());
    watchdog.start();
    // Ends with the process: nothing counts this down.
    new CountDownLatch(1).await();
    return 0;
  }
}
