package io.postern.journal;

import java.io.Serial;

/// The store can't do this now: locked, full, gone, broken. The one checked exception of the house,
/// because forgetting it would lose mail: at the door it must become 451 or 452.
public final class StoreUnavailable extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final boolean full;

  /// @param message what failed, for the service log
  /// @param full true when storage has run out, which the peer is told as 452 4.3.1
  /// @param cause the engine's own word
  public StoreUnavailable(String message, boolean full, Throwable cause) {
    super(message, cause);
    this.full = full;
  }

  /// True when storage has run out.
  public boolean full() {
    return full;
  }
}
