package io.postern.delivery;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Counts the attempts in flight, by rule and in all, so that a hanging endpoint holds its own
/// slots and no one else's. Shared by the dispatcher's thread and those of the attempts.
final class Slots {
  private final int all;
  private final int each;
  private final Map<String, Integer> taken = new HashMap<>();
  private final Set<String> hungry = new HashSet<>();
  private int takenInAll;

  Slots(int all, int each) {
    this.all = all;
    this.each = each;
  }

  /// How many more attempts of a rule may start, apart from the limit on all.
  synchronized int room(String rule) {
    return each - taken.getOrDefault(rule, 0);
  }

  /// How many more attempts may start in all.
  synchronized int room() {
    return all - takenInAll;
  }

  synchronized void take(String rule) {
    taken.merge(rule, 1, Integer::sum);
    takenInAll++;
  }

  /// Notes that a rule could have used more slots than it had: the next one freed is worth a look.
  synchronized void wantsMore(String rule) {
    hungry.add(rule);
  }

  /// Gives a slot back.
  ///
  /// @return true when somebody was waiting for one
  synchronized boolean free(String rule) {
    taken.computeIfPresent(rule, (_, n) -> n == 1 ? null : n - 1);
    boolean wasFull = takenInAll-- >= all;
    return hungry.remove(rule) || (wasFull && !hungry.isEmpty());
  }

  synchronized int inFlight() {
    return takenInAll;
  }
}
