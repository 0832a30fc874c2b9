package io.postern.journal;

/// The account of all deliveries ever accepted. Accepted and purged are counters moved in the same
/// transactions as the deliveries; the rest is counted from the rows there are.
///
/// @param accepted deliveries that got a 250
/// @param succeeded rows in that state
/// @param failed rows in that state
/// @param waiting rows that wait or are being tried
/// @param purged deliveries whose row was removed when its retention ended
public record Ledger(long accepted, long succeeded, long failed, long waiting, long purged) {
  /// What can't be explained: 0, or something was lost.
  public long unaccounted() {
    return accepted - succeeded - failed - waiting - purged;
  }
}
