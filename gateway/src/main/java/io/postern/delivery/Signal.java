package io.postern.delivery;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// A level, not an edge: raised by anyone, awaited and cleared by its owner.
final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean raised;

  void raise() {
    lock.lock();
    try {
      raised = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void clear() {
    lock.lock();
    try {
      raised = false;
    } finally {
      lock.unlock();
    }
  }

  boolean isRaised() {
    lock.lock();
    try {
      return raised;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until it is raised, or the time is over.
  void await(Duration time) throws InterruptedException {
    awaitUntil(() -> raised, time);
  }

  /// Waits until something is so, looking again at each raise.
  ///
  /// @return whether it is so
  boolean awaitUntil(BooleanSupplier state, Duration time) throws InterruptedException {
    long left = time.toNanos();
    lock.lock();
    try {
      while (!state.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
