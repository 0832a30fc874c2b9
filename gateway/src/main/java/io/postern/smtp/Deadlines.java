package io.postern.smtp;

import java.time.Duration;
import java.util.function.LongSupplier;

/// How long the peer may take, for every wait of one session. All waiting goes through here.
///
/// Three things bound a read: the wait itself, the session, and the slowest rate. The rate is kept
/// by credit. Waiting in the middle of a line or a message spends it, and every byte that comes
/// earns what it may take at that rate; so a peer may pause, but one that sends a byte a second
/// runs out of credit, however it spreads its bytes over lines.
///
/// Belongs to the session's thread, except [#isOverdue].
final class Deadlines {
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanoTime;
  private final long idleNanos;
  private final long nanosPerByte;
  private final long sessionBy;

  private long readBy;
  private long credit;
  private long waitedFrom;
  private boolean spends;

  private volatile boolean writing;
  private volatile long writeBy;

  /// @param nanoTime the time, as [System#nanoTime] tells it
  Deadlines(Settings.Patience patience, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.idleNanos = patience.idleMax().toNanos();
    this.nanosPerByte = SECOND_NANOS / patience.bytesPerSecondMin();
    this.sessionBy = nanoTime.getAsLong() + patience.sessionMax().toNanos();
    this.credit = idleNanos;
  }

  /// Why a peer is waited for no longer.
  enum Late {
    /// One wait took too long.
    IDLE("Waited too long; closing"),
    /// The peer sends too slowly.
    SLOW("Sent too slowly; closing"),
    /// The session lasts too long.
    SESSION("Session took too long; closing");

    final String text;

    Late(String text) {
      this.text = text;
    }
  }

  /// A command line is awaited. The deadline is for the whole line: a byte now and then doesn't
  /// move it.
  void awaitLine() {
    readBy = nanoTime.getAsLong() + idleNanos;
  }

  /// The next bytes of a message are awaited.
  void awaitBlock() {
    readBy = nanoTime.getAsLong() + idleNanos;
  }

  /// Something is awaited that may not take as long as the rest.
  void awaitFor(Duration max) {
    readBy = nanoTime.getAsLong() + Math.min(idleNanos, max.toNanos());
  }

  /// A read begins.
  ///
  /// @param midway true within a line or a message, where the slowest rate holds
  /// @return what is left for it, in milliseconds; 0 when nothing is
  int beginRead(boolean midway) {
    waitedFrom = nanoTime.getAsLong();
    spends = midway;
    long left = Math.min(readBy - waitedFrom, sessionBy - waitedFrom);
    if (midway) {
      left = Math.min(left, credit);
    }
    return left <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, 1 + left / 1_000_000);
  }

  /// A read has ended.
  ///
  /// @param bytes how many came; 0 for none
  void endRead(int bytes) {
    if (spends) {
      credit -= nanoTime.getAsLong() - waitedFrom;
    }
    credit = Math.min(idleNanos, credit + bytes * nanosPerByte);
  }

  /// Why nothing is left for reading.
  Late late() {
    long now = nanoTime.getAsLong();
    if (now - sessionBy >= 0) {
      return Late.SESSION;
    }
    return spends && credit <= 0 && now - readBy < 0 ? Late.SLOW : Late.IDLE;
  }

  /// Bytes are about to be sent, which blocks when the peer doesn't take them.
  void beginWrite() {
    writeBy = nanoTime.getAsLong() + idleNanos;
    writing = true;
  }

  /// They were sent.
  void endWrite() {
    writing = false;
  }

  /// True when the peer has not taken our bytes for too long. A blocked write knows no time-out of
  /// its own, so another thread asks this and cuts the connection.
  boolean isOverdue() {
    return writing && nanoTime.getAsLong() - writeBy > 0;
  }
}
