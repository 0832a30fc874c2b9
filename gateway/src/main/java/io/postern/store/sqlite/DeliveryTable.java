package io.postern.store.sqlite;

import io.postern.journal.Arrival;
import io.postern.journal.CleanText;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.mail.Envelope;
import io.postern.mail.Mail;
import io.postern.queue.Accepted;
import io.postern.queue.Claim;
import io.postern.queue.Demand;
import io.postern.queue.Settlement;
import io.postern.queue.Settlement.Again;
import io.postern.queue.Settlement.Dead;
import io.postern.queue.Settlement.Done;
import io.postern.queue.Settlement.Trial;
import io.postern.queue.Settlement.Unmade;
import io.postern.queue.Want;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Deliveries and their changes of state: the diagram in [io.postern.queue.MailQueue], as SQL.
final class DeliveryTable {
  static final int READY = 0;
  static final int LEASED = 1;
  static final int SUCCEEDED = 2;
  static final int FAILED = 3;

  /// How many deferred attempts of a delivery are remembered.
  static final int ATTEMPTS_MAX = 50;

  /// How many deliveries one transaction brings forward: a few milliseconds' worth.
  static final int FORWARD_MAX = 200;

  /// How long a delivery waits that can't be read, before the next try.
  static final Duration ASIDE = Duration.ofHours(1);

  private static final String REPLAYED = "replayed by operator";
  private static final String UNREAD =
      "its row or that of its mail was damaged, or can't be read: postern verify";
  private static final String DROPPED = "dropped by operator";

  private final Sql sql;
  private final RuleTable rules;
  private final LogTable log;
  private final InstantSource clock;

  DeliveryTable(Sql sql, RuleTable rules, LogTable log, InstantSource clock) {
    this.sql = sql;
    this.rules = rules;
    this.log = log;
    this.clock = clock;
  }

  /// Makes the deliveries of a mail, each with its queued row.
  void accept(Accepted accepted, long mail) throws SQLException {
    if (accepted.routes().size() >= Tables.PLACES) {
      // The next one would have the number of another mail's delivery.
      throw new IllegalArgumentException("a mail can't have so many deliveries");
    }
    Envelope envelope = accepted.envelope();
    Instant now = clock.instant();
    int place = 0;
    for (Accepted.Route route : accepted.routes()) {
      place++;
      long rule = rules.number(route.rule());
      sql.update(
          """
          INSERT INTO deliveries
            (number, rule, recipient, received, state, due, attempt, replay, began_ms)
          VALUES (?, ?, ?, ?, 0, ?, 0, 0, (SELECT active_ms FROM rules WHERE number = ?))
          """,
          (mail << Tables.PLACE_BITS) + place,
          rule,
          route.recipient().text(),
          envelope.received(),
          now,
          rule);
      Arrival arrival =
          new Arrival(
              envelope.received(),
              envelope.session(),
              envelope.peer().helo(),
              accepted.heading().from(),
              route.recipient().text(),
              accepted.heading().messageId());
      String delivery = new DeliveryId(accepted.id(), place).text();
      log.write(
          new Row(
              0,
              now,
              Status.QUEUED,
              "",
              arrival,
              new Step(delivery, route.rule(), 0, 0, Duration.ZERO, null)));
    }
    sql.update("UPDATE counters SET value = value + ? WHERE name = 'accepted'", place);
  }

  /// Leases what is due, and counts the attempts. What is left of the room is parted evenly among
  /// the rules that still have something due, round by round, so that the statements it takes
  /// depend on the room and the number of rules, never on how much waits.
  Leases claim(Demand demand, Instant now, Readers readers) throws SQLException {
    Map<String, RuleTable.Due> due = rules.due(now);
    List<Want> open = demand.wants().stream().filter(want -> due.containsKey(want.rule())).toList();
    Shares shares = new Shares(demand);
    List<Found> all = new ArrayList<>();
    while (!open.isEmpty()) {
      int share = shares.each(open.size());
      List<Want> hungry = new ArrayList<>();
      for (Want want : open) {
        int count = Math.min(share, shares.left(want));
        RuleTable.Due rule = Objects.requireNonNull(due.get(want.rule()));
        List<Found> some = find(rule, count, now, readers);
        for (Found one : some) {
          switch (one) {
            case Leased leased -> lease(leased, now.plus(want.lease()));
            case Unread unread -> setAside(unread, rule, now);
          }
        }
        all.addAll(some);
        int taken = only(Leased.class, some).size();
        shares.take(want, taken);
        if (count > 0 && taken == count && shares.left(want) > 0) {
          hungry.add(want);
        }
      }
      open = hungry;
    }
    return new Leases(
        only(Leased.class, all).stream()
            .sorted(Comparator.comparingLong(Leased::due))
            .map(Leased::claim)
            .toList(),
        only(Unread.class, all));
  }

