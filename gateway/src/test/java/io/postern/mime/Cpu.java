package io.postern.mime;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.function.ThrowingSupplier;

/// Fails what is quadratic, and not a slow or a busy machine: the bound is many times what the work
/// takes, and of CPU time. Java's first time at a work is in code that it has yet to compile, which
/// it does late on a busy machine; so what takes too long is done again, and is over the bound when
/// it always is.
public final class Cpu {
  private static final long MAX_NANOS = 1_000_000_000L;
  private static final int TIMES_MAX = 3;

  private Cpu() {}

  /// Does the work, several times if need be, and sees what it takes.
  public static <T> T bounded(String what, ThrowingSupplier<T> work) {
    var threads = ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TIMES_MAX; i++) {
      long before = threads.getCurrentThreadCpuTime();
      T result;
      try {
        result = work.get();
      } catch (Throwable e) {
        throw new AssertionError(what, e);
      }
      least = Math.min(least, threads.getCurrentThreadCpuTime() - before);
      if (least < MAX_NANOS) {
        return result;
      }
    }
    throw new AssertionError(what + " takes " + least / 1_000_000 + " ms of CPU");
  }
}
