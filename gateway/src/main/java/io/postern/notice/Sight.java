package io.postern.notice;

import io.postern.notice.Cause.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one look at the gateway came to.
///
/// @param troubles all that is wrong now
/// @param unseen kinds that could not be looked at: what was wrong before counts as still wrong
/// @param quiet what is not to be told for now, neither that it is wrong nor that it is over
public record Sight(List<Trouble> troubles, Set<Kind> unseen, Set<Cause> quiet) {
  public Sight {
    troubles = List.copyOf(troubles);
    unseen = Set.copyOf(unseen);
    quiet = Set.copyOf(quiet);
  }

  /// Something that is wrong now.
  ///
  /// @param cause what
  /// @param since from when on; null when only the looking tells
  /// @param facts what is known of it, a line each; they may hold text from outside
  public record Trouble(Cause cause, @Nullable Instant since, List<String> facts) {
    public Trouble {
      facts = List.copyOf(facts);
    }

    /// One of which one thing is known.
    public Trouble(Cause cause, @Nullable Instant since, String fact) {
      this(cause, since, List.of(fact));
    }
  }
}
