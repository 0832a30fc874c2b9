package io.postern.bench;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Accepted;
import io.postern.queue.Choice;
import io.postern.queue.Claim;
import io.postern.queue.Demand;
import io.postern.queue.Expired;
import io.postern.queue.Samples;
import io.postern.queue.Settlement;
import io.postern.queue.Want;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// What accepting, claiming, settling and looking cost beside an empty queue and beside a full one,
/// and how long a mail waits at most while a part of that is dropped, replayed and purged. Run its
/// `main` with a folder on the disk to be measured and, if it is not to be a million, how many
/// deliveries are to wait: each is a mail of its own, of 1 KB. With a third word the databases
/// stay.
public final class BacklogBench {
  private static final int ROUNDS = 400;
  private static final int STATUS_ROUNDS = 15;
  private static final int RULES = 20;
  private static final int FILLERS = 64;

  /// How many mails went through the queue that is empty now: a new file is slower than one that
  /// has grown.
  private static final int USED = 50_000;

  private static final int SENDERS = 8;
  private static final Duration CALM = Duration.ofSeconds(10);
  private static final Duration BREATH = Duration.ofMillis(10);
  private static final InstantSource CLOCK = InstantSource.system();

  /// Whose deliveries an operator takes.
  private static final String STOCK = "stock";

  private final AtomicLong mails = new AtomicLong();

  private BacklogBench() {}

