package io.postern.store.sqlite;

import io.postern.queue.Choice;
import io.postern.queue.Choice.State;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The deliveries of a choice that are in one state, as SQL. What is changed leaves the selection,
/// so that who takes it part by part finds the next part in front.
///
/// @param from tables
/// @param where conditions
/// @param values for the question marks
record Selection(String from, String where, List<Object> values) {
  Selection {
    values = List.copyOf(values);
  }

  static Selection of(Choice choice, State state) {
    Selection ofState =
        (choice.id().isEmpty() ? ofAll(state) : ofId(choice.id())).and(condition(state));
    String time = state == State.WAITING ? "d.received" : "d.due";
    Selection ofTime =
        ofState
            .and(time + " >= ?", millis(choice.since(), Long.MIN_VALUE))
            .and(time + " < ?", millis(choice.until(), Long.MAX_VALUE));
    return choice.rule().isEmpty() ? ofTime : ofTime.and("r.name = ?", choice.rule());
  }

  /// CROSS JOIN keeps the order: one seek into the index for each rule.
  private static Selection ofAll(State state) {
    String index = state == State.WAITING ? "deliveries_waiting" : "deliveries_ended";
    return new Selection(
        "rules r CROSS JOIN deliveries d INDEXED BY " + index, "d.rule = r.number", List.of());
  }

  private static Selection ofId(String id) {
    Optional<DeliveryId> delivery = DeliveryId.parse(id);
    String mail = delivery.map(DeliveryId::mail).orElse(id);
    Optional<Long> lost = DeliveryId.lost(mail);
    String one = lost.isPresent() ? MailTable.LOST : "SELECT number FROM mails WHERE id = ?1";
    Selection ofMail =
        new Selection(
            "(" + one + ") m CROSS JOIN deliveries d CROSS JOIN rules r",
            """
            d.number >= (m.number << 20) AND d.number < ((m.number + 1) << 20)
              AND r.number = d.rule\
            """,
            List.of(lost.isPresent() ? lost.get() : mail));
    return delivery.isEmpty()
        ? ofMail
        : ofMail.and("d.number = (m.number << 20) + ?", delivery.get().place());
  }

  private static String condition(State state) {
    return switch (state) {
      case WAITING -> "d.state < 2";
      case SUCCEEDED -> "d.state >= 2 AND d.state = " + DeliveryTable.SUCCEEDED;
      case FAILED -> "d.state >= 2 AND d.state = " + DeliveryTable.FAILED;
    };
  }

  Selection and(String condition, Object... bound) {
    List<Object> more = new ArrayList<>(values);
    more.addAll(List.of(bound));
    return new Selection(from, where + " AND " + condition, more);
  }

  /// What is not being tried, and is of another rule.
  Selection movableTo(String rule) {
    return and("d.state = " + DeliveryTable.READY + " AND r.name <> ?", rule);
  }

  /// The numbers of some of them.
  List<Long> numbers(Sql sql, int max) throws SQLException {
    return sql.list(
        "SELECT d.number FROM " + from + " WHERE " + where + " LIMIT " + max,
        row -> row.getLong(1),
        values.toArray());
  }

  long count(Sql sql) throws SQLException {
    return sql.number("SELECT count(*) FROM " + from + " WHERE " + where, values.toArray());
  }

  private static long millis(@Nullable Instant time, long otherwise) {
    return time == null ? otherwise : time.toEpochMilli();
  }
}
