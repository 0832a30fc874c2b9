package io.postern.bench;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Samples;
import io.postern.queue.StoreFigures;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteBackup;
import io.postern.store.sqlite.SqliteStore;
import io.postern.store.sqlite.SqliteVerification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// How fast a store is backed up and verified while senders bring mail as fast as they can, what
/// these notice of it, and how far the write-ahead log grows. Run its `main` with a folder on the
/// disk to be measured and, if it is not to be 1,024, how many MB of mail the store is to hold:
/// half of it lies in the database, half in segments. It takes about four times as much room,
/// removes all of it at the end, and ends by itself.
public final class BackupBench {
  private static final int SMALL = 4 * 1024;
  private static final int LARGE = 2 * 1024 * 1024;
  private static final int FILLERS = 32;
  private static final int SENDERS = 8;
  private static final Duration CALM = Duration.ofSeconds(10);
  private static final Duration BREATH = Duration.ofMillis(20);
  private static final InstantSource CLOCK = InstantSource.system();

  private final Path folder;
  private final AtomicLong mails = new AtomicLong();
  private final byte[] small = Samples.bytes(SMALL);
  private final byte[] large = Samples.bytes(LARGE);

  private BackupBench(Path folder) {
    this.folder = folder;
  }

  /// Prints a table.
  public static void main(String[] arguments) throws Exception {
    int megabytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_024;
    try (Workbench bench = Workbench.on(Path.of(arguments[0]), "backup")) {
      new BackupBench(bench.folder()).run(megabytes);
    }
  }

  private void run(int megabytes) throws Exception {
    Settings settings = Settings.of(folder.resolve("postern.db"), 0);
    try (SqliteStore store = SqliteStore.open(settings, CLOCK)) {
      fill(store, (long) megabytes << 20);
      StoreFigures.Disk disk = store.figures().disk();
      System.out.printf(
          "%,d MB in the database, %,d MB in segments; %d senders, mails of %,d bytes%n%n",
          disk.database() >> 20, disk.segments() >> 20, SENDERS, SMALL);
      System.out.println(
          "| meanwhile | took | MB | MB/s | mails/s | p50 | p99 | longest | log before | at most |"
              + " after |");
      System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
      beside(
          store,
          "nothing",
          () -> {
            rest();
            return 0L;
          });
      Path backup = folder.resolve("backup.db");
      beside(store, "backup", () -> SqliteBackup.write(settings, backup).bytes());
      beside(store, "verify the store", () -> verify(settings, size(store)));
      beside(store, "verify the backup", () -> verify(Settings.of(backup, 0), Files.size(backup)));
      System.out.println("unaccounted " + store.ledger().unaccounted());
    }
  }

  private void fill(SqliteStore store, long bytes) throws Exception {
    for (long left = bytes / 2; left > 0; left -= LARGE) {
      put(store, large);
    }
    AtomicLong left = new AtomicLong(bytes / 2);
    List<FutureTask<Void>> fillers = new ArrayList<>();
    for (int i = 0; i < FILLERS; i++) {
      fillers.add(
          start(
              () -> {
                while (left.addAndGet(-SMALL) > 0) {
                  put(store, small);
                }
                return null;
              }));
    }
    for (FutureTask<Void> filler : fillers) {
      filler.get();
    }
  }

  /// Prints a row: something is done while mail comes.
  ///
  /// @param work returns how many bytes it dealt with
  private void beside(SqliteStore store, String name, Callable<Long> work) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Queue<Long> times = new ConcurrentLinkedQueue<>();
    List<FutureTask<Void>> senders = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      senders.add(start(() -> send(store, stop, times)));
    }
    rest();
    times.clear();
    long logBefore = store.walBytes();
    long begun = System.nanoTime();
    FutureTask<Long> done = start(work);
    long logMost = logBefore;
    while (!done.isDone()) {
      logMost = Math.max(logMost, store.walBytes());
      LockSupport.parkNanos(BREATH.toNanos());
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    // The log is cut soon after nobody reads it any more.
    rest();
    long logAfter = store.walBytes();
    stop.set(true);
    for (FutureTask<Void> sender : senders) {
      sender.get();
    }
    double megabytes = done.get() / 1048576.0;
    System.out.printf(
        "| %s | %.1f s | %,.0f | %,.0f | %,.0f | %.1f ms | %.1f ms | %.0f ms | %,d | %,d | %,d MB"
            + " |%n",
        name,
        seconds,
        megabytes,
        megabytes / seconds,
        sorted.length / seconds,
        at(sorted, 0.5),
        at(sorted, 0.99),
        at(sorted, 1),
        logBefore >> 20,
        logMost >> 20,
        logAfter >> 20);
  }

  private Void send(SqliteStore store, AtomicBoolean stop, Queue<Long> times)
      throws StoreUnavailable {
    while (!stop.get()) {
      long begun = System.nanoTime();
      put(store, small);
      times.add(System.nanoTime() - begun);
    }
    return null;
  }

  private void put(SqliteStore store, byte[] message) throws StoreUnavailable {
    String id = "m" + mails.incrementAndGet();
    Samples.put(store, Samples.mail(id, CLOCK.instant(), "desk"), message);
  }

  private static void rest() {
    long end = System.nanoTime() + CALM.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(BREATH.toNanos());
    }
  }

  private static long verify(Settings settings, long bytes) throws StoreUnavailable {
    for (SqliteVerification.Finding finding : SqliteVerification.run(settings)) {
      if (!finding.sound()) {
        throw new IllegalStateException(finding.toString());
      }
    }
    return bytes;
  }

  private static long size(SqliteStore store) {
    StoreFigures.Disk disk = store.figures().disk();
    return disk.database() + disk.segments();
  }

  private static double at(long[] sorted, double part) {
    return sorted.length == 0
        ? 0
        : sorted[(int) Math.min(sorted.length - 1, part * sorted.length)] / 1e6;
  }

  private static <T> FutureTask<T> start(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    Thread.ofPlatform().daemon().start(future);
    return future;
  }
}
