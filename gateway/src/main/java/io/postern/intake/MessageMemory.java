package io.postern.intake;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that messages on their way in may hold, over all sessions. A limit for each message
/// does not bound a thousand of them: who comes when it is used up is put off, and the gateway
/// lives.
///
/// A third of it is for small messages alone. A peer may take two hours for a large one, and some
/// peers that do so together must not keep out the mail of everybody else.
///
/// Safe for use by many threads.
public final class MessageMemory {
  /// What a small message holds at most: 64 KB of it, and 32 KB for reading its headers.
  static final int SMALL_MAX = 96 * 1024;

  private final long keptForSmall;
  private final AtomicLong free;

  /// @param bytes how much there is in all
  public MessageMemory(long bytes) {
    this.keptForSmall = bytes / 3;
    this.free = new AtomicLong(bytes);
  }

  /// A third of the heap: at 256 MB, a hundred large messages at once and three hundred small ones
  /// beside them. The rest is for sessions, delivery and the store.
  public static MessageMemory ofHeap() {
    return new MessageMemory(Runtime.getRuntime().maxMemory() / 3);
  }

  /// A share for one message, empty at first.
  Share share() {
    return new Share();
  }

  /// What one message holds. For one thread.
  final class Share implements AutoCloseable {
    private long held;

    private Share() {}

    /// Makes the share at least so large.
    ///
    /// @return false when there is not enough; the share stays as it was
    boolean grow(long bytes) {
      long more = bytes - held;
      if (more <= 0) {
        return true;
      }
      long floor = bytes > SMALL_MAX ? keptForSmall : 0;
      long now = free.get();
      while (now - more >= floor) {
        if (free.compareAndSet(now, now - more)) {
          held = bytes;
          return true;
        }
        now = free.get();
      }
      return false;
    }

    /// Gives all of it back.
    @Override
    public void close() {
      free.addAndGet(held);
      held = 0;
    }
  }
}
