package io.postern.watch;

import io.postern.journal.StoreUnavailable;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Asks what may never be answered, such as a store on a disk that hangs, and gives up after a
/// while. Whoever tells people of such a disk must not wait for it himself.
///
/// Holds one thread at most: while a question waits for its answer, no other one is put.
final class Inquiry {
  private final Duration max;
  private @Nullable FutureTask<?> open;

  /// When the open question is given up, by [System#nanoTime()].
  private long openUntil;

  /// @param max how long one answer may take
  Inquiry(Duration max) {
    this.max = max;
  }

  /// Asks, on a virtual thread of its own.
  ///
  /// @throws StoreUnavailable as the question does, and when there is no answer in time, be it to
  ///   this question or to one before it
  synchronized <T> T ask(Callable<T> question) throws StoreUnavailable {
    FutureTask<?> before = open;
    if (before != null) {
      // What it says by now was so long ago: only that it ends counts.
      await(before);
    }
    FutureTask<T> task = new FutureTask<>(question);
    open = task;
    openUntil = System.nanoTime() + max.toNanos();
    Thread.ofVirtual().name("question").start(task);
    await(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case StoreUnavailable unavailable -> throw unavailable;
        case RuntimeException fault -> throw fault;
        case Error fault -> throw fault;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// Waits for as long as is left of its time. Of what is overdue everybody hears at once: else who
  /// asks more often than that would wait in a line that only gets longer.
  private void await(FutureTask<?> task) throws StoreUnavailable {
    try {
      task.get(Math.max(0, openUntil - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException _) {
      // An answer, too.
    } catch (TimeoutException e) {
      String words = "The store has not answered for " + max.toSeconds() + " s";
      throw new StoreUnavailable(words, false, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    open = null;
  }

  private static StoreUnavailable interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new StoreUnavailable("The store was not waited for: the gateway stops", false, e);
  }
}
