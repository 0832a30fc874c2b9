package io.postern.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.demo.Caught.Content;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A webhook receiver that shows what it gets: `postern catch`. It owns the JDK's HTTP server, with
/// one virtual thread a connection. It checks no signature and keeps nothing; a tool for trying
/// things out, not a receiver to run in earnest.
public final class Catcher implements AutoCloseable {
  /// Bytes of a body that are looked at; more are read and dropped.
  public static final int BODY_MAX = 64 * 1024 * 1024;

  /// Bytes of JSON, or of a message's head, that are kept to be shown.
  public static final int TEXT_MAX = 1024 * 1024;

  /// Bytes read and dropped; a body that is still longer is cut off with its connection.
  private static final long DROP_MAX = 1024L * 1024 * 1024;

  /// How many webhook-ids are remembered for counting.
  private static final int IDS_MAX = 10_000;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Answering answering;
  private final PrintStream out;
  private final InstantSource clock;
  private final Consumer<Caught> listener;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<String, Integer> posts = // guarded by itself
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > IDS_MAX;
        }
      };

  private Catcher(
      HttpServer server,
      Answering answering,
      PrintStream out,
      InstantSource clock,
      Consumer<Caught> listener) {
    this.server = server;
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    this.answering = answering;
    this.out = out;
    this.clock = clock;
    this.listener = listener;
  }

  /// Starts to listen.
  ///
  /// @param listen where; port 0 takes a free one
  /// @param answering how to answer
  /// @param out where each post is printed, as one block
  /// @param clock the time printed
  /// @param listener told of each post after it was printed and before it is answered, on the
  ///   thread of its connection
  /// @throws IOException when the address can't be had
  public static Catcher start(
      InetSocketAddress listen,
      Answering answering,
      PrintStream out,
      InstantSource clock,
      Consumer<Caught> listener)
      throws IOException {
    HttpServer server = HttpServer.create(listen, 0);
    Catcher catcher = new Catcher(server, answering, out, clock, listener);
    server.setExecutor(catcher.threads);
    server.createContext("/", catcher::exchange);
    server.start();
    return catcher;
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void exchange(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("POST")) {
        print(
            List.of(
                "%s  %s %s: answered 405, this receiver takes POST"
                    .formatted(
                        Page.time(clock.instant()),
                        Screen.line(exchange.getRequestMethod(), Page.LINE_MAX),
                        Screen.line(exchange.getRequestURI().toString(), Page.LINE_MAX))));
        exchange.getResponseHeaders().set("Allow", "POST");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      Caught caught = caught(exchange);
      print(Page.full(caught));
      listener.accept(caught);
      answer(exchange, caught);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Caught caught(HttpExchange exchange) {
    TreeMap<String, String> headers = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) ->
                headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
    CountedBody body = new CountedBody(exchange.getRequestBody(), BODY_MAX);
    Content content = new Content.Other();
    boolean whole;
    try {
      content = content(body, headers.getOrDefault("content-type", ""));
      whole = body.drain(DROP_MAX);
    } catch (IOException _) {
      // The sender went away, which the page says; what was read so far is shown.
      whole = false;
    }
    Instant at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    String target = exchange.getRequestURI().toString();
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    int number = count(Optional.ofNullable(headers.get("webhook-id")).orElse(path));
    return new Caught(
        at,
        target,
        headers,
        body.length(),
        body.sha256(),
        whole,
        content,
        answering.statusFor(path, number));
  }

  private static Content content(CountedBody body, String contentType) throws IOException {
    Optional<String> boundary = PostedForm.boundary(contentType);
    if (boundary.isPresent()) {
      return new Content.Form(PostedForm.read(body, boundary.get()));
    }
    return switch (contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT)) {
      case "application/json" -> new Content.Json(new String(body.readNBytes(TEXT_MAX), UTF_8));
      case "message/rfc822" -> new Content.Message(headerLines(body.readNBytes(TEXT_MAX)));
      default -> new Content.Other();
    };
  }

  private static List<String> headerLines(byte[] start) {
    List<String> lines = new ArrayList<>();
    for (String line : new String(start, UTF_8).split("\r\n", -1)) {
      if (line.isEmpty()) {
        break;
      }
      lines.add(line);
    }
    return lines;
  }

  private int count(String id) {
    synchronized (posts) {
      return posts.merge(id, 1, Integer::sum);
    }
  }

  private void answer(HttpExchange exchange, Caught caught)
      throws IOException, InterruptedException {
    Duration delay = answering.delay();
    if (delay.isPositive() && closing.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
      return;
    }
    int status = caught.answered();
    byte[] words = (status < 300 ? "caught\n" : "failed as told to\n").getBytes(UTF_8);
    if (status == 204 || status == 304) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    exchange.sendResponseHeaders(status, words.length);
    exchange.getResponseBody().write(words);
  }

  /// One write, so that posts that come at once do not mix.
  private void print(List<String> lines) {
    out.println(String.join(System.lineSeparator(), lines));
    out.flush();
  }

  /// Stops listening; posts that wait for their answer get none.
  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
