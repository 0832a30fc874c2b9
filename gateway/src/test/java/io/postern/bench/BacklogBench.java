package io.postern.bench;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Accepted;
import io.postern.queue.Claim;
import io.postern.queue.Demand;
import io.postern.queue.Samples;
import io.postern.queue.Settlement;
import io.postern.queue.Want;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

/// What a claim and a settlement cost beside an empty queue and beside a full one. Run its `main`
/// with a folder on the disk to be measured and, if it is not to be a million, how many deliveries
/// are to wait.
public final class BacklogBench {
  private static final int ROUTES = 1_000;
  private static final int ROUNDS = 500;
  private static final int RULES = 20;
  private static final InstantSource CLOCK = InstantSource.system();

  private BacklogBench() {}

  /// Prints the medians in microseconds, and their ratio.
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "backlog");
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
    Settings settings = Settings.of(folder.resolve("postern.db"), 0);
    try {
      try (SqliteStore store = SqliteStore.open(settings, CLOCK)) {
        Cost warm = measure(store, "warm");
        Cost empty = measure(store, "empty");
        fill(store, count);
        Cost full = measure(store, "full");
        System.out.printf("waiting: %,d (warm-up %s)%n", count, warm);
        System.out.printf(
            "| microseconds, median | empty queue | full queue | ratio |%n|---|---|---|---|%n");
        row("put, one delivery", empty.put(), full.put());
        row("claim, one due of " + RULES + " rules", empty.claim(), full.claim());
        row("settle", empty.settle(), full.settle());
      }
      long start = System.nanoTime();
      try (SqliteStore store = SqliteStore.open(settings, CLOCK)) {
        System.out.printf(
            "opened again in %,d ms, unaccounted %d%n",
            (System.nanoTime() - start) / 1_000_000, store.ledger().unaccounted());
      }
    } finally {
      remove(folder);
    }
  }

  /// Medians in nanoseconds.
  private record Cost(long put, long claim, long settle) {}

  private static Cost measure(SqliteStore store, String name) throws StoreUnavailable {
    long[] put = new long[ROUNDS];
    long[] claim = new long[ROUNDS];
    long[] settle = new long[ROUNDS];
    List<Want> wants = new ArrayList<>();
    for (int i = 0; i < RULES; i++) {
      wants.add(Samples.wants(name + i, 4));
    }
    for (int i = 0; i < ROUNDS; i++) {
      String rule = name + i % RULES;
      Instant now = CLOCK.instant();
      Accepted accepted = Samples.mail(name + "mail" + i, now, rule);
      LongSupplier since = stopwatch();
      Samples.put(store, accepted, Samples.bytes(4_096));
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
    return new Cost(median(put), median(claim), median(settle));
  }

  private static LongSupplier stopwatch() {
    long start = System.nanoTime();
    return () -> System.nanoTime() - start;
  }

  private static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /// Half of what waits is due already, for a rule that is not asked for; the other half for one
  /// that is, at a later time.
  private static void fill(SqliteStore store, int count) throws StoreUnavailable {
    for (int done = 0; done < count; done += ROUTES) {
      String rule = done % (2 * ROUTES) == 0 ? "held" : "full0";
      Instant now = CLOCK.instant();
      List<String> routes = Collections.nCopies(ROUTES, rule);
      Samples.put(
          store,
          Samples.mail("fill" + done, now, routes.toArray(String[]::new)),
          Samples.bytes(4_096));
      if (rule.equals("full0")) {
        putOff(store);
      }
    }
  }

  /// Leased for a day, they wait as what is to be tried again does, at the cost of one transaction.
  private static void putOff(SqliteStore store) throws StoreUnavailable {
    Want all = new Want("full0", "full0.example.com", ROUTES, Duration.ofDays(1));
    store.claim(Demand.of(List.of(all)), CLOCK.instant());
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
