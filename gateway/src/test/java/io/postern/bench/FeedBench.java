package io.postern.bench;

import io.postern.delivery.HttpCourier;
import io.postern.feed.Feed;
import io.postern.feed.Notices;
import io.postern.feed.Roster;
import io.postern.feed.SubscriberFiles;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Samples;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A subscriber was down while events passed, each of another mail, and comes back: how fast it
/// gets them, and how much memory that takes. Then what three subscribers cost those who send and
/// get mail: [SubscribersBench].
///
/// Run its `main` with a folder on the disk to be measured and, if they are not to be a million and
/// 20,000, how many events, and how many mails; with a heap of 256 MB, as shipped. It ends within
/// eight minutes.
public final class FeedBench {
  private static final Duration WHOLE = Duration.ofMinutes(8);
  private static final int PUTTERS = 200;
  private static final int BATCH = 1_000;
  private static final int BYTES = 200;
  private static final InstantSource CLOCK = InstantSource.system();

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger posts = new AtomicInteger();

  private FeedBench() {}

  /// Prints rate and memory, and what subscribers cost.
  public static void main(String[] arguments) throws Exception {
    long end = System.nanoTime() + WHOLE.toNanos();
    Path disk = Path.of(arguments[0]);
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
    try (Workbench bench = Workbench.on(disk, "feed")) {
      new FeedBench().run(bench, count);
    }
    int mails = arguments.length > 2 ? Integer.parseInt(arguments[2]) : SubscribersBench.MAILS;
    SubscribersBench.run(disk, mails, end);
  }

  private void run(Workbench bench, int count) throws Exception {
    URI url =
        bench.answer(
            "/",
            exchange -> {
              try (exchange) {
                bytes.addAndGet(Workbench.read(exchange));
                posts.incrementAndGet();
                exchange.sendResponseHeaders(204, -1);
              }
            });
    Roster roster = roster(bench.folder(), url);
    try (SqliteStore store =
        SqliteStore.open(Settings.of(bench.folder().resolve("postern.db"), 0), CLOCK)) {
      store.keep(Set.of("ops"), CLOCK.instant());
      fill(store, count);
      System.out.printf("%,d events wait; heap in use %d MB%n", store.newest(), usedMb());
      try (Feed feed = feed(store, roster)) {
        long start = System.nanoTime();
        feed.start();
        follow(store, feed, start);
      }
    }
  }

  /// So many mails of one delivery each.
  private static void fill(SqliteStore store, int count) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    List<Thread> putters = new ArrayList<>();
    for (int i = 0; i < PUTTERS; i++) {
      putters.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    byte[] message = Samples.bytes(BYTES);
                    int number = next.getAndIncrement();
                    while (number < count) {
                      put(store, number, message);
                      number = next.getAndIncrement();
                    }
                  }));
    }
    for (Thread putter : putters) {
      putter.join();
    }
  }

  private static void put(SqliteStore store, int number, byte[] message) {
    try {
      Samples.put(store, Samples.mail("m" + number, CLOCK.instant(), "desk"), message);
    } catch (StoreUnavailable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Waits until everything was told, and tells how it goes.
  private void follow(SqliteStore store, Feed feed, long start) throws Exception {
    long newest = store.newest();
    long peak = 0;
    long done = 0;
    int tenths = 0;
    while (done < newest) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      peak = Math.max(peak, usedMb());
      done = feed.stands().values().stream().mapToLong(it -> it.position()).findFirst().orElse(0);
      if (done * 10 / newest > tenths) {
        tenths = (int) (done * 10 / newest);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
            "%3d %%: %,.0f events a second so far; heap in use before a collection %d MB%n",
            tenths * 10, done / seconds, usedMb());
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.gc();
    System.out.printf(
        "| events | posts | MB posted | events a second | heap at most | after a collection |%n"
            + "|---|---|---|---|---|---|%n| %,d | %,d | %,d | %,.0f | %d MB | %d MB |%n",
        newest, posts.get(), bytes.get() >> 20, newest / seconds, peak, usedMb());
  }

  private static long usedMb() {
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
  }

  private static Roster roster(Path folder, URI url) throws IOException {
    Path files = Files.createDirectory(folder.resolve("subscribers"));
    Files.writeString(
        files.resolve("ops.yaml"),
        """
        name: ops
        events: [deliveries]
        post: { url: "%s", format: postern }
        batch: { max: %d }
        validate: false
        """
            .formatted(url, BATCH));
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
        new Feed.Limits(Duration.ofDays(90), Duration.ofSeconds(5), 1 << 25));
  }
}
