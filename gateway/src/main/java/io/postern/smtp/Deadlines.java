package io.postern.smtp;

import java.time.Duration;

/// How long the peer may take, for every wait of one session. All waiting goes through here, so
/// this is the one place to add a deadline for a whole message or session, or a slowest rate.
///
/// Belongs to the session's thread, except [#isOverdue].
final class Deadlines {
  private final long idleNanos;
  private long readBy;

  private volatile boolean writing;
  private volatile long writeBy;

  Deadlines(Duration idleMax) {
    this.idleNanos = idleMax.toNanos();
  }

  /// A command line is awaited. The deadline is for the whole line: a byte now and then doesn't
  /// move it.
  void awaitLine() {
    readBy = System.nanoTime() + idleNanos;
  }

  /// The next bytes of a message are awaited.
  void awaitBlock() {
    readBy = System.nanoTime() + idleNanos;
  }

  /// What is left for reading, in milliseconds; 0 when nothing is.
  int readMillis() {
    long left = readBy - System.nanoTime();
    return left <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, 1 + left / 1_000_000);
  }

  /// Bytes are about to be sent, which blocks when the peer doesn't take them.
  void beginWrite() {
    writeBy = System.nanoTime() + idleNanos;
    writing = true;
  }

  /// They were sent.
  void endWrite() {
    writing = false;
  }

  /// True when the peer has not taken our bytes for too long. A blocked write knows no time-out of
  /// its own, so another thread asks this and cuts the connection.
  boolean isOverdue() {
    return writing && System.nanoTime() - writeBy > 0;
  }
}
