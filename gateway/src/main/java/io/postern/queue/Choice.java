package io.postern.queue;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which deliveries an operator means. A null or empty part asks for all; what is set must all
/// hold.
///
/// @param id a mail's id, for all its deliveries, or one delivery's
/// @param rule the rule's whole name
/// @param states any of these
/// @param since of this time or later: of what is over, when it ended; of what waits, when it was
///   received
/// @param until before this time, as above
public record Choice(
    String id, String rule, Set<State> states, @Nullable Instant since, @Nullable Instant until) {
  public Choice {
    states = states.isEmpty() ? Set.of(State.values()) : Set.copyOf(states);
  }

  /// A mail's deliveries, or one delivery, of any state.
  public static Choice of(String id) {
    return new Choice(id, "", Set.of(), null, null);
  }

  /// These deliveries, so far as they are in one of these states.
  public Choice in(Set<State> others) {
    return new Choice(id, rule, others, since, until);
  }

  /// The present states of a delivery, in the words of the ledger.
  public enum State {
    /// To be tried, or being tried.
    WAITING,
    /// The endpoint took it.
    SUCCEEDED,
    /// Given up.
    FAILED
  }
}
