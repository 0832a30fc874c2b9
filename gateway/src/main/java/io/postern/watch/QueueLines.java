package io.postern.watch;

import io.postern.journal.Journal;
import io.postern.journal.Ledger;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.QueueView;
import io.postern.queue.Waiting;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.watch.Page.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is told of the line of waiting mail and of the ledger. To count them takes the database a
/// moment for each million deliveries, so an answer is kept for some seconds, however many ask.
///
/// For one thread at a time.
final class QueueLines {
  /// Less than the usual time between two scrapes, so that one Prometheus always sees fresh counts.
  private static final Duration KEPT = Duration.ofSeconds(10);

  private final QueueView queue;
  private final Journal journal;
  private Look last = new Look(Instant.MIN, List.of(), new Ledger(0, 0, 0, 0, 0), false);

  /// @param good false when the store could not be read
  private record Look(Instant at, List<Waiting> waiting, Ledger ledger, boolean good) {}

  QueueLines(QueueView queue, Journal journal) {
    this.queue = queue;
    this.journal = journal;
  }

  /// @param book the rules in force; null when there are none, and nobody can tell which are gone
  void write(@Nullable Book book, Instant now, Page page) {
    Look look = look(now);
    page.gauge(
        "postern_store_readable",
        "0 when the store could not be read to count what waits; then the counts are missing.",
        look.good() ? 1 : 0);
    if (!look.good()) {
      return;
    }
    Map<String, Long> depths = new HashMap<>();
    Map<String, Double> ages = new HashMap<>();
    Set<String> inForce =
        book == null
            ? Set.of()
            : book.rules().stream().map(Rule::name).collect(Collectors.toUnmodifiableSet());
    inForce.forEach(rule -> depths.put(rule, 0L));
    long orphans = 0;
    for (Waiting waiting : look.waiting()) {
      depths.put(waiting.rule(), waiting.count());
      long millis = Duration.between(waiting.oldest(), now).toMillis();
      ages.put(waiting.rule(), Math.max(0, millis) / 1e3);
      orphans += inForce.contains(waiting.rule()) ? 0 : waiting.count();
    }
    page.gauges(
        "postern_queue_deliveries",
        "Deliveries that wait or are being tried.",
        RuleLines.points(depths, Long::sum));
    page.gauges(
        "postern_queue_oldest_age_seconds",
        "How long ago the oldest of them was received; left out when nothing waits.",
        RuleLines.points(ages, Math::max));
    if (book != null) {
      page.gauge(
          "postern_queue_deliveries_without_rule",
          "Deliveries that wait for a rule that is not in force any more.",
          orphans);
    }
    write(look.ledger(), page);
  }

  private static void write(Ledger ledger, Page page) {
    page.counter("postern_ledger_accepted", "Deliveries that ever got a 250.", ledger.accepted());
    page.counter(
        "postern_ledger_purged", "Deliveries removed when their retention ended.", ledger.purged());
    page.gauges(
        "postern_ledger_deliveries",
        "Deliveries that the store holds, by state.",
        List.of(
            new Point(ledger.waiting(), "state", "waiting"),
            new Point(ledger.succeeded(), "state", "succeeded"),
            new Point(ledger.failed(), "state", "failed")));
    page.gauge(
        "postern_ledger_unaccounted",
        "Accepted less purged and those held: always 0, or something was lost.",
        ledger.unaccounted());
  }

  private Look look(Instant now) {
    if (Duration.between(last.at(), now).abs().compareTo(KEPT) >= 0 || !last.good()) {
      try {
        last = new Look(now, queue.waiting(), journal.ledger(), true);
      } catch (StoreUnavailable _) {
        // The page says so, and the store's other users log it.
        last = new Look(now, List.of(), last.ledger(), false);
      }
    }
    return last;
  }
}
