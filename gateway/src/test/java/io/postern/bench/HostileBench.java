package io.postern.bench;

import com.sun.management.ThreadMXBean;
import io.postern.mail.Message;
import io.postern.mime.HostileMails;
import io.postern.webhook.Body;
import io.postern.webhook.Dialect;
import io.postern.webhook.Payloads;
import io.postern.webhook.Proof;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// What hostile mails cost to read and to render, in the dialect in which each costs most: CPU
/// milliseconds of one thread, the first time and at best, and the memory that was allocated
/// meanwhile, most of it for a moment. It ends with 1 when one costs more than it may.
///
/// Run its `main` with a heap of 64 MB, in which the mail itself stands too, to see that this
/// suffices. With the argument `once` it renders each mail once, in the dialects by turns, and
/// judges no time.
public final class HostileBench {
  private static final int ROUNDS = 3;
  private static final double MILLIS_MAX = 200;

  /// What one rendering took.
  private record Cost(Dialect dialect, double first, double best, double megabytes) {}

  private HostileBench() {}

  /// Prints a table.
  public static void main(String[] arguments) throws Exception {
    boolean isOnce = List.of(arguments).contains("once");
    List<Dialect> all = Payloads.dialects();
    boolean isCheap = true;
    int number = 0;
    for (var mail : HostileMails.all().entrySet()) {
      Message message = mail.getValue().get();
      List<Cost> costs = new ArrayList<>();
      for (Dialect dialect : isOnce ? List.of(all.get(number++ % all.size())) : all) {
        costs.add(cost(message, dialect, isOnce ? 1 : ROUNDS));
      }
      Cost most = costs.stream().max(Comparator.comparingDouble(Cost::best)).orElseThrow();
      System.out.printf(
          Locale.ROOT,
          "%-42s %8.1f KB %8.1f ms first %8.1f ms best %8.1f MB allocated  %s%n",
          mail.getKey(),
          message.size() / 1024.0,
          costs.getFirst().first(),
          most.best(),
          most.megabytes(),
          most.dialect().format().word());
      isCheap &= isOnce || most.best() <= MILLIS_MAX;
    }
    System.exit(isCheap ? 0 : 1);
  }

  private static Cost cost(Message message, Dialect dialect, int rounds) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double first = 0;
    double best = Double.MAX_VALUE;
    long allocated = 0;
    for (int i = 0; i < rounds; i++) {
      long bytes = threads.getCurrentThreadAllocatedBytes();
      long start = threads.getCurrentThreadCpuTime();
      Body body = dialect.body(Payloads.of(message), new Proof("", "key", 0, "0".repeat(50)));
      try (InputStream in = body.source().open()) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      double millis = (threads.getCurrentThreadCpuTime() - start) / 1e6;
      first = i == 0 ? millis : first;
      best = Math.min(best, millis);
      allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
    }
    return new Cost(dialect, first, best, allocated / 1048576.0);
  }
}