  private static <T extends Found> List<T> only(Class<T> type, List<Found> all) {
    return all.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /// What came of a claim.
  ///
  /// @param unread deliveries that were due and could not be read
  record Leases(List<Claim> claims, List<Unread> unread) {}

  /// A delivery that is due.
  sealed interface Found permits Leased, Unread {}

  /// A claim, and since when it was due.
  record Leased(long number, long due, Claim claim) implements Found {}

  /// A delivery whose row, or that of its mail, was damaged or is gone, or is one that this program
  /// doesn't understand.
  ///
  /// @param reason of its last deferred row; null when there is none
  record Unread(long number, @Nullable String reason, RuntimeException why) implements Found {}

  private List<Found> find(RuleTable.Due rule, int count, Instant now, Readers readers)
      throws SQLException {
    if (count <= 0) {
      // SQLite takes a negative limit for none.
      return List.of();
    }
    return sql.list(
        "SELECT d.number, d.due, d.recipient, d.attempt, d.replay, d.began_ms, d.reason, "
            + MailTable.COLUMNS
            + """
            FROM deliveries d LEFT JOIN mails m ON m.number = d.number >> 20
            WHERE d.rule = ? AND d.state < 2 AND d.due <= ? ORDER BY d.due LIMIT ?
            """,
        row -> found(row, rule, readers),
        rule.number(),
        now,
        count);
  }

  private void lease(Leased one, Instant end) throws SQLException {
    sql.update(
        "UPDATE deliveries SET state = 1, attempt = ?, due = ? WHERE number = ?",
        one.claim().attempt(),
        end,
        one.number());
  }

  /// Has a delivery that can't be read wait, for it must neither keep all others from being claimed
  /// nor fail for what is no fault of its own: the row can be mended, and a program that is too
  /// strict can be replaced. None of that time counts against its retry period.
  private void setAside(Unread one, RuleTable.Due rule, Instant now) throws SQLException {
    Instant due = now.plus(ASIDE);
    sql.update(
        "UPDATE deliveries SET state = 0, due = ?, began_ms = ?, reason = ? WHERE number = ?",
        due,
        rule.activeMs(),
        UNREAD,
        one.number());
    if (!UNREAD.equals(one.reason())) {
      Trial none = new Trial(now, Duration.ZERO, 0, UNREAD, "");
      log.write(one.number(), Status.DEFERRED, none, UNREAD, due);
    }
  }

  private static Found found(ResultSet row, RuleTable.Due rule, Readers readers)
      throws SQLException {
    try {
      return leased(row, rule, readers);
    } catch (RuntimeException e) {
      return new Unread(row.getLong(1), row.getString(7), e);
    }
  }

  private static Leased leased(ResultSet row, RuleTable.Due rule, Readers readers)
      throws SQLException {
    long number = row.getLong(1);
    Mail mail = MailTable.mail(row, 8, readers);
    Claim claim =
        new Claim(
            new DeliveryId(mail.id(), (int) (number & (Tables.PLACES - 1))).text(),
            rule.name(),
            MailTable.address(Sql.text(row, 3)),
            row.getInt(4) + 1,
            row.getInt(5) != 0,
            Duration.ofMillis(rule.activeMs() - row.getLong(6)),
            Duration.ofMillis(rule.activeMs() - rule.failingMs()),
            mail);
    return new Leased(number, row.getLong(2), claim);
  }

  /// Ends every lease at once: who held them is gone.
  void endLeases() throws SQLException {
    sql.update(
        """
        UPDATE deliveries SET state = 0, due = ? WHERE number IN (
          SELECT number FROM deliveries WHERE state < 2 AND state = 1)
        """,
        clock.instant());
  }

  /// Makes some due that would be due later than they can be. What can't be read is put off for
  /// longer, and by a clock that was right it stays so.
  ///
  /// @param longest how long a delivery of each rule waits at most
  /// @return how many; [#FORWARD_MAX] when there may be more
  int bringForward(Map<String, Duration> longest, Instant now) throws SQLException {
    int changed = 0;
    for (Map.Entry<String, Duration> rule : longest.entrySet()) {
      changed +=
          sql.update(
              """
              UPDATE deliveries SET due = ? WHERE number IN (
                SELECT d.number FROM deliveries d
                WHERE d.rule = (SELECT number FROM rules WHERE name = ?)
                  AND d.state < 2 AND d.state = 0 AND d.due > ?
                  AND (d.due > ? OR d.reason IS NOT ?) LIMIT ?)
              """,
              now,
              rule.getKey(),
              now.plus(rule.getValue()),
              now.plus(ASIDE),
              UNREAD,
              FORWARD_MAX - changed);
    }
    return changed;
  }

  /// Notes what came of a claim.
  ///
  /// @return what became of it; empty when the claim is not in force any more
  Optional<Settled> settle(Claim claim, Settlement settlement) throws SQLException {
    Optional<DeliveryId> id = DeliveryId.parse(claim.delivery());
    if (id.isEmpty()) {
      return Optional.empty();
    }
    // The attempt is the fence: a later claim has a higher one.
    Optional<Held> held =
        sql.first(
            """
            SELECT d.number, d.rule, d.reason FROM deliveries d
            WHERE d.number = ((SELECT m.number FROM mails m WHERE m.id = ?) << 20) + ?
              AND d.state = 1 AND d.attempt = ?
            """,
            row -> new Held(row.getLong(1), row.getLong(2), row.getString(3)),
            id.get().mail(),
            id.get().place(),
            claim.attempt());
    if (held.isEmpty()) {
      return Optional.empty();
    }
    long number = held.get().number();
    return Optional.of(
        switch (settlement) {
          case Done(Trial trial) -> {
            rules.works(held.get().rule());
            yield end(number, SUCCEEDED, Status.SUCCEEDED, trial);
          }
          case Dead(Trial trial) -> end(number, FAILED, Status.FAILED, trial);
          case Again(Trial trial, Instant due, boolean ours) -> {
            if (!ours) {
              rules.failed(held.get().rule());
            }
            yield defer(held.get(), claim.attempt(), trial, due);
          }
          case Unmade(Instant due, _) -> {
            sql.update(
                "UPDATE deliveries SET state = 0, attempt = attempt - 1, due = ? WHERE number = ?",
                due,
                number);
            yield ready(due);
          }
        });
  }

  /// Makes deliveries ready that are over, or, to move them to another rule, that wait.
  ///
  /// @param toRule the rule's name; empty to leave each with its own
  /// @return how many were in such a state
  int replay(List<Long> numbers, String toRule) throws SQLException {
    @Nullable Long rule = toRule.isEmpty() ? null : rules.number(toRule);
    Instant now = clock.instant();
    int replayed = 0;
    for (long number : numbers) {
      String from = rule == null ? "" : ruleOf(number);
      int changed =
          sql.update(
              """
              UPDATE deliveries SET state = 0, due = ?1, replay = 1, reason = NULL,
                rule = coalesce(?2, rule),
                began_ms = (SELECT active_ms FROM rules r
                            WHERE r.number = coalesce(?2, deliveries.rule))
              WHERE number = ?3 AND (state >= 2 OR (state = 0 AND rule <> ?2))
              """,
              now,
              rule,
              number);
      if (changed > 0) {
        String moved = from.isEmpty() || from.equals(toRule) ? "" : ", moved from rule " + from;
        note(number, Status.QUEUED, now, REPLAYED + moved);
        replayed++;
      }
    }
    return replayed;
  }

  private String ruleOf(long delivery) throws SQLException {
    return sql.first(
            "SELECT r.name FROM deliveries d JOIN rules r ON r.number = d.rule WHERE d.number = ?",
            row -> row.getString(1),
            delivery)
        .orElse("");
  }

  /// Gives up deliveries that wait.
  ///
  /// @return how many did
  int drop(List<Long> numbers) throws SQLException {
    return giveUp(numbers, DROPPED);
  }

  private int giveUp(List<Long> numbers, String reason) throws SQLException {
    Instant now = clock.instant();
    int dropped = 0;
    for (long number : numbers) {
      int changed =
          sql.update(
              "UPDATE deliveries SET state = 3, due = ? WHERE number = ? AND state < 2",
              now,
              number);
      if (changed > 0) {
        note(number, Status.FAILED, now, reason);
        dropped++;
      }
    }
    return dropped;
  }

  /// Writes the row of a change that no attempt made.
  private void note(long number, Status status, Instant now, String reason) throws SQLException {
    log.write(number, status, new Trial(now, Duration.ZERO, 0, reason, ""), reason, null);
  }

  /// Removes deliveries that ended before a time.
  ///
  /// @param state the state that they must be in
  /// @return the mails of those that were removed which have no delivery left
  List<Long> purge(List<Long> numbers, int state, Instant before) throws SQLException {
    List<Long> lonely = new ArrayList<>();
    int purged = 0;
    for (long number : numbers) {
      int removed =
          sql.update(
              "DELETE FROM deliveries WHERE number = ? AND state = ? AND due < ?",
              number,
              state,
              before);
      if (removed > 0) {
        purged++;
        sql.update("DELETE FROM attempts WHERE delivery = ?", number);
        long mail = number >> Tables.PLACE_BITS;
        if (!hasDeliveries(mail)) {
          lonely.add(mail);
        }
      }
    }
    countPurged(purged);
    return lonely;
  }

  private boolean hasDeliveries(long mail) throws SQLException {
    return sql.number(
            "SELECT EXISTS (SELECT 1 FROM deliveries WHERE number >= ? AND number < ?)",
            mail << Tables.PLACE_BITS,
            (mail + 1) << Tables.PLACE_BITS)
        != 0;
  }

  private void countPurged(int purged) throws SQLException {
    sql.update("UPDATE counters SET value = value + ? WHERE name = 'purged'", purged);
  }

  /// Removes the deliveries of a mail that is to be forgotten; those that wait are given up first.
  void forget(long mail) throws SQLException {
    long first = mail << Tables.PLACE_BITS;
    long end = (mail + 1) << Tables.PLACE_BITS;
    giveUp(
        sql.list(
            "SELECT number FROM deliveries WHERE number >= ? AND number < ? AND state < 2",
            row -> row.getLong(1),
            first,
            end),
        LogTable.FORGOTTEN);
    sql.update("DELETE FROM attempts WHERE delivery >= ? AND delivery < ?", first, end);
    countPurged(sql.update("DELETE FROM deliveries WHERE number >= ? AND number < ?", first, end));
  }

  /// What a settlement leaves behind.
  enum Settled {
    /// It waits for a time to come, or is over.
    AT_REST,
    /// It may be claimed now.
    READY_NOW
  }

  /// A delivery that the claimer still holds.
  private record Held(long number, long rule, @Nullable String reason) {}

  private Settled end(long number, int state, Status status, Trial trial) throws SQLException {
    sql.update(
        "UPDATE deliveries SET state = ?, due = ? WHERE number = ?", state, trial.ended(), number);
    log.write(number, status, trial, CleanText.of(trial.text()), null);
    return Settled.AT_REST;
  }

  private Settled defer(Held held, int attempt, Trial trial, Instant due) throws SQLException {
    String reason = CleanText.of(trial.reason());
    sql.update(
        "UPDATE deliveries SET state = 0, due = ?, reason = ? WHERE number = ?",
        due,
        reason,
        held.number());
    sql.update(
        """
        INSERT OR REPLACE INTO attempts (delivery, attempt, at, http_status, elapsed_ms, reason)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        held.number(),
        attempt,
        trial.ended(),
        trial.httpStatus(),
        trial.elapsed().toMillis(),
        CleanText.of(trial.text()));
    sql.update(
        "DELETE FROM attempts WHERE delivery = ? AND attempt <= ?",
        held.number(),
        attempt - ATTEMPTS_MAX);
    if (!reason.equals(held.reason())) {
      log.write(held.number(), Status.DEFERRED, trial, CleanText.of(trial.text()), due);
    }
    return ready(due);
  }

  private Settled ready(Instant due) {
    return due.isAfter(clock.instant()) ? Settled.AT_REST : Settled.READY_NOW;
  }
}
