package io.postern.queue;

import java.time.Instant;

/// An endpoint that takes nothing for now: its deliveries wait and lose no time of their period.
///
/// @param rule the rule whose endpoint it is
/// @param since when it was paused
/// @param reason why, in a few words
public record Pause(String rule, Instant since, String reason) {}
