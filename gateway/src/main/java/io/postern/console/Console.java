package io.postern.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Done;
import io.postern.queue.Order;
import java.io.IOException;
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
///
/// `GET /ready` answers 200 when the gateway takes mail, else 503, with a JSON object: `ready`, and
/// `reasons`, a list of texts that is empty when it does.
///
/// `GET /metrics` answers with the text format of Prometheus.
///
/// `POST /order` has an operator's order ([OrderForm]) carried out for who shows the token, and
/// answers 200 with two numbers: [Done]'s. 401 without the token, 400 for what is no order, 503
/// when the store could not do it, with the reason, 500 when a fault of ours kept it from being
/// done to its end.
public final class Console implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Console.class);

  /// An order has some names and addresses.
  private static final int ORDER_BYTES_MAX = 64 * 1024;

  private static final Said NO_ORDER = new Said(400, "an order is a POST");

  /// Connections that may wait to be accepted.
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Parts parts;

  /// What a console works with.
  ///
  /// @param health asked at each request; it must not throw
  /// @param hindrances why no mail can be taken now, asked in the same way; empty when it can
  /// @param metrics a page in the text format of Prometheus, asked in the same way
  /// @param controls what commands change
  /// @param token what commands must show
  public record Parts(
      Supplier<Health> health,
      Supplier<List<String>> hindrances,
      Supplier<String> metrics,
      Controls controls,
      Token token) {}

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
    server.createContext("/health", exchange -> page("/health", console::health, exchange));
    server.createContext("/ready", exchange -> page("/ready", console::ready, exchange));
    server.createContext("/metrics", exchange -> page("/metrics", console::metrics, exchange));
    server.createContext("/order", console::order);
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
    // An order for a million deliveries does not hold the stop up: it ends between two parts.
    threads.shutdownNow();
    threads.close();
  }

  /// What anybody may read.
  private record Page(int status, String type, String text) {
    /// Made at the first question, and not at the start.
    private static final JsonMapper JSON = new JsonMapper();

    static Page json(boolean isGood, Object value) {
      return new Page(
          isGood ? 200 : 503, "application/json", JSON.writeValueAsString(value) + "\n");
    }
  }

  private static void page(String path, Supplier<Page> pages, HttpExchange exchange)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")
          || !exchange.getRequestURI().getPath().equals(path)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      Page page = written(path, pages);
      byte[] body = page.text().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", page.type());
      exchange.sendResponseHeaders(page.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /// A fault of ours is told to who asked: without an answer he would wait.
  private static Page written(String path, Supplier<Page> pages) {
    try {
      return pages.get();
    } catch (RuntimeException e) {
      log.atError().addKeyValue("page", path).setCause(e).log("a page could not be written");
      return new Page(500, "text/plain; charset=utf-8", "internal error; see the service log\n");
    }
  }

  private Page health() {
    Health now = parts.health().get();
    return Page.json(now.isGood(), Answer.of(now));
  }

  private Page ready() {
    List<String> hindrances = parts.hindrances().get();
    return Page.json(hindrances.isEmpty(), new Readiness(hindrances.isEmpty(), hindrances));
  }

  private Page metrics() {
    return new Page(200, "text/plain; version=0.0.4; charset=utf-8", parts.metrics().get());
  }

  private void order(HttpExchange exchange) throws IOException {
    try (exchange) {
      String shown = exchange.getRequestHeaders().getFirst("Authorization");
      if (shown == null || !parts.token().isIn(shown)) {
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      Said said = exchange.getRequestMethod().equals("POST") ? carryOut(exchange) : NO_ORDER;
      byte[] text = said.text().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(said.status(), text.length);
      exchange.getResponseBody().write(text);
    }
  }

  /// What is answered to an order.
  private record Said(int status, String text) {}

  private Said carryOut(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(ORDER_BYTES_MAX + 1);
    if (body.length > ORDER_BYTES_MAX) {
      // What is cut could be the condition that keeps an order small.
      return new Said(400, "an order has no more than " + ORDER_BYTES_MAX + " bytes");
    }
    try {
      Order order = OrderForm.parse(new String(body, StandardCharsets.UTF_8));
      Done done = parts.controls().carryOut(order);
      log.atInfo()
          .addKeyValue("order", order.getClass().getSimpleName())
          .addKeyValue("changed", done.count())
          .log("an operator's order was carried out");
      return new Said(200, done.count() + " " + done.rows());
    } catch (IllegalArgumentException e) {
      return new Said(400, String.valueOf(e.getMessage()));
    } catch (StoreUnavailable e) {
      return new Said(503, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("an operator's order was not carried out to its end");
      return new Said(500, "internal error; see the service log");
    }
  }

  /// The JSON of `/health`; its fields are documented at the class.
  private record Answer(String status, String book, List<Item> findings) {
    static Answer of(Health health) {
      String status = health.findings().isEmpty() ? "ok" : health.isGood() ? "degraded" : "failing";
      return new Answer(status, health.book(), health.findings().stream().map(Item::of).toList());
    }
  }

  /// The JSON of `/ready`.
  private record Readiness(boolean ready, List<String> reasons) {}

  /// One entry of `findings`.
  private record Item(String level, String subject, String text) {
    static Item of(Health.Finding finding) {
      return new Item(
          finding.level().name().toLowerCase(Locale.ROOT), finding.subject(), finding.text());
    }
  }
}
