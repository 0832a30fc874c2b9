package io.postern.journal;

import java.time.Duration;
import java.time.Instant;

/// One post of events to a subscriber: a row of the subscribers' log, which says how it stands. It
/// is rewritten as that changes.
///
/// @param number grows by the order of their making; 0 before the row is kept
/// @param id the `webhook-id`, the same at every attempt
/// @param subscriber the subscriber's name
/// @param received when it was made of events
/// @param status queued until the first attempt ends, then deferred, and in the end succeeded or
///   failed
/// @param events what it holds, such as `100 deliveries`
/// @param trial the last attempt
public record Posting(
    long number,
    String id,
    String subscriber,
    Instant received,
    Status status,
    String events,
    Trial trial) {
  /// The last attempt to post.
  ///
  /// @param at when it began, while it is under way; else when it ended
  /// @param attempt its number, from 1
  /// @param hostName the gateway that posts
  /// @param endpointUrl where to
  /// @param httpStatus the answer's status code; 0 when there was none
  /// @param elapsed how long it took
  /// @param reason why it was not taken; empty when it was
  public record Trial(
      Instant at,
      int attempt,
      String hostName,
      String endpointUrl,
      int httpStatus,
      Duration elapsed,
      String reason) {
    public Trial {
      reason = CleanText.of(reason);
    }
  }
}
