package io.postern.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// The console's HTTP server, on loopback.
///
/// `GET /health` answers 200 when nothing is red, else 503, with a JSON object: `status` (`ok`,
/// `degraded` or `failing`), `book` (the version of the rule book in force), and `findings`, a list
/// of objects with `level` (`yellow`, `red`), `subject` and `text`.
public final class Console implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Console.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String RULE = "rule=";

  /// Connections that may wait to be accepted.
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Parts parts;

  /// What a console works with.
  ///
  /// @param health asked at each request; it must not throw
  /// @param controls what commands change
  /// @param token what commands must show
  public record Parts(Supplier<Health> health, Controls controls, Token token) {}

  private Console(HttpServer server, ExecutorService threads, Parts parts) {
    this.server = server;
    this.threads = threads;
    this.parts = parts;
  }

  /// Starts listening.
  ///
  /// @throws IOException when the address is taken
  public static Console open(Settings settings, Parts parts) throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(settings.listen(), BACKLOG);
    } catch (IOException e) {
      throw new IOException(
          "console.listen: can't listen on %s: %s".formatted(settings.listen(), e.getMessage()), e);
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    Console console = new Console(server, threads, parts);
    server.setExecutor(threads);
    server.createContext("/health", console::health);
    server.createContext("/endpoint/", console::endpoint);
    server.start();
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
      Health now = parts.health().get();
      byte[] body =
          (JSON.writeValueAsString(Answer.of(now)) + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(now.isGood() ? 200 : 503, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private void endpoint(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(change(exchange), -1);
    }
  }

  /// Does what is asked for.
  ///
  /// @return the status to answer
  private int change(HttpExchange exchange) {
    String shown = exchange.getRequestHeaders().getFirst("Authorization");
    if (shown == null || !parts.token().isIn(shown)) {
      return 401;
    }
    String query = exchange.getRequestURI().getQuery();
    if (!exchange.getRequestMethod().equals("POST") || query == null || !query.startsWith(RULE)) {
      return 400;
    }
    String rule = query.substring(RULE.length());
    try {
      return switch (exchange.getRequestURI().getPath()) {
        case "/endpoint/pause" -> {
          parts.controls().pause(rule, "paused by an operator");
          yield 204;
        }
        case "/endpoint/resume" -> parts.controls().resume(rule) ? 204 : 404;
        default -> 400;
      };
    } catch (StoreUnavailable e) {
      log.atError().log("the console could not change an endpoint: {}", e.getMessage());
      return 503;
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
