package io.postern.journal;

/// Takes the denied rows of the status log; the rows of deliveries are written by the queue.
@FunctionalInterface
public interface RefusalLog {
  /// Notes a refusal. It never blocks and never throws: rows wait in a bounded buffer and are
  /// written with the next transactions; what overflows is counted, and becomes one row with the
  /// count.
  ///
  /// @param row a row of status DENIED
  void deny(Row row);
}
