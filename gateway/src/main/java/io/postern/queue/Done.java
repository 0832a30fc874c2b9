package io.postern.queue;

/// What came of an operator's order.
///
/// @param count how many deliveries, pauses or mails it changed
/// @param rows how many rows of the status log were emptied; 0 but for forgetting
public record Done(long count, long rows) {
  /// Both together.
  public Done plus(Done other) {
    return new Done(count + other.count, rows + other.rows);
  }
}
