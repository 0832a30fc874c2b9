package io.postern.feed;

import java.util.concurrent.Semaphore;

/// The memory that all subscribers together may have for events. Any thread.
final class InHand {
  /// What one subscriber has at most, however few there are: thousands of events of usual length.
  static final long SHARE_MAX = 16L * 1024 * 1024;

  /// How many read the log at once, of which each may hold a stretch of it.
  private static final int READERS_MAX = 4;

  private final long bytesMax;
  private final Semaphore readers = new Semaphore(READERS_MAX);
  private volatile long share;

  /// @param bytesMax for all of them
  InHand(long bytesMax) {
    this.bytesMax = bytesMax;
    part(1);
  }

  /// Gives each of so many subscribers an equal share.
  final void part(int subscribers) {
    share = Math.min(SHARE_MAX, bytesMax / Math.max(1, subscribers));
  }

  /// How many bytes of events one subscriber may have. A row of the log is never parted: with what
  /// one says it may come to more.
  long share() {
    return share;
  }

  /// To be held while the log is read.
  Semaphore readers() {
    return readers;
  }
}
