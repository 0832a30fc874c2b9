package io.postern.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// The console's HTTP server, on loopback.
///
/// `GET /health` answers 200 when nothing is red, else 503, with a JSON object: `status` (`ok`,
/// `degraded` or `failing`), `book` (the version of the rule book in force), and `findings`, a list
/// of objects with `level` (`yellow`, `red`), `subject` and `text`.
public final class Console implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /// Connections that may wait to be accepted.
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Supplier<Health> health;

  private Console(HttpServer server, ExecutorService threads, Supplier<Health> health) {
    this.server = server;
    this.threads = threads;
    this.health = health;
  }

  /// Starts listening.
  ///
  /// @param settings where
  /// @param health asked at each request; it must not throw
  /// @throws IOException when the address is taken
  public static Console open(Settings settings, Supplier<Health> health) throws IOException {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    Console console = new Console(HttpServer.create(settings.listen(), BACKLOG), threads, health);
    console.server.setExecutor(threads);
    console.server.createContext("/health", console::health);
    console.server.start();
    return console;
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private void health(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")
          || !exchange.getRequestURI().getPath().equals("/health")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      Health now = health.get();
      byte[] body =
          (JSON.writeValueAsString(Answer.of(now)) + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(now.isGood() ? 200 : 503, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  /// The JSON of `/health`; its fields are documented at the class.
  private record Answer(String status, String book, List<Item> findings) {
    static Answer of(Health health) {
      String status = health.findings().isEmpty() ? "ok" : health.isGood() ? "degraded" : "failing";
      return new Answer(status, health.book(), health.findings().stream().map(Item::of).toList());
    }
  }

  /// One entry of `findings`.
  private record Item(String level, String subject, String text) {
    static Item of(Health.Finding finding) {
      return new Item(
          finding.level().name().toLowerCase(Locale.ROOT), finding.subject(), finding.text());
    }
  }
}
