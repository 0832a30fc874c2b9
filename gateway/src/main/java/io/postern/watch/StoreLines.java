package io.postern.watch;

import io.postern.queue.StoreFigures;
import io.postern.watch.Page.Point;
import io.postern.watch.Page.Spread;
import java.util.List;

/// What is told of the store's work and of the disk.
final class StoreLines {
  private StoreLines() {}

  static void write(StoreFigures figures, Page page) {
    page.gauge(
        "postern_store_writable",
        "0 when the last transaction could not be written, so that mail is put off.",
        figures.fault().isEmpty() ? 1 : 0);
    page.histograms(
        "postern_store_commit_duration_seconds",
        "How long commits took, fsync included. Each mail waits for one before its 250.",
        List.of(new Spread(figures.commits())));
    page.histograms(
        "postern_store_group_size",
        "How many changes shared a commit.",
        List.of(new Spread(figures.groups())));
    page.counter(
        "postern_store_lost_transactions",
        "Transactions that could not be written.",
        figures.lost());
    page.gauge(
        "postern_store_changes_waiting",
        "Changes that wait for the next transaction.",
        figures.waiting());
    page.gauge(
        "postern_store_denied_rows_waiting",
        "Denied rows of the status log that wait in memory.",
        figures.deniedWaiting());
    page.counter(
        "postern_store_denied_rows_lost",
        "Denied rows that were only counted, because too many waited.",
        figures.deniedLost());
    StoreFigures.Disk disk = figures.disk();
    page.gauges(
        "postern_store_bytes",
        "What the store takes of the disk: database, its write-ahead log, segments of long"
            + " messages.",
        List.of(
            new Point(disk.database(), "part", "database"),
            new Point(disk.log(), "part", "wal"),
            new Point(disk.segments(), "part", "segments")));
    page.gauge(
        "postern_disk_free_bytes",
        "What is left on the store's disk, less what the write-ahead log may still take.",
        disk.free());
    page.gauge(
        "postern_disk_reserve_bytes",
        "Mail is put off (452 4.3.1) when less than this is left.",
        disk.reserve());
  }
}
