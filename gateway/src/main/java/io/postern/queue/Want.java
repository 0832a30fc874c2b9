package io.postern.queue;

import java.time.Duration;

/// How many deliveries of one rule a claimer has room for.
///
/// @param rule the rule's name
/// @param host the host that its endpoint is at, which wants of other rules may share
/// @param room how many at most, 1 or more
/// @param lease how long the claims hold: the sum of the call time-outs and a minute
public record Want(String rule, String host, int room, Duration lease) {}
