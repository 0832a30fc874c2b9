package io.postern.intake;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that messages on their way in may hold, over all sessions. A limit for each message
/// does not bound a thousand of them: who comes when it is used up is put off, and the gateway
/// lives.
///
/// Safe for use by many threads.
public final class MessageMemory {
  private final AtomicLong free;

  /// @param bytes how much there is in all
  public MessageMemory(long bytes) {
    this.free = new AtomicLong(bytes);
  }

  /// A third of the heap: at 256 MB, a hundred large messages at once. The rest is for sessions,
  /// delivery and the store.
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
      if (free.addAndGet(-more) < 0) {
        free.addAndGet(more);
        return false;
      }
      held = bytes;
      return true;
    }

    /// Gives all of it back.
    @Override
    public void close() {
      free.addAndGet(held);
      held = 0;
    }
  }
}