  /// Prints tables.
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "backlog");
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
    try {
      new BacklogBench().run(folder, count);
    } finally {
      if (arguments.length < 3) {
        remove(folder);
      }
    }
  }

  private void run(Path folder, int count) throws Exception {
    Path full = folder.resolve("full.db");
    LongSupplier since = stopwatch();
    fill(full, count);
    System.out.printf("filled in %,d s%n", since.getAsLong() / 1_000_000_000);
    Path empty = folder.resolve("empty.db");
    fill(empty, USED);
    try (SqliteStore without = open(empty)) {
      clear(without);
      since = stopwatch();
      try (SqliteStore with = open(full)) {
        System.out.printf("opened in %,d ms%n", since.getAsLong() / 1_000_000);
        compare(without, with, count);
        disturb(with);
      }
    }
    since = stopwatch();
    try (SqliteStore again = open(full)) {
      System.out.printf(
          "opened again in %,d ms, unaccounted %d%n",
          since.getAsLong() / 1_000_000, again.ledger().unaccounted());
    }
  }

  private static void clear(SqliteStore store) throws StoreUnavailable {
    store.drop(new Choice("", "", Set.of(Choice.State.WAITING), null, null));
    Instant now = CLOCK.instant().plusSeconds(1);
    Expired expired = new Expired(now, now, now, now);
    boolean more = true;
    while (more) {
      more = store.purge(expired);
    }
  }

  private static SqliteStore open(Path database) throws StoreUnavailable {
    return SqliteStore.open(Settings.of(database, 0), CLOCK);
  }

  private void compare(SqliteStore without, SqliteStore with, int count)
      throws StoreUnavailable, InterruptedException {
    cost(without);
    // In turns, since what else the machine does changes.
    Cost[] empty = new Cost[2];
    Cost[] full = new Cost[2];
    for (int i = 0; i < 2; i++) {
      empty[i] = cost(without);
      full[i] = cost(with);
    }
    Cost one = empty[0].least(empty[1]);
    Cost other = full[0].least(full[1]);
    System.out.printf("| %,d waiting: median in µs | empty | full | ratio |%n", count);
    System.out.println("| --- | --- | --- | --- |");
    row("put, one delivery", one.put(), other.put());
    row("claim, one due of " + RULES + " rules", one.claim(), other.claim());
    row("settle", one.settle(), other.settle());
    row("ledger, waiting and pauses", one.status(), other.status());
    System.out.printf(
        "accepted a second by %d senders: %s empty, %s full%n",
        SENDERS, calm(without).perSecond(), calm(with).perSecond());
    System.gc();
    Runtime memory = Runtime.getRuntime();
    System.out.printf("heap in use: %,d KB%n", (memory.totalMemory() - memory.freeMemory()) / 1024);
  }

  /// What an operator and the retention do to the stock, while mail comes.
  private void disturb(SqliteStore store) throws StoreUnavailable, InterruptedException {
    System.out.println("| meanwhile | took | done | put p50 | p99 | longest |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    System.out.println(calm(store).row("nothing", CALM, 0));
    Choice waiting = new Choice("", STOCK, Set.of(Choice.State.WAITING), null, null);
    Choice failed = waiting.in(Set.of(Choice.State.FAILED));
    during(store, "drop", () -> store.drop(waiting));
    during(store, "replay", () -> store.replay(failed, ""));
    during(store, "drop again", () -> store.drop(waiting));
    during(store, "purge", () -> purge(store));
  }

  private static long purge(SqliteStore store) throws StoreUnavailable {
    long before = store.ledger().purged();
    Instant now = CLOCK.instant();
    // Rows of the log too: three for each of the stock.
    Expired expired = new Expired(now, now, now.minusSeconds(60), now);
    while (store.purge(expired)) {
      LockSupport.parkNanos(BREATH.toNanos());
    }
    return store.ledger().purged() - before;
  }

  /// Medians in nanoseconds.
  private record Cost(long put, long claim, long settle, long status) {
    Cost least(Cost other) {
      return new Cost(
          Math.min(put, other.put),
          Math.min(claim, other.claim),
          Math.min(settle, other.settle),
          Math.min(status, other.status));
    }
  }

  private Cost cost(SqliteStore store) throws StoreUnavailable {
    long[] put = new long[ROUNDS];
    long[] claim = new long[ROUNDS];
    long[] settle = new long[ROUNDS];
    List<Want> wants = new ArrayList<>();
    for (int i = 0; i < RULES; i++) {
      wants.add(Samples.wants("rule" + i, 4));
    }
    for (int i = 0; i < ROUNDS; i++) {
      LongSupplier since = stopwatch();
      put(store, "rule" + i % RULES);
      put[i] = since.getAsLong();
      since = stopwatch();
      List<Claim> claims = store.claim(Demand.of(wants), CLOCK.instant());
      claim[i] = since.getAsLong();
      since = stopwatch();
      boolean settled =
          store.settle(
              claims.getFirst(), new Settlement.Done(Samples.trial(CLOCK.instant(), 200, "")));
      settle[i] = since.getAsLong();
      if (claims.size() != 1 || !settled) {
        throw new IllegalStateException("one delivery was put, claimed and settled: " + claims);
      }
    }
    long[] status = new long[STATUS_ROUNDS];
    for (int i = 0; i < STATUS_ROUNDS; i++) {
      LongSupplier since = stopwatch();
      store.ledger();
      store.waiting();
      store.pauses();
      status[i] = since.getAsLong();
    }
    return new Cost(median(put), median(claim), median(settle), median(status));
  }

  /// How long each of many puts took, in nanoseconds, and all of them together.
  private static final class Latencies {
    private final long[] sorted;
    private final Duration time;

    Latencies(long[] times, Duration time) {
      Arrays.sort(times);
      this.sorted = times;
      this.time = time;
    }

    String perSecond() {
      return "%,d".formatted(sorted.length * 1_000L / Math.max(1, time.toMillis()));
    }

    String row(String what, Duration took, long done) {
      return "| %s | %,d ms | %,d | %.1f ms | %.1f ms | %.1f ms |"
          .formatted(what, took.toMillis(), done, part(0.5), part(0.99), part(1));
    }

    private double part(double share) {
      return sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))] / 1e6;
    }
  }

  private interface Work {
    long run() throws StoreUnavailable;
  }

  private Latencies calm(SqliteStore store) throws InterruptedException {
    Senders senders = new Senders(store);
    LongSupplier since = stopwatch();
    while (since.getAsLong() < CALM.toNanos()) {
      LockSupport.parkNanos(BREATH.toNanos());
    }
    return senders.stop();
  }

  private void during(SqliteStore store, String what, Work work)
      throws StoreUnavailable, InterruptedException {
    Senders senders = new Senders(store);
    LongSupplier since = stopwatch();
    long done = work.run();
    Duration took = Duration.ofNanos(since.getAsLong());
    System.out.println(senders.stop().row(what, took, done));
  }

  /// Some who put one mail after the other.
  private final class Senders {
    private final AtomicBoolean over = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final LongSupplier since = stopwatch();

    Senders(SqliteStore store) {
      for (int i = 0; i < SENDERS; i++) {
        threads.add(Thread.ofVirtual().start(() -> send(store)));
      }
    }

    private void send(SqliteStore store) {
      try {
        while (!over.get()) {
          LongSupplier watch = stopwatch();
          put(store, "load");
          times.add(watch.getAsLong());
        }
      } catch (StoreUnavailable e) {
        throw new IllegalStateException(e);
      }
    }

    Latencies stop() throws InterruptedException {
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      long[] all = times.stream().mapToLong(Long::longValue).toArray();
      return new Latencies(all, Duration.ofNanos(since.getAsLong()));
    }
  }

  private void put(SqliteStore store, String rule) throws StoreUnavailable {
    Samples.put(store, mail(rule), Samples.bytes(4_096));
  }

  private Accepted mail(String rule) {
    return Samples.mail("mail" + mails.incrementAndGet(), CLOCK.instant(), rule);
  }

  /// A tenth of what waits is the stock; half of the rest is due already, for a rule that is not
  /// asked for; the other half was put off, of a rule that is.
  private void fill(Path database, int count) throws Exception {
    byte[] message = Samples.bytes(1_024);
    AtomicLong left = new AtomicLong(count);
    try (SqliteStore store = open(database)) {
      List<Thread> fillers = new ArrayList<>();
      for (int i = 0; i < FILLERS; i++) {
        fillers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      for (long at = left.getAndDecrement(); at > 0; at = left.getAndDecrement()) {
                        String rule = at % 10 == 0 ? STOCK : at % 2 == 0 ? "held" : "rule0";
                        try {
                          Samples.put(store, mail(rule), message);
                        } catch (StoreUnavailable e) {
                          throw new IllegalStateException(e);
                        }
                      }
                    }));
      }
      for (Thread filler : fillers) {
        filler.join();
      }
    }
    putOff(database);
  }

  /// As what is to be tried again waits.
  private static void putOff(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement sql = connection.createStatement()) {
      sql.executeUpdate(
          """
          UPDATE deliveries SET due = due + 3600000
          WHERE rule = (SELECT number FROM rules WHERE name = 'rule0')
          """);
    }
  }

  private static LongSupplier stopwatch() {
    long start = System.nanoTime();
    return () -> System.nanoTime() - start;
  }

  private static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static void row(String what, long empty, long full) {
    System.out.printf(
        "| %s | %,d | %,d | %.2f |%n", what, empty / 1_000, full / 1_000, (double) full / empty);
  }

  private static void remove(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
