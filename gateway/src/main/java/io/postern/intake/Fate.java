package io.postern.intake;

/// What became of a mail, or of one recipient, at the door. There are some twenty, whatever peers
/// send.
///
/// @param status `accepted`, `refused` (5xx) or `deferred` (4xx: the peer comes again)
/// @param reason one word why; `none` for what was accepted
public record Fate(String status, String reason) {}
