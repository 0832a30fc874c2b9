package io.postern.store.sqlite;

import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Searches of the status log. A search walks an index in slices, each a read transaction of its
/// own, so that one that finds nothing in millions of rows holds nobody up.
final class Search {
  /// How many rows a slice looks at.
  private static final int SLICE_ROWS = 5_000;

  /// How many rows a page brings into memory.
  private static final int PAGE_ROWS = 500;

  /// How many rows an answer holds.
  private static final int ROWS_MAX = 1_000;

  private static final String DOING = "search the status log";

  private final Readers readers;

  Search(Readers readers) {
    this.readers = readers;
  }

  /// A place in the order of time and number: that of a row, or between two.
  record Place(long at, long number) {
    private static final Place FIRST = new Place(Long.MIN_VALUE, 0);
    private static final Place LAST = new Place(Long.MAX_VALUE, Long.MAX_VALUE);

    private static Place at(@Nullable Instant time, Place otherwise) {
      return time == null ? otherwise : new Place(time.toEpochMilli(), 0);
    }

    private static Place of(Row row) {
      return new Place(row.at().toEpochMilli(), row.number());
    }
  }

  /// The rows after one place and before another.
  private record Span(Place after, Place before) {
    static Span of(Query query) {
      return new Span(Place.at(query.since(), Place.FIRST), Place.at(query.until(), Place.LAST));
    }

    Filter of(Filter filter) {
      return filter.and(
          "(l.at, l.number) > (?, ?) AND (l.at, l.number) < (?, ?)",
          after.at(),
          after.number(),
          before.at(),
          before.number());
    }
  }

  /// Part of an answer.
  ///
  /// @param rest what is still to be walked; null after the last slice
  private record Page(List<Row> rows, @Nullable Span rest) {}

  /// The newest rows first.
  List<Row> newest(Query query, int offset, int limit) throws StoreUnavailable {
    if (offset < 0) {
      throw new IllegalArgumentException("there is no row before the first: " + offset);
    }
    requireLimit(limit);
    List<Row> found = new ArrayList<>();
    long over = offset;
    Span span = Span.of(query);
    while (span != null && found.size() < limit) {
      long wanted = over + limit - found.size();
      Page page = page(query, span, Order.NEWEST_FIRST, (int) Math.min(PAGE_ROWS, wanted));
      List<Row> rows = page.rows();
      int passed = (int) Math.min(over, rows.size());
      found.addAll(rows.subList(passed, rows.size()));
      over -= passed;
      span = page.rest();
    }
    return found;
  }

  /// Every row, oldest first; the reader is called outside of any transaction.
  void each(Query query, Consumer<Row> reader) throws StoreUnavailable {
    Span span = Span.of(query);
    while (span != null) {
      Page page = page(query, span, Order.OLDEST_FIRST, PAGE_ROWS);
      page.rows().forEach(reader);
      span = page.rest();
    }
  }

  /// Rows with a number above the given one, in the order of writing.
  List<Row> after(long number, Query query, int limit) throws StoreUnavailable {
    requireLimit(limit);
    Filter filter = Span.of(query).of(Filter.of(query)).byNumber();
    List<Row> found = new ArrayList<>();
    long newest = newest();
    for (long from = number; from < newest && found.size() < limit; from += SLICE_ROWS) {
      Filter slice = filter.and("l.number > ? AND l.number <= ?", from, from + SLICE_ROWS);
      String tail = " ORDER BY l.number LIMIT " + (limit - found.size());
      found.addAll(readers.search(DOING, sql -> slice.rows(sql, tail)));
    }
    return found;
  }

  /// The number of the newest row.
  long newest() throws StoreUnavailable {
    return readers.read(DOING, sql -> sql.number("SELECT max(number) FROM log"));
  }

  private enum Order {
    NEWEST_FIRST(" ORDER BY l.at DESC, l.number DESC"),
    OLDEST_FIRST(" ORDER BY l.at, l.number");

    private final String by;

    Order(String by) {
      this.by = by;
    }

    /// The part of a span up to a row and with it.
    Span upTo(Place row, Span span) {
      return switch (this) {
        case NEWEST_FIRST -> new Span(new Place(row.at(), row.number() - 1), span.before());
        case OLDEST_FIRST -> new Span(span.after(), new Place(row.at(), row.number() + 1));
      };
    }

    /// The part of a span behind a row.
    Span behind(Place row, Span span) {
      return switch (this) {
        case NEWEST_FIRST -> new Span(span.after(), row);
        case OLDEST_FIRST -> new Span(row, span.before());
      };
    }
  }

  /// Looks at one slice from the beginning of the span.
  private Page page(Query query, Span span, Order order, int rowsMax) throws StoreUnavailable {
    return readers.search(
        DOING,
        sql -> {
          Optional<Place> end = span.of(Filter.axis(query)).boundary(sql, order.by, SLICE_ROWS);
          Span slice = end.map(row -> order.upTo(row, span)).orElse(span);
          List<Row> rows = slice.of(Filter.of(query)).rows(sql, order.by + " LIMIT " + rowsMax);
          if (rows.size() == rowsMax) {
            return new Page(rows, order.behind(Place.of(rows.getLast()), span));
          }
          return new Page(rows, end.map(row -> order.behind(row, span)).orElse(null));
        });
  }

  private static void requireLimit(int limit) {
    if (limit < 1 || limit > ROWS_MAX) {
      throw new IllegalArgumentException("1 to " + ROWS_MAX + " rows at once, not " + limit);
    }
  }
}
