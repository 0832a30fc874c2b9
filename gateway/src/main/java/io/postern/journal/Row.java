package io.postern.journal;

import java.time.Instant;

/// One row of the status log: a delivery changed its state.
///
/// @param number grows by the order of writing, and is the cursor of a reader that follows; 0
///   before the row is kept
/// @param at when the state changed
/// @param status the new state
/// @param reason why, in a few words; empty for queued and succeeded
/// @param arrival the mail and its way in
/// @param step the delivery
public record Row(
    long number, Instant at, Status status, String reason, Arrival arrival, Step step) {
  public Row {
    reason = CleanText.of(reason);
  }
}
