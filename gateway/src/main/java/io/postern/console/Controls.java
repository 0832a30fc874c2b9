package io.postern.console;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Done;
import io.postern.queue.Order;

/// Has done in a running gateway what those ask for who have the token.
@FunctionalInterface
public interface Controls {
  /// Carries an order out, on the caller's thread. It may take minutes; an interrupt ends it
  /// between two parts.
  ///
  /// @return what it changed
  Done carryOut(Order order) throws StoreUnavailable;
}
