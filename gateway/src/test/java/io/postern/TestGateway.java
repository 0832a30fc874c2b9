package io.postern;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.config.Config;
import io.postern.config.ConfigFile;
import io.postern.fixture.FakeClock;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.Soon;
import io.postern.journal.Ledger;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.settings.Judgement;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A real gateway in a test's folder, with files of the real formats, real sockets, a real
/// database, and a clock that the test turns.
public final class TestGateway implements AutoCloseable {
  /// How long a test waits for what ought to come at once: longer than any machine is busy with
  /// something else.
  public static final Duration PATIENCE = Soon.PATIENCE;

  private final Path folder;
  final FakeClock clock;
  private final List<String> settings = new ArrayList<>();
  private String messageMax = "35MB";
  // Making a certificate takes a second.
  private String tls = "{ enabled: false }";
  private String store = "{ sqlite: data/postern.db }";
  private Gateway gateway;

  public TestGateway(Path folder) throws IOException {
    this(folder, new FakeClock());
  }

  public TestGateway(Path folder, FakeClock clock) throws IOException {
    this.folder = folder;
    this.clock = clock;
    Files.createDirectories(folder.resolve("rules"));
  }

  /// Adds lines to the configuration of the next start.
  public TestGateway set(String... lines) {
    settings.addAll(List.of(lines));
    return this;
  }

  public TestGateway messageMax(String size) {
    messageMax = size;
    return this;
  }

  /// Writes what stands behind the key `tls`.
  public TestGateway tls(String keys) {
    tls = keys;
    return this;
  }

  /// Writes what stands behind the key `store`.
  public TestGateway store(String keys) {
    store = keys;
    return this;
  }

  /// Writes a rule file that takes one recipient, with the shortest interval and period there are.
  public TestGateway rule(String name, URI url, String... more) throws IOException {
    return ruleFile(
        name,
        """
        name: %s
        when:
          - { header: To, matches: '^%s@in\\.example\\.com$' }
        post:
          url: %s
        %s
        retry: { interval: 10s, period: 1d }
        """
            .formatted(name, name, url, indented(more)));
  }

  /// Lines below `post:`; a line that is not indented stands for itself.
  private static String indented(String... lines) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append("  ").append(line).append('\n');
    }
    return text.toString();
  }

  public TestGateway ruleFile(String name, String text) throws IOException {
    Path file = folder.resolve("rules").resolve(name + ".yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  /// Writes the file of a subscriber that is told of deliveries in our own format.
  ///
  /// @param more lines that stand for themselves
  public TestGateway subscriber(String name, URI url, String... more) throws IOException {
    Path file = folder.resolve("subscribers").resolve(name + ".yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        name: %s
        events: [deliveries]
        post: { url: "%s", format: postern }
        """
                .formatted(name, url)
            + String.join("\n", more)
            + "\n");
    return settings.contains("subscribers: subscribers") ? this : set("subscribers: subscribers");
  }

  public TestGateway removeRule(String name) throws IOException {
    Files.delete(folder.resolve("rules").resolve(name + ".yaml"));
    return this;
  }

  public TestGateway start() throws IOException, StoreUnavailable {
    Path file = folder.resolve("postern.yaml");
    Files.writeString(
        file,
        """
        hostname: mx.example.com
        smtp: { listen: ["127.0.0.1:0"], max-message-size: %s, tls: %s }
        domains: [in.example.com, "*.sub.example.com"]
        rules: rules
        store: %s
        console: { listen: "127.0.0.1:0" }
        """
                .formatted(messageMax, tls, store)
            + String.join("\n", settings)
            + "\n");
    gateway = Gateway.open(config(file), Map.of("DESK", "s3cret"), world());
    return this;
  }

  /// Writes the port that the console has got into the configuration, for commands that look there.
  public void tellConsole() throws IOException {
    Path file = folder.resolve("postern.yaml");
    int port = gateway.consoleAddress().orElseThrow().getPort();
    Files.writeString(
        file,
        Files.readString(file)
            .replace(
                "console: { listen: \"127.0.0.1:0\" }",
                "console: { listen: \"127.0.0.1:" + port + "\" }"));
  }

  private World world() {
    return new World(
        clock,
        World.real().chance(),
        settings ->
            new io.postern.delivery.HttpCourier(
                clock, settings.permanentFailures(), settings.privateAllowed()));
  }

  private static Config config(Path file) {
    return switch (ConfigFile.read(file, Map.of("DESK", "s3cret"))) {
      case Judgement.Good(Config config, _) -> config;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  public Path database() {
    return folder.resolve("data").resolve("postern.db");
  }

  public Gateway gateway() {
    return gateway;
  }

  /// Where its console is.
  public URI console() {
    return URI.create("http:/" + gateway.consoleAddress().orElseThrow());
  }

  public InetSocketAddress smtp() {
    return gateway.smtpAddresses().getFirst();
  }

  /// Stops it cleanly and starts it again on the same folder.
  public void restart() throws IOException, StoreUnavailable {
    gateway.close();
    start();
  }

  /// What the console answers.
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI address = console().resolve(path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }
  }

  /// Sends one mail, and returns the reply that decided.
  public String deliver(byte[] message, String... recipients) throws IOException {
    return RawSmtp.deliver(smtp(), "ann@sender.example", List.of(recipients), message);
  }

  /// Lets the clock run, and has the queue looked at.
  public void tick(Duration time) {
    clock.tick(time);
    gateway.wake();
  }

  /// Waits until the dispatcher has looked at the queue, from start to end, and nothing is in
  /// flight.
  public void idle() {
    long looks = gateway.looks();
    until(
        "the dispatcher has looked",
        () -> {
          gateway.wake();
          return gateway.looks() > looks + 1;
        });
    until("nothing is in flight", () -> gateway.inFlight() == 0);
  }

  /// Every row of the log, oldest first.
  public List<Row> rows() throws StoreUnavailable {
    return gateway.journal().after(0, Query.ALL, 1000);
  }

  /// Waits for a row, and returns it.
  public Row await(Status status, Predicate<Row> which) throws StoreUnavailable {
    AtomicReference<List<Row>> seen = new AtomicReference<>(List.of());
    return Soon.await(
        () -> "no such " + status + " row in " + seen.get(),
        () -> {
          seen.set(rows().reversed());
          return seen.get().stream()
              .filter(row -> row.status() == status && which.test(row))
              .findFirst();
        });
  }

  public Row await(Status status) throws StoreUnavailable {
    return await(status, _ -> true);
  }

  /// Waits until something is so.
  public static void until(String what, BooleanSupplier state) {
    Soon.until(what, state::getAsBoolean);
  }

  public List<Status> statuses() throws StoreUnavailable {
    return rows().stream().map(Row::status).toList();
  }

  /// Whatever a test did, every delivery ever accepted must be accounted for at its end.
  @Override
  public void close() {
    if (gateway != null) {
      Optional<Ledger> ledger = ledger();
      gateway.close();
      gateway = null;
      assertTrue(ledger.filter(it -> it.unaccounted() != 0).isEmpty(), ledger.toString());
    }
  }

  private Optional<Ledger> ledger() {
    try {
      return Optional.of(gateway.journal().ledger());
    } catch (StoreUnavailable _) {
      // A test has done it harm, or closed it itself.
      return Optional.empty();
    }
  }
}
