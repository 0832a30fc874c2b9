package io.postern.queue;

import java.time.Instant;

/// What waits for one rule.
///
/// @param rule the rule's name, which need not be in the book any more
/// @param count deliveries that wait or are being tried
/// @param oldest when the oldest of them was received
/// @param nextDue when the next of them is due; in the past when it waits for a slot or a hold
public record Waiting(String rule, long count, Instant oldest, Instant nextDue) {}
