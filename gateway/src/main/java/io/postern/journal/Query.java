package io.postern.journal;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which rows are asked for. A null or empty part asks for all.
///
/// @param since rows of this time and later
/// @param until rows before this time
/// @param statuses any of these; empty for all
/// @param from a part of the sender's address, any case
/// @param to a part of the recipient's address, any case
/// @param rule the rule's whole name
/// @param now true to see the newest row of each delivery only, its present state; denied rows are
///   left out then unless DENIED is among the statuses
public record Query(
    @Nullable Instant since,
    @Nullable Instant until,
    Set<Status> statuses,
    String from,
    String to,
    String rule,
    boolean now) {
  /// Every row there is.
  public static final Query ALL = new Query(null, null, Set.of(), "", "", "", false);

  public Query {
    statuses = Set.copyOf(statuses);
  }
}
