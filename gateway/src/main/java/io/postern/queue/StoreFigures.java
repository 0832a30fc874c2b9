package io.postern.queue;

import io.postern.count.Histogram;
import java.util.Optional;

/// What a store tells of its own work, to be read at any time without waiting for it.
///
/// @param fault what keeps it from being written to, in words; empty when nothing does
/// @param commits how long the commits of transactions took, fsync included, in seconds
/// @param groups how many changes the transactions took
/// @param lost how many transactions were lost
/// @param waiting changes that wait for the next transaction
/// @param deniedWaiting denied rows that wait in memory
/// @param deniedLost denied rows that were only counted, because too many waited
/// @param disk what it takes of the disk
public record StoreFigures(
    Optional<String> fault,
    Histogram.Snapshot commits,
    Histogram.Snapshot groups,
    long lost,
    int waiting,
    int deniedWaiting,
    long deniedLost,
    Disk disk) {
  /// What a store takes of the disk, in bytes.
  ///
  /// @param database the database
  /// @param log what is still to be moved into it: the write-ahead log
  /// @param segments the files of long messages
  /// @param free what is left on the disk
  /// @param reserve what must be left, so that mail is taken
  public record Disk(long database, long log, long segments, long free, long reserve) {}
}
