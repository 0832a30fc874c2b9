package io.postern.bench;

import com.sun.management.ThreadMXBean;
import io.postern.mail.Message;
import io.postern.mime.HostileMails;
import io.postern.webhook.Body;
import io.postern.webhook.Format;
import io.postern.webhook.Payloads;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/// What hostile mails cost to read and to render as `json`: CPU milliseconds of one thread at the
/// first time and at best, and the memory that was allocated meanwhile, most of it for a moment.
/// Run its `main` with a heap of 64 MB over the mail itself to see that this suffices.
public final class HostileBench {
  private static final int ROUNDS = 4;

  private HostileBench() {}

  /// Prints a table.
  public static void main(String[] arguments) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    render(HostileMails.all().get("500 multiparts nested").get());
    for (var mail : HostileMails.all().entrySet()) {
      Message message = mail.getValue().get();
      double first = 0;
      double best = Double.MAX_VALUE;
      long allocated = 0;
      for (int i = 0; i < ROUNDS; i++) {
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long start = threads.getCurrentThreadCpuTime();
        render(message);
        double millis = (threads.getCurrentThreadCpuTime() - start) / 1e6;
        first = i == 0 ? millis : first;
        best = Math.min(best, millis);
        allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
      }
      System.out.printf(
          Locale.ROOT,
          "%-42s %8.1f KB %8.1f ms first %8.1f ms best %8.1f MB allocated%n",
          mail.getKey(),
          message.size() / 1024.0,
          first,
          best,
          allocated / 1048576.0);
    }
  }

  private static void render(Message message) throws Exception {
    Body body = Payloads.body(Format.JSON, Payloads.of(message));
    try (InputStream in = body.source().open()) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
