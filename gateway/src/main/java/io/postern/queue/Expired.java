package io.postern.queue;

import java.time.Instant;

/// What has been kept for long enough.
///
/// @param succeeded deliveries that succeeded before this time
/// @param failed deliveries that failed before this time
/// @param log rows of the status log from before this time
/// @param denied rows of refused mail from before this time
public record Expired(Instant succeeded, Instant failed, Instant log, Instant denied) {}
