package io.postern.store.sqlite;

import io.postern.queue.Pause;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Rules by name: their numbers, clocks and pauses; and the books that they stand in.
final class RuleTable {
  /// The numbers of rules that no delivery or pause is of, and which are not marked as such, or of
  /// which no row of the log is left since. Each look is a seek into an index.
  static final String UNUSED =
      """
      SELECT number FROM rules
      WHERE (unused IS NULL OR NOT EXISTS (SELECT 1 FROM log l WHERE l.number <= unused))
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.rule = rules.number AND d.state < 2)
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.rule = rules.number AND d.state >= 2)
        AND NOT EXISTS (SELECT 1 FROM pauses p WHERE p.rule = rules.number)
      LIMIT 100
      """;

  /// How many books of a kind are kept, the last ones.
  static final int BOOKS_MAX = 50;

  private final Sql sql;
  private final Map<String, Long> numbers = new HashMap<>();

  RuleTable(Sql sql) {
    this.sql = sql;
  }

  /// The rule's number; it gets one when it has none. It is in use from then on.
  long number(String rule) throws SQLException {
    Long known = numbers.get(rule);
    if (known != null) {
      return known;
    }
    sql.update(
        """
        INSERT INTO rules (name, active_ms) VALUES (?, 0)
        ON CONFLICT (name) DO UPDATE SET unused = NULL WHERE unused IS NOT NULL
        """,
        rule);
    long number = sql.number("SELECT number FROM rules WHERE name = ?", rule);
    numbers.put(rule, number);
    return number;
  }

  /// Forgets numbers that were given in a change which is undone.
  void forget() {
    numbers.clear();
  }

  /// Marks some rules of which only the log speaks, and removes some of which that does not either.
  /// One that comes back begins anew.
  ///
  /// @return how many
  int removeUnused() throws SQLException {
    // Whoever uses one from here on asks for its number, which ends the mark.
    numbers.clear();
    int marked =
        sql.update(
            "UPDATE rules SET unused = coalesce("
                + "(SELECT seq FROM sqlite_sequence WHERE name = 'log'), 0)"
                + " WHERE unused IS NULL AND number IN ("
                + UNUSED
                + ")");
    return marked
        + sql.update("DELETE FROM rules WHERE unused IS NOT NULL AND number IN (" + UNUSED + ")");
  }

  /// Moves the clocks of rules for which something waits; the others have no one to count for.
  void elapse(Collection<String> rules, Duration time) throws SQLException {
    for (String rule : rules) {
      sql.update(
          """
          UPDATE rules SET active_ms = active_ms + ?
          WHERE name = ?
            AND EXISTS (SELECT 1 FROM deliveries d WHERE d.rule = rules.number AND d.state < 2)
          """,
          time.toMillis(),
          rule);
    }
  }

  void keepBook(String kind, String version, Instant taken, String text) throws SQLException {
    sql.update(
        "INSERT OR REPLACE INTO books (kind, version, taken, text) VALUES (?, ?, ?, ?)",
        kind,
        version,
        taken,
        text);
    sql.update(
        """
        DELETE FROM books
        WHERE kind = ?1 AND number NOT IN (
          SELECT number FROM books WHERE kind = ?1 ORDER BY number DESC LIMIT ?2)
        """,
        kind,
        BOOKS_MAX);
  }

  /// Notes which accounts the rules of a book are in. Those of rules that are gone stay while
  /// something speaks of them: who comes late to their rows asks for them.
  ///
  /// @param accounts by the rule's name; empty for none
  void keepAccounts(Map<String, String> accounts) throws SQLException {
    sql.update("DELETE FROM rule_accounts WHERE rule NOT IN (SELECT name FROM rules)");
    for (Map.Entry<String, String> entry : accounts.entrySet()) {
      sql.update(
          "INSERT OR REPLACE INTO rule_accounts (rule, account) VALUES (?, ?)",
          entry.getKey(),
          entry.getValue());
    }
  }

  /// The account that a rule was in last; empty for none.
  static String account(Sql sql, String rule) throws SQLException {
    return sql.first(
            "SELECT account FROM rule_accounts WHERE rule = ?", row -> row.getString(1), rule)
        .orElse("");
  }

  /// Pauses. Only a pause that would end by itself gives way to another.
  void pause(Pause pause) throws SQLException {
    sql.update(
        """
        INSERT INTO pauses (rule, since, cause, reason) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET since = excluded.since, cause = excluded.cause,
          reason = excluded.reason
          WHERE cause = 2 AND excluded.cause <> 2
        """,
        number(pause.rule()),
        pause.since(),
        code(pause.cause()),
        pause.reason());
  }

  /// A cause as the table has it.
  static int code(Pause.Cause cause) {
    return switch (cause) {
      case PERSON -> 0;
      case GONE -> 1;
      case FAILING -> 2;
    };
  }

  /// What that means. Any other number, which only damage can leave, counts as a pause that a
  /// person has to end and is told of; to refuse it would keep the pauses of all endpoints from
  /// being read, and so all mail from going out.
  static Pause.Cause cause(int code) {
    return switch (code) {
      case 0 -> Pause.Cause.PERSON;
      case 2 -> Pause.Cause.FAILING;
      default -> Pause.Cause.GONE;
    };
  }

  /// Ends a pause.
  ///
  /// @return false when there was none
  boolean resume(String rule) throws SQLException {
    sql.update("UPDATE rules SET failing_ms = NULL WHERE name = ?", rule);
    return sql.update(
            "DELETE FROM pauses WHERE rule = (SELECT number FROM rules WHERE name = ?)", rule)
        > 0;
  }

  /// Ends a pause that its endpoint's failures made.
  ///
  /// @return false when there was none such
  boolean resumeFailing(String rule) throws SQLException {
    return sql.update(
            """
            DELETE FROM pauses
            WHERE rule = (SELECT number FROM rules WHERE name = ?) AND cause = 2
            """,
            rule)
        > 0;
  }

  /// Notes that a rule's endpoint failed.
  void failed(long rule) throws SQLException {
    sql.update(
        "UPDATE rules SET failing_ms = active_ms WHERE number = ? AND failing_ms IS NULL", rule);
  }

  /// Notes that it took something.
  void works(long rule) throws SQLException {
    sql.update(
        "UPDATE rules SET failing_ms = NULL WHERE number = ? AND failing_ms IS NOT NULL", rule);
  }

  /// The rules for which something is due, by name.
  Map<String, Due> due(Instant now) throws SQLException {
    List<Due> due =
        sql.list(
            """
            SELECT r.name, r.number, r.active_ms, coalesce(r.failing_ms, r.active_ms) FROM rules r
            WHERE EXISTS (
              SELECT 1 FROM deliveries d WHERE d.rule = r.number AND d.state < 2 AND d.due <= ?)
            """,
            row -> new Due(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)),
            now);
    return due.stream().collect(Collectors.toMap(Due::name, Function.identity()));
  }

  /// A rule for which something is due.
  ///
  /// @param activeMs its clock
  /// @param failingMs what that said when its endpoint began to fail; the same when it doesn't
  record Due(String name, long number, long activeMs, long failingMs) {}
}
