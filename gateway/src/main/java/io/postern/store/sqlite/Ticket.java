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

  /// Null after the end: it holds on to a block of a message, and others to the ticket.
  private @Nullable Change<T> change;

  private final long bytes;
  private final boolean patient;
  private final CompletableFuture<T> end = new CompletableFuture<>();

  /// How the change itself went, within a transaction that is still open. Only the writer's thread
  /// touches these two.
  private @Nullable T result;

  private @Nullable Throwable fault;

  /// A change that nobody has seen yet.
  ///
  /// @param doing what is being done, in words that follow "The store can't"
  /// @param bytes how much it writes, about: many a mail is small and has a thousand recipients
  /// @param patient true when it stands in the line's patient lane
  Ticket(String doing, Change<T> change, long bytes, boolean patient) {
    this.doing = doing;
    this.change = change;
    this.bytes = bytes;
    this.patient = patient;
  }

  /// What is being done, in words that follow "The store can't".
  String doing() {
    return doing;
  }

  /// True when it stands in the line's patient lane.
  boolean isPatient() {
    return patient;
  }

  /// How much it writes, about.
  long bytes() {
    return bytes;
  }

  /// Runs the change in the open transaction. When it fails, half of it may be in there. It may be
  /// run again, after that was undone.
  ///
  /// @return what went wrong; empty when nothing did
  Optional<Exception> run(Tables tables) {
    Change<T> work = Objects.requireNonNull(change, "a change is not run after its end");
    fault = null;
    try {
      result = work.apply(tables);
      return Optional.empty();
    } catch (SQLException | RuntimeException e) {
      fault = e;
      return Optional.of(e);
    }
  }

  /// Runs the change in a savepoint of the open transaction. A change that fails is undone alone.
  ///
  /// @throws SQLException when the transaction itself is lost
  void runAlone(Tables tables) throws SQLException {
    tables.savepoint();
    Optional<Exception> wrong = run(tables);
    if (wrong.isPresent()) {
      tables.undo(wrong.get());
    } else {
      tables.release();
    }
  }

  /// Called after the commit: what [#run] did is on disk.
  void committed() {
    change = null;
    Throwable why = fault;
    if (why != null) {
      end.completeExceptionally(why);
    } else {
      end.complete(result);
    }
  }

  /// Called when the transaction was lost: nothing is on disk.
  void lost(Throwable why) {
    change = null;
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
