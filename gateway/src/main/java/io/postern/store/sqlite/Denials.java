package io.postern.store.sqlite;

import io.postern.journal.Row;
import java.util.ArrayDeque;
import java.util.List;

/// Denied rows that wait for the writer: a bounded buffer that counts what overflows. For any
/// thread.
final class Denials {
  private final int rowsMax;
  private final ArrayDeque<Row> rows = new ArrayDeque<>();
  private long overflow;

  /// All that ever overflowed.
  private long lost;

  Denials(int rowsMax) {
    this.rowsMax = rowsMax;
  }

  /// Some of what waits.
  ///
  /// @param overflow how many rows were not taken, so far as nobody was told
  record Batch(List<Row> rows, long overflow) {}

  /// Adds a row, or counts it when there are too many.
  ///
  /// @return true when nothing was waiting before
  synchronized boolean add(Row row) {
    boolean first = isEmpty();
    if (rows.size() < rowsMax) {
      rows.add(row);
    } else {
      overflow++;
      lost++;
    }
    return first;
  }

  synchronized boolean isEmpty() {
    return rows.isEmpty() && overflow == 0;
  }

  synchronized int waiting() {
    return rows.size();
  }

  /// How many rows were not taken since the start.
  synchronized long lost() {
    return lost;
  }

  /// What waits longest; it goes on waiting until it is [#written].
  synchronized Batch peek(int max) {
    return new Batch(rows.stream().limit(max).toList(), overflow);
  }

  /// Takes a batch off that is on disk. Only the writer does, so its rows are still in front.
  synchronized void written(Batch batch) {
    for (int i = 0; i < batch.rows().size(); i++) {
      rows.remove();
    }
    overflow -= batch.overflow();
  }
}
