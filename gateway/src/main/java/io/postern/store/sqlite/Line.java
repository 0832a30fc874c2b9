package io.postern.store.sqlite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The changes that wait for the writer. Any thread adds; only the writer takes.
///
/// There are two lanes. In the patient one stand the blocks of long messages, of which a hundred
/// peers may bring a hundred at once; in the other all else, each of which somebody waits for: it
/// is served first, or a mail of 4 KB would wait for 25 MB of others' blocks. In a lane, first come
/// is first served, and from each group the patient lane gets a part.
final class Line {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Condition space = lock.newCondition();
  private final Queue<Ticket<?>> tickets = new ArrayDeque<>();
  private final Queue<Ticket<?>> patient = new ArrayDeque<>();
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
      while (waiting() >= waitingMax && !closed) {
        space.awaitUninterruptibly();
      }
      if (closed) {
        return false;
      }
      (ticket.isPatient() ? patient : tickets).add(ticket);
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
      while (waiting() == 0 && !nudged && !closed && left > 0) {
        left = news.awaitNanos(left);
      }
      nudged = false;
    } finally {
      lock.unlock();
    }
  }

  /// Takes what waits, up to a number of changes and, after the first of each lane, of bytes.
  List<Ticket<?>> drain(int changesMax, long bytesMax) {
    List<Ticket<?>> group = new ArrayList<>();
    lock.lock();
    try {
      long bytes = drain(tickets, group, changesMax, bytesMax);
      drain(patient, group, changesMax + 1, bytesMax - bytes);
      space.signalAll();
      return group;
    } finally {
      lock.unlock();
    }
  }

  private static long drain(
      Queue<Ticket<?>> lane, List<Ticket<?>> group, int changesMax, long bytesMax) {
    long bytes = 0;
    boolean isFirst = true;
    for (Ticket<?> next = lane.peek(); next != null; next = lane.peek()) {
      if (group.size() >= changesMax || (!isFirst && bytes + next.bytes() > bytesMax)) {
        break;
      }
      bytes += next.bytes();
      group.add(lane.remove());
      isFirst = false;
    }
    return bytes;
  }

  private int waiting() {
    return tickets.size() + patient.size();
  }

  /// How many wait.
  int size() {
    lock.lock();
    try {
      return waiting();
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
      return closed && waiting() == 0;
    } finally {
      lock.unlock();
    }
  }
}
