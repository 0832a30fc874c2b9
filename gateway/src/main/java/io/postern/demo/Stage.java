package io.postern.demo;

import io.postern.demo.Demo.Running;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Shows posts and log rows in the order in which they happened, and hands each to the act that it
/// belongs to. [#caught] may be called from any thread, everything else is for one.
final class Stage {
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  private final PrintStream out;
  private final Map<Act, Evidence> evidence = new EnumMap<>(Act.class);
  private final Map<Act, Letter> letters = new EnumMap<>(Act.class);
  private final BlockingQueue<Caught> arrivals = new LinkedBlockingQueue<>();
  private final List<Caught> pending = new ArrayList<>();
  private boolean shownOne;
  private long newest;

  Stage(PrintStream out) {
    this.out = out;
  }

  /// A post came.
  void caught(Caught post) {
    arrivals.add(post);
  }

  /// An act begins: what carries its letter's Message-ID is its evidence.
  Evidence begin(Act act, Letter letter) {
    letters.put(act, letter);
    return evidence.computeIfAbsent(act, _ -> new Evidence());
  }

  /// Waits until nothing is missing from an act, and shows meanwhile what happens.
  ///
  /// @param until when to give up, by [System#nanoTime()]
  void watch(Act act, Evidence seen, Running gateway, long until)
      throws StoreUnavailable, InterruptedException {
    look(gateway);
    while (!act.missing(seen).isEmpty() && System.nanoTime() < until) {
      Optional.ofNullable(arrivals.poll(LOOK_EVERY.toNanos(), TimeUnit.NANOSECONDS))
          .ifPresent(pending::add);
      look(gateway);
    }
  }

  /// Shows what is new. A post that came in while the log was read is shown only when the rows tell
  /// that nothing older is still to be read; else it waits for the next look.
  private void look(Running gateway) throws StoreUnavailable {
    arrivals.drainTo(pending);
    int before = pending.size();
    List<Row> rows = gateway.after(newest);
    arrivals.drainTo(pending);
    List<Happening> happenings = new ArrayList<>();
    for (Row row : rows) {
      newest = Math.max(newest, row.number());
      happenings.add(new Happening.Logged(row));
    }
    Optional<Happening> readTo = happenings.stream().max(Happening.ORDER);
    List<Caught> later = new ArrayList<>();
    for (int i = 0; i < pending.size(); i++) {
      Happening post = new Happening.Posted(pending.get(i));
      if (i < before || readTo.filter(row -> Happening.ORDER.compare(post, row) < 0).isPresent()) {
        happenings.add(post);
      } else {
        later.add(pending.get(i));
      }
    }
    pending.clear();
    pending.addAll(later);
    happenings.sort(Happening.ORDER);
    happenings.forEach(this::show);
  }

  /// Something to show.
  private sealed interface Happening {
    Comparator<Happening> ORDER =
        Comparator.comparing(Happening::at).thenComparingLong(Happening::rank);

    Instant at();

    /// The order of what happened to a mail in the same millisecond: 0 accepted or refused, 1
    /// posted for the first time, 2 that settled, 3 posted again, and so on.
    long rank();

    record Posted(Caught post) implements Happening {
      @Override
      public Instant at() {
        return post.at();
      }

      @Override
      public long rank() {
        return 2L * post.attempt().orElse(1) - 1;
      }
    }

    record Logged(Row row) implements Happening {
      @Override
      public Instant at() {
        return row.at();
      }

      @Override
      public long rank() {
        return 2L * row.step().attempt();
      }
    }
  }

  private void show(Happening happening) {
    switch (happening) {
      case Happening.Posted(Caught post) -> {
        of(post.field("message-id").orElse("")).ifPresent(seen -> seen.add(post));
        // The first post is shown whole; what follows looks much the same.
        print("webhook", shownOne ? Page.brief(post) : Page.full(post));
        shownOne = true;
      }
      case Happening.Logged(Row row) -> {
        of(row.arrival().messageId()).ifPresent(seen -> seen.add(row));
        print("log", List.of(line(row)));
      }
    }
  }

  private Optional<Evidence> of(String messageId) {
    return letters.entrySet().stream()
        .filter(entry -> entry.getValue().messageId().equals(messageId))
        .map(entry -> evidence.computeIfAbsent(entry.getKey(), _ -> new Evidence()))
        .findFirst();
  }

  private void print(String label, List<String> lines) {
    out.println("  %-8s %s".formatted(label, lines.getFirst()));
    lines.stream().skip(1).forEach(line -> out.println(("  " + line).stripTrailing()));
  }

  private static String line(Row row) {
    StringBuilder line = new StringBuilder(Page.time(row.at()));
    line.append("  %-9s  to %s".formatted(row.status().word(), row.arrival().to()));
    if (row.step().attempt() > 0) {
      line.append(", attempt ").append(row.step().attempt());
    }
    if (!row.reason().isEmpty()) {
      line.append(": ").append(row.reason());
    }
    Instant next = row.step().next();
    if (next != null && row.status() == Status.DEFERRED) {
      line.append(" (next at ").append(Page.time(next)).append(")");
    }
    return Screen.line(line.toString(), 160);
  }
}
