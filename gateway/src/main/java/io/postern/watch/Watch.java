package io.postern.watch;

import io.postern.intake.Intake;
import io.postern.journal.Journal;
import io.postern.notice.Notifier;
import io.postern.queue.StoreFigures;
import io.postern.smtp.Listener;
import io.postern.watch.Page.Point;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Reads the rooms' counters and states and writes them down for Prometheus, each time it is asked.
/// Nothing is kept between two pages but the counts that the database needs a moment for.
///
/// Safe for use by many threads: one page is written at a time, on a platform thread of its own.
public final class Watch {
  private final Parts parts;
  private final Door door;
  private final Kept kept;
  private final Whole whole;
  private final QueueLines queueLines;
  private final ReentrantLock writing = new ReentrantLock();

  /// What stands at the door.
  ///
  /// @param listener the open door
  /// @param intake who answers there
  public record Door(Listener listener, Intake intake) {}

  /// What is on disk.
  ///
  /// @param journal the ledger
  /// @param store asked at each page for its figures
  public record Kept(Journal journal, Supplier<StoreFigures> store) {}

  /// What is known of the gateway as a whole.
  ///
  /// @param version of the program
  /// @param ready whether it takes mail
  /// @param turns how often each of its loops has turned
  /// @param notices what came of telling people by mail
  public record Whole(
      String version,
      BooleanSupplier ready,
      Supplier<Map<String, Long>> turns,
      Supplier<Notifier.Counts> notices) {}

  /// Makes one; it reads nothing until it is asked.
  public Watch(Parts parts, Door door, Kept kept, Whole whole) {
    this.parts = parts;
    this.door = door;
    this.kept = kept;
    this.whole = whole;
    this.queueLines = new QueueLines(parts.queue(), kept.journal());
  }

  /// A page in the text format of Prometheus, version 0.0.4.
  public String page() {
    writing.lock();
    try {
      // On a virtual thread a BufferedWriter, by which the library writes, begins with a small
      // buffer and copies it for each character that it grows by: 23 MB a page, measured.
      return CompletableFuture.supplyAsync(
              this::write, page -> Thread.ofPlatform().name("watch").daemon().start(page))
          .join();
    } finally {
      writing.unlock();
    }
  }

  private String write() {
    Instant now = parts.clock().instant();
    Page page = new Page();
    page.info(
        "postern_build",
        "The program, and the Java it runs on.",
        "version",
        whole.version(),
        "java",
        Runtime.version().toString());
    page.gauge(
        "postern_ready",
        "1 when the gateway takes mail, as /ready says.",
        whole.ready().getAsBoolean() ? 1 : 0);
    page.counters(
        "postern_loop_turns",
        "How often each loop has turned; one that stands still for a minute hangs.",
        new TreeMap<>(whole.turns().get())
            .entrySet().stream().map(it -> new Point(it.getValue(), "loop", it.getKey())).toList());
    Notifier.Counts notices = whole.notices().get();
    page.counters(
        "postern_notices",
        "Mails to people about trouble and its end.",
        List.of(
            new Point(notices.sent(), "outcome", "sent"),
            new Point(notices.failed(), "outcome", "failed"),
            new Point(notices.dropped(), "outcome", "dropped")));
    DoorLines.write(door.listener().traffic(), page);
    DoorLines.write(door.listener().sayings(), page);
    DoorLines.write(door.intake().counts(), page);
    if (parts.certificate() != null) {
      DoorLines.write(parts.certificate().state(), page);
    }
    RuleLines.write(parts.books().state(), page);
    EndpointLines.write(parts.dispatcher().activity(), page);
    queueLines.write(parts.books().state().whole(), now, page);
    if (parts.subscribers() != null) {
      SubscriberLines.write(parts.subscribers(), now, page);
    }
    StoreLines.write(kept.store().get(), page);
    ProcessLines.write(page);
    return page.text();
  }
}
