package io.postern.cli;

import io.postern.Gateway;
import io.postern.config.Config;
import io.postern.console.Token;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Pause;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Main.line(spec), "write: postern endpoint list, pause RULE or resume RULE");
  }

  @Command(name = "list", description = "Lists the paused endpoints.")
  int list(@Mixin StoreOption store) throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    try (SqliteStore.View reader = store.open(line)) {
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
    return change(config, "pause", rule);
  }

  @Command(name = "resume", description = "Ends a pause.")
  int resume(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "RULE", description = "The rule's name.") String rule)
      throws StoreUnavailable, IOException {
    return change(config, "resume", rule);
  }

  /// Asks the gateway that runs; if none does, takes the store and acts itself.
  private int change(ConfigOption option, String verb, String rule)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Optional<Config> config = option.read(line);
    if (config.isEmpty()) {
      return 1;
    }
    Optional<Integer> status = ask(config.get(), verb, rule);
    int answer = status.isPresent() ? status.get() : act(config.get(), verb, rule);
    String done = verb.equals("pause") ? " is paused" : " is resumed";
    line.getOut()
        .println(
            switch (answer) {
              case 204 -> rule + done;
              case 404 -> rule + " was not paused";
              default -> "the gateway refused, status " + answer;
            });
    return answer == 204 ? 0 : 1;
  }

  /// @return the status; empty when no gateway answers
  private static Optional<Integer> ask(Config config, String verb, String rule) throws IOException {
    if (config.console() == null) {
      return Optional.empty();
    }
    InetSocketAddress console = config.console().listen();
    HttpURLConnection call =
        (HttpURLConnection)
            URI.create(
                    "http:/%s/endpoint/%s?rule=%s"
                        .formatted(console, verb, URLEncoder.encode(rule, StandardCharsets.UTF_8)))
                .toURL()
                .openConnection();
    try {
      call.setConnectTimeout((int) PATIENCE.toMillis());
      call.setReadTimeout((int) PATIENCE.toMillis());
      call.setRequestMethod("POST");
      call.setRequestProperty("authorization", Token.read(config.stateFolder()).header());
      return Optional.of(call.getResponseCode());
    } catch (java.net.ConnectException | java.nio.file.NoSuchFileException _) {
      return Optional.empty();
    } finally {
      call.disconnect();
    }
  }

  private static int act(Config config, String verb, String rule) throws StoreUnavailable {
    try (SqliteStore store = SqliteStore.open(Gateway.storeSettings(config), Main.CLOCK)) {
      if (verb.equals("pause")) {
        store.pause(new Pause(rule, Main.CLOCK.instant(), "paused by an operator"));
        return 204;
      }
      return store.resume(rule) ? 204 : 404;
    }
  }
}
