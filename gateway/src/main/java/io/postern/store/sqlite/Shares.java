package io.postern.store.sqlite;

import io.postern.queue.Demand;
import io.postern.queue.Want;
import java.util.HashMap;
import java.util.Map;

/// What is left of a demand's limits while it is being served.
final class Shares {
  private final Map<String, Integer> hosts;
  private final Map<String, Integer> taken = new HashMap<>();
  private int room;

  Shares(Demand demand) {
    this.room = demand.room();
    this.hosts = new HashMap<>(demand.hosts());
  }

  /// An equal part for each of so many; 1 at least, for the first to get it.
  int each(int count) {
    return Math.max(1, room / count);
  }

  /// How many more a want may get now.
  int left(Want want) {
    int own = want.room() - taken.getOrDefault(want.rule(), 0);
    return Math.min(Math.min(own, room), hosts.getOrDefault(want.host(), Integer.MAX_VALUE));
  }

  void take(Want want, int count) {
    room -= count;
    taken.merge(want.rule(), count, Integer::sum);
    hosts.computeIfPresent(want.host(), (_, left) -> left - count);
  }
}
