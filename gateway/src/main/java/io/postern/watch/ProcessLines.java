package io.postern.watch;

import com.sun.management.UnixOperatingSystemMXBean;
import io.postern.watch.Page.Point;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is told of the process and of Java in it, under the names that Prometheus's own client
/// libraries use for these.
final class ProcessLines {
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s*([0-9]+) kB$");

  private ProcessLines() {}

  static void write(Page page) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    page.gauge("jvm_memory_used_bytes", "Java heap in use.", heap.getUsed());
    page.gauge(
        "jvm_memory_committed_bytes", "Java heap taken from the system.", heap.getCommitted());
    page.gauge("jvm_memory_max_bytes", "The largest Java heap (-Xmx).", heap.getMax());
    page.gauge(
        "jvm_threads_current",
        "Platform threads; sessions and attempts have virtual ones.",
        ManagementFactory.getThreadMXBean().getThreadCount());
    List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    page.counters(
        "jvm_gc_collections",
        "Garbage collections.",
        collectors.stream()
            .map(it -> new Point(Math.max(0, it.getCollectionCount()), "gc", it.getName()))
            .toList());
    page.counters(
        "jvm_gc_seconds",
        "Time spent in garbage collections.",
        collectors.stream()
            .map(it -> new Point(Math.max(0, it.getCollectionTime()) / 1e3, "gc", it.getName()))
            .toList());
    page.gauge(
        "process_start_time_seconds",
        "When the process started.",
        ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      page.counter(
          "process_cpu_seconds", "CPU time of the process.", system.getProcessCpuTime() / 1e9);
      page.gauge(
          "process_open_fds",
          "Open files, connections included.",
          system.getOpenFileDescriptorCount());
      page.gauge(
          "process_max_fds",
          "How many files may be open: LimitNOFILE of the unit.",
          system.getMaxFileDescriptorCount());
    }
    residentBytes()
        .ifPresent(
            bytes -> page.gauge("process_resident_memory_bytes", "Memory of the process.", bytes));
  }

  /// As Linux tells it; empty elsewhere.
  private static OptionalLong residentBytes() {
    try {
      Matcher line = RESIDENT.matcher(Files.readString(Path.of("/proc/self/status")));
      return line.find()
          ? OptionalLong.of(Long.parseLong(line.group(1)) * 1024)
          : OptionalLong.empty();
    } catch (IOException _) {
      return OptionalLong.empty();
    }
  }
}
