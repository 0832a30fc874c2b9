package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// A change on its way through the writer, and what became of it. Made and awaited by the caller,
/// run and ended by the writer.
final class Ticket<T> {
  private final String doing;

  /// Null after it was run: it holds on to a block of a message, and others to the ticket.
  private @Nullable Change<T> change;

  private final int bytes;
  private final CompletableFuture<T> end = new CompletableFuture<>();

  /// How the change itself went, within a transaction that is still open. Only the writer's thread
  /// touches these two.
  private @Nullable T result;

  private @Nullable Throwable fault;

  /// A change that nobody has seen yet.
  ///
  /// @param doing what is being done, in words that follow "The store can't"
  /// @param bytes how much memory the change holds on to
  Ticket(String doing, Change<T> change, int bytes) {
    this.doing = doing;
    this.change = change;
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  /// Runs the change in a savepoint of the open transaction. A change that fails is undone alone.
  ///
  /// @throws SQLException when the transaction itself is lost
  void run(Tables tables) throws SQLException {
    Change<T> work = Objects.requireNonNull(change, "a change is run once");
    change = null;
    tables.savepoint();
    try {
      result = work.apply(tables);
    } catch (SQLException | RuntimeException e) {
      fault = e;
      tables.undo(e);
      return;
    }
    tables.release();
  }

  /// Called after the commit: what [#run] did is on disk.
  void committed() {
    Throwable why = fault;
    if (why != null) {
      end.completeExceptionally(why);
    } else {
      end.complete(result);
    }
  }

  /// Called when the transaction was lost: nothing is on disk.
  void lost(Throwable why) {
    Throwable own = fault;
    end.completeExceptionally(own == null ? why : own);
  }

  /// Waits for the end. An interrupt does not cut this short, since the change may already be on
  /// its way to disk and must not be reported as failed; the thread keeps its interrupt.
  T await() throws StoreUnavailable {
    try {
      return end.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      throw Faults.unavailable(doing, cause == null ? e : cause);
    }
  }

  /// True when it has failed, as far as the writer's thread knows.
  Optional<Throwable> failure() {
    if (fault != null) {
      return Optional.of(fault);
    }
    return end.isCompletedExceptionally() ? Optional.of(end.exceptionNow()) : Optional.empty();
  }
}
