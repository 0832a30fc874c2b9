package io.postern.journal;

import java.time.Instant;

/// The list of blocked senders changed.
///
/// @param number its place among the rows of the status log, with which it shares one count; 0
///   before it is kept
/// @param at when
/// @param added true when the sender was added, false when it was removed
/// @param sender an address, a domain, or `*.` and a domain
/// @param reason why, as the operator wrote it; may be empty
public record BlockChange(long number, Instant at, boolean added, String sender, String reason) {
  public BlockChange {
    reason = CleanText.of(reason);
  }
}
