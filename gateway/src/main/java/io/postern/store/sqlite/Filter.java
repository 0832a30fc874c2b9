package io.postern.store.sqlite;

import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.Status;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// Conditions on rows of the status log, with their values.
///
/// @param index the index to walk
/// @param where conditions on `log l`, joined by AND
/// @param values for the question marks
record Filter(String index, String where, List<Object> values) {
  /// From here on a status is rare enough to have an index: deferred, failed, denied.
  private static final int RARE = LogTable.code(Status.DEFERRED);

  private static final String RULE = "l.rule = (SELECT number FROM rules WHERE name = ?)";

  Filter {
    values = List.copyOf(values);
  }

  /// The conditions that an index serves: all rows that a walk of this query looks at.
  static Filter axis(Query query) {
    Optional<Integer> rare = rare(query);
    if (rare.isPresent()) {
      return new Filter(
          "log_status", "l.status >= " + RARE + " AND l.status = " + rare.get(), List.of());
    }
    return new Filter("log_at", "true", List.of());
  }

  /// All conditions of a query but its times.
  static Filter of(Query query) {
    Filter filter = axis(query);
    if (!query.statuses().isEmpty()) {
      filter = filter.and("l.status IN (" + codes(query.statuses()) + ")");
    }
    if (!query.rule().isEmpty()) {
      filter = filter.and(RULE, query.rule());
    }
    if (!query.from().isEmpty()) {
      filter = filter.contains("l.from_address", query.from());
    }
    if (!query.to().isEmpty()) {
      filter = filter.contains("l.to_address", query.to());
    }
    return query.now() ? filter.present(query.statuses().contains(Status.DENIED)) : filter;
  }

  Filter and(String condition, Object... more) {
    List<Object> all = new ArrayList<>(values);
    all.addAll(List.of(more));
    return new Filter(index, where + " AND " + condition, all);
  }

  /// Without a walk along an index: in the order of numbers.
  Filter byNumber() {
    return new Filter("", where, values);
  }

  /// Rows of the log.
  ///
  /// @param tail ORDER BY and LIMIT
  List<Row> rows(Sql sql, String tail) throws SQLException {
    return sql.list(
        "SELECT "
            + LogTable.COLUMNS
            + " FROM log l"
            + (index.isEmpty() ? " NOT INDEXED" : " INDEXED BY " + index)
            + " LEFT JOIN rules r ON r.number = l.rule WHERE "
            + where
            + tail,
        LogTable::row,
        values.toArray());
  }

  /// Time and number of the row so many rows on.
  ///
  /// @param order ORDER BY
  /// @param rows 1 for the first row
  Optional<Search.Place> boundary(Sql sql, String order, int rows) throws SQLException {
    return sql.first(
        "SELECT l.at, l.number FROM log l INDEXED BY "
            + index
            + " WHERE "
            + where
            + order
            + " LIMIT 1 OFFSET "
            + (rows - 1),
        row -> new Search.Place(row.getLong(1), row.getLong(2)),
        values.toArray());
  }

  /// A part of a text in any case. SQLite's own comparison knows the case of ASCII letters only,
  /// and is much faster.
  private Filter contains(String column, String part) {
    if (part.chars().allMatch(c -> c < 0x80)) {
      String escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
      return and(column + " LIKE ? ESCAPE '\\'", "%" + escaped + "%");
    }
    return and("instr(fold(" + column + "), ?) > 0", part.toLowerCase(Locale.ROOT));
  }

  /// The newest row of each delivery only.
  private Filter present(boolean deniedToo) {
    String newest =
        """
        NOT EXISTS (
          SELECT 1 FROM log n
          WHERE n.delivery <> '' AND n.delivery = l.delivery AND n.number > l.number)
        """;
    return and(
        deniedToo ? "(l.delivery = '' OR " + newest + ")" : "l.delivery <> '' AND " + newest);
  }

  private static Optional<Integer> rare(Query query) {
    if (query.statuses().size() != 1) {
      return Optional.empty();
    }
    return query.statuses().stream().map(LogTable::code).filter(code -> code >= RARE).findFirst();
  }

  static String codes(Collection<Status> statuses) {
    return statuses.stream()
        .map(status -> Integer.toString(LogTable.code(status)))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
