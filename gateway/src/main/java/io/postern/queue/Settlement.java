package io.postern.queue;

import java.time.Duration;
import java.time.Instant;

/// What the queue is told of an attempt.
public sealed interface Settlement {
  /// The endpoint took it.
  ///
  /// @param trial the attempt
  record Done(Trial trial) implements Settlement {}

  /// To be tried again.
  ///
  /// @param trial the attempt
  /// @param due not before this time
  /// @param ours true when the fault is ours, so that it says nothing about the endpoint
  record Again(Trial trial, Instant due, boolean ours) implements Settlement {
    /// By the endpoint's fault.
    public Again(Trial trial, Instant due) {
      this(trial, due, false);
    }
  }

  /// Given up.
  ///
  /// @param trial the attempt
  record Dead(Trial trial) implements Settlement {}

  /// The attempt was not made after all (its rule was held meanwhile, the gateway stops, or the
  /// message can't be read now): it has no number.
  ///
  /// @param due not before this time
  /// @param ours true when a fault of ours kept it from being made
  record Unmade(Instant due, boolean ours) implements Settlement {
    /// By no fault.
    public Unmade(Instant due) {
      this(due, false);
    }
  }

  /// An attempt that was made.
  ///
  /// @param ended when
  /// @param elapsed how long it took, both calls together
  /// @param httpStatus the last answer's code; 0 when there was none
  /// @param reason why it did not succeed, in words that are the same each time it is the same;
  ///   empty when it did
  /// @param detail what differs from time to time, such as the start of the answer; may be empty
  record Trial(Instant ended, Duration elapsed, int httpStatus, String reason, String detail) {
    /// Reason and detail as one text.
    public String text() {
      return detail.isEmpty() ? reason : reason + ": " + detail;
    }
  }
}
