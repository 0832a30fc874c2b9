package io.postern.mime;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.function.ThrowingSupplier;

/// Fails what is quadratic, and not a slow or a busy machine: the bound is many times what the work
/// takes, and of CPU time.
public final class Cpu {
  private static final long MAX_NANOS = 1_000_000_000L;

  private Cpu() {}

  /// Does the work and sees what it took.
  public static <T> T bounded(String what, ThrowingSupplier<T> work) {
    var threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    T result;
    try {
      result = work.get();
    } catch (Throwable e) {
      throw new AssertionError(what, e);
    }
    long nanos = threads.getCurrentThreadCpuTime() - before;
    assertTrue(nanos < MAX_NANOS, () -> what + " took " + nanos / 1_000_000 + " ms of CPU");
    return result;
  }
}
