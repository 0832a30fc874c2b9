package io.postern.queue;

import java.time.Instant;

/// A delivery that waits.
///
/// @param delivery its id
/// @param rule the rule's name, which need not be in the book any more
/// @param recipient the envelope recipient
/// @param received when its mail arrived
/// @param attempts how many were made, the one in flight included
/// @param due when it is tried next; while it is being tried, when its lease ends
/// @param inFlight true while it is being tried
/// @param reason why it was put off last; empty when it was not
public record Pending(
    String delivery,
    String rule,
    String recipient,
    Instant received,
    int attempts,
    Instant due,
    boolean inFlight,
    String reason) {}
