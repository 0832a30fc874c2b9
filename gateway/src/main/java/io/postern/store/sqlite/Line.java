package io.postern.store.sqlite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The changes that wait for the writer, first come first served. Any thread adds; only the writer
/// takes.
final class Line {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Condition space = lock.newCondition();
  private final Queue<Ticket<?>> tickets = new ArrayDeque<>();
  private final int waitingMax;
  private boolean nudged;
  private boolean closed;

  Line(int waitingMax) {
    this.waitingMax = waitingMax;
  }

  /// Adds a change, after waiting for space when too many wait already. An interrupt does not cut
  /// the wait short; the thread keeps it.
  ///
  /// @return false when the line is closed
  boolean add(Ticket<?> ticket) {
    lock.lock();
    try {
      while (tickets.size() >= waitingMax && !closed) {
        space.awaitUninterruptibly();
      }
      if (closed) {
        return false;
      }
      tickets.add(ticket);
      news.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Makes the writer look up, though no change was added.
  void nudge() {
    lock.lock();
    try {
      nudged = true;
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is a change, a nudge, the end, or the time is over.
  void await(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (tickets.isEmpty() && !nudged && !closed && left > 0) {
        left = news.awaitNanos(left);
      }
      nudged = false;
    } finally {
      lock.unlock();
    }
  }

  /// Takes what waits, up to a number of changes and, after the first, of bytes.
  List<Ticket<?>> drain(int changesMax, long bytesMax) {
    List<Ticket<?>> group = new ArrayList<>();
    long bytes = 0;
    lock.lock();
    try {
      for (Ticket<?> next = tickets.peek(); next != null; next = tickets.peek()) {
        bytes += next.bytes();
        if (group.size() == changesMax || (!group.isEmpty() && bytes > bytesMax)) {
          break;
        }
        group.add(tickets.remove());
      }
      space.signalAll();
      return group;
    } finally {
      lock.unlock();
    }
  }

  /// Lets no one in any more. What waits is still served.
  void close() {
    lock.lock();
    try {
      closed = true;
      news.signalAll();
      space.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// True when it is closed and empty.
  boolean isOver() {
    lock.lock();
    try {
      return closed && tickets.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
