package io.postern.rules;

import java.time.Duration;

/// What becomes of a delivery that is not taken.
///
/// @param interval how long it waits at least, 10 s to 10 min
/// @param intervalMax how long it waits at most: between the two the wait grows with the delivery's
///   age; the interval itself for a wait that stays the same
/// @param period how long it is tried in all, 1 to 10 days
/// @param pauseAfter how long the endpoint may do nothing but fail before it is paused; the period
///   itself for never
public record Retry(
    Duration interval, Duration intervalMax, Duration period, Duration pauseAfter) {}
