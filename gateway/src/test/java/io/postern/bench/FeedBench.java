package io.postern.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.delivery.HttpCourier;
import io.postern.feed.Feed;
import io.postern.feed.Notices;
import io.postern.feed.Roster;
import io.postern.feed.SubscriberFiles;
import io.postern.queue.Samples;
import io.postern.settings.LiveFiles.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A subscriber was down while events passed, and comes back: how fast it gets them, and how much
/// memory that takes. Run its `main` with a folder on the disk to be measured and, if it is not to
/// be a million, how many events; with a heap of 256 MB, as shipped.
public final class FeedBench {
  private static final int ROUTES = 1_000;
  private static final int BATCH = 1_000;
  private static final InstantSource CLOCK = InstantSource.system();

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger posts = new AtomicInteger();

  private FeedBench() {}

  /// Prints rate and memory.
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "feed");
    try {
      int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
      new FeedBench().run(folder, count);
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void run(Path folder, int count) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
    Roster roster = roster(folder, server.getAddress().getPort());
    try (SqliteStore store =
        SqliteStore.open(Settings.of(folder.resolve("postern.db"), 0), CLOCK)) {
      store.keep(Set.of("ops"), CLOCK.instant());
      for (int i = 0; i < count; i += ROUTES) {
        String[] routes = Collections.nCopies(ROUTES, "desk").toArray(String[]::new);
        Samples.put(store, Samples.mail("m" + i, CLOCK.instant(), routes), Samples.bytes(2_000));
      }
      System.out.printf("%,d events wait; heap in use %d MB%n", store.newest(), usedMb());
      try (Feed feed = feed(store, roster)) {
        long start = System.nanoTime();
        feed.start();
        follow(store, start);
      }
    } finally {
      server.stop(0);
    }
  }

  /// Waits until everything was told, and tells how it goes.
  private void follow(SqliteStore store, long start) throws Exception {
    long peak = 0;
    int tenths = 0;
    while (store.cursors().getFirst().position() < store.newest()) {
      peak = Math.max(peak, usedMb());
      long done = store.cursors().getFirst().position();
      if (done * 10 / store.newest() > tenths) {
        tenths++;
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
            "%3d %%: %,.0f events a second so far; heap in use before a collection %d MB%n",
            tenths * 10, done / seconds, usedMb());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.gc();
    System.out.printf(
        "| events | posts | MB posted | events a second | heap at most | after a collection |%n"
            + "|---|---|---|---|---|---|%n| %,d | %,d | %,d | %,.0f | %d MB | %d MB |%n",
        store.newest(), posts.get(), bytes.get() >> 20, store.newest() / seconds, peak, usedMb());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] block = new byte[64 * 1024];
      int count = exchange.getRequestBody().read(block);
      while (count >= 0) {
        bytes.addAndGet(count);
        count = exchange.getRequestBody().read(block);
      }
      posts.incrementAndGet();
      exchange.sendResponseHeaders(204, -1);
    }
  }

  private static long usedMb() {
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
  }

  private static Roster roster(Path folder, int port) throws IOException {
    Path files = Files.createDirectory(folder.resolve("subscribers"));
    Files.writeString(
        files.resolve("ops.yaml"),
        """
        name: ops
        events: [deliveries]
        post: { url: "http://127.0.0.1:%d/", format: postern }
        batch: { max: %d }
        validate: false
        """
            .formatted(port, BATCH));
    io.postern.feed.Settings settings = new io.postern.feed.Settings(files, Set.of(), true);
    return switch (new SubscriberFiles(settings, Map.of(), Severity.ERROR).read()) {
      case Judgement.Good<Roster>(Roster roster, _) -> roster;
      case Judgement.Bad<Roster>(var problems) ->
          throw new IllegalStateException(problems.toString());
    };
  }

  private static Feed feed(SqliteStore store, Roster roster) {
    return new Feed(
        new Feed.Parts(
            store,
            () -> Optional.of(roster),
            Optional::empty,
            new HttpCourier(CLOCK, Set.of(), true),
            new Payload.Gateway("mx.example.com", "main"),
            CLOCK,
            new Random(1),
            Notices.NONE),
        new Feed.Limits(Duration.ofDays(90), Duration.ofSeconds(5)));
  }
}
