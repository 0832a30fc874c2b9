package io.postern.delivery;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// A level, not an edge: raised by anyone, awaited and cleared by its owner.
public final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean raised;

  /// Raises it.
  public void raise() {
    lock.lock();
    try {
      raised = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Takes it back; only its owner does.
  public void clear() {
    lock.lock();
    try {
      raised = false;
    } finally {
      lock.unlock();
    }
  }

  /// True from a raise to the next taking back.
  public boolean isRaised() {
    lock.lock();
    try {
      return raised;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until it is raised, or the time is over.
  public void await(Duration time) throws InterruptedException {
    awaitUntil(() -> raised, time);
  }

  /// Waits until something is so, looking again at each raise.
  ///
  /// @return whether it is so
  public boolean awaitUntil(BooleanSupplier state, Duration time) throws InterruptedException {
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
