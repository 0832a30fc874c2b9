package io.postern.journal;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a row says about the delivery.
///
/// @param delivery the delivery's id, which is the `webhook-id` of its posts; empty for denied rows
/// @param rule the rule's name, which is the filter name; empty for denied rows
/// @param attempt the number of the attempt that led here, from 1; 0 when there was none
/// @param httpStatus the answer's status code; 0 when there was none
/// @param elapsed how long the attempt took
/// @param next when the next attempt is due; null when none will be made
public record Step(
    String delivery,
    String rule,
    int attempt,
    int httpStatus,
    Duration elapsed,
    @Nullable Instant next) {
  /// For rows that belong to no delivery.
  public static final Step NONE = new Step("", "", 0, 0, Duration.ZERO, null);

  /// The id of the delivery's mail, after which a delivery's own has a hyphen and its place in the
  /// mail; empty for denied rows.
  public String mail() {
    return delivery.substring(0, Math.max(0, delivery.lastIndexOf('-')));
  }
}
