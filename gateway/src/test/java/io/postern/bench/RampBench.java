package io.postern.bench;

import com.sun.net.httpserver.HttpExchange;
import io.postern.delivery.Dispatcher;
import io.postern.delivery.HttpCourier;
import io.postern.delivery.Notices;
import io.postern.delivery.Settings;
import io.postern.queue.Samples;
import io.postern.rules.Book;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// An endpoint comes back after an outage with much waiting for it: how many calls it gets at once,
/// over time. Run its `main` with a folder and, if it is not to be 100,000, how many wait.
public final class RampBench {
  private static final int ROUTES = 1_000;

  /// How long the endpoint takes for a call.
  private static final Duration CALL = Duration.ofMillis(50);

  private static final Duration OUTAGE = Duration.ofSeconds(20);
  private static final InstantSource CLOCK = InstantSource.system();

  private final AtomicInteger inCall = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger calls = new AtomicInteger();
  private volatile boolean isUp;

  private RampBench() {}

  /// Prints a table.
  public static void main(String[] arguments) throws Exception {
    try (Workbench bench = Workbench.on(Path.of(arguments[0]), "ramp")) {
      int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100_000;
      new RampBench().run(bench, count);
    }
  }

  private void run(Workbench bench, int count) throws Exception {
    Book book = book(bench.folder(), bench.answer("/", this::answer));
    try (SqliteStore store =
        SqliteStore.open(
            io.postern.store.sqlite.Settings.of(bench.folder().resolve("postern.db"), 0), CLOCK)) {
      for (int i = 0; i < count; i += ROUTES) {
        String[] routes = Collections.nCopies(ROUTES, "desk").toArray(String[]::new);
        Samples.put(store, Samples.mail("m" + i, CLOCK.instant(), routes), Samples.bytes(2_000));
      }
      try (Dispatcher dispatcher = dispatcher(store, book)) {
        dispatcher.start();
        tell(store, count);
      }
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Workbench.read(exchange);
      calls.incrementAndGet();
      most.accumulateAndGet(inCall.incrementAndGet(), Math::max);
      LockSupport.parkNanos(CALL.toNanos());
      inCall.decrementAndGet();
      exchange.sendResponseHeaders(isUp ? 200 : 503, -1);
    }
  }

  /// A row each second while it is new, then one each ten seconds.
  private void tell(SqliteStore store, int count) throws Exception {
    System.out.println("| s | endpoint | calls in that time | most at once | waiting |");
    System.out.println("|---|---|---|---|---|");
    long start = System.nanoTime();
    int second = 0;
    long waiting = count;
    while (waiting > 0) {
      int step = second < OUTAGE.toSeconds() + 12 ? 1 : 10;
      second += step;
      while (System.nanoTime() - start < second * 1_000_000_000L) {
        LockSupport.parkNanos(5_000_000);
      }
      waiting = store.ledger().waiting();
      System.out.printf(
          "| %d | %s | %d | %d | %d |%n",
          second, isUp ? "up" : "503", calls.getAndSet(0), most.getAndSet(0), waiting);
      isUp = second >= OUTAGE.toSeconds();
    }
    System.out.println("unaccounted " + store.ledger().unaccounted());
  }

  private static Dispatcher dispatcher(SqliteStore store, Book book) {
    Settings settings = new Settings(false, Set.of(), 64, 64, 32, true, Duration.ofSeconds(1));
    return new Dispatcher(
        new Dispatcher.Parts(
            store,
            () -> Optional.of(book),
            new HttpCourier(CLOCK, Set.of(), true),
            new Payload.Gateway("mx.example.com", "main"),
            CLOCK,
            new Random(),
            Notices.NONE),
        settings);
  }

  private static Book book(Path folder, URI url) throws IOException {
    Path rules = Files.createDirectory(folder.resolve("rules"));
    Files.writeString(
        rules.resolve("desk.yaml"),
        """
        name: desk
        when: [ { header: To, matches: '@' } ]
        post: { url: "%s" }
        retry: { interval: 10s }
        """
            .formatted(url));
    io.postern.rules.Settings settings = new io.postern.rules.Settings(rules, Set.of(), true);
    return switch (new RuleFiles(settings, Map.of(), Severity.WARNING).read()) {
      case Judgement.Good(Book good, _) -> good;
      case Judgement.Bad(var problems) -> throw new IllegalStateException(problems.toString());
    };
  }
}
