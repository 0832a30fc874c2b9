package io.postern.queue;

import java.util.List;
import java.util.Map;

/// What a claimer has room for. Its limits hold for what one claim leases, over all wants; the
/// claimer counts what it leased before.
///
/// @param wants the rules that may be tried now, one want each; where there is not room for all,
///   who stands first is served first
/// @param room how many deliveries at most in all, 0 or more
/// @param hosts how many at most of the wants of a host; a host that is not here has no limit
public record Demand(List<Want> wants, int room, Map<String, Integer> hosts) {
  public Demand {
    wants = List.copyOf(wants);
    hosts = Map.copyOf(hosts);
  }

  /// Wants without a limit but their own.
  public static Demand of(List<Want> wants) {
    return new Demand(wants, Integer.MAX_VALUE, Map.of());
  }
}
