package io.postern.delivery;

import io.postern.queue.Demand;
import io.postern.queue.Want;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Counts the attempts in flight, by rule, by host and in all. Shared by the dispatcher's thread
/// and those of the attempts. At a host count those whose URL is there, for as long as they last,
/// and those that call it as their backup, for the time of that call.
///
/// Two limits keep endpoints that hang from the slots of those that don't, in all and at each host.
/// A rule never holds more than it leaves free: it takes a slot only while it holds fewer than are
/// free. And a quarter of the slots is set aside for rules that hold none, one slot each. So one
/// endpoint gets three eighths of all at most, and it takes more than a quarter of the slots in
/// endpoints that hang, each of which was healthy a moment ago, before a healthy one has to wait.
/// (The first is the dynamic threshold by which switches part their buffers, Choudhury and Hahne
/// 1998.) A rule without a neighbour may have all.
final class Slots {
  /// One part in so many is set aside.
  private static final int RESERVE_PART = 4;

  private final int all;
  private final int eachHost;
  private final Map<String, Integer> byRule = new HashMap<>();
  private final Map<String, Integer> byHost = new HashMap<>();

  /// Rules that could use more than they have on their own account.
  private final Set<String> hungry = new HashSet<>();

  /// True when a rule was refused for the sake of the others.
  private boolean isShort;

  private int taken;
  private boolean stopping;

  /// @param all attempts at once in all
  /// @param eachHost attempts at once to one host
  Slots(int all, int eachHost) {
    this.all = all;
    this.eachHost = eachHost;
  }

  /// A rule that may be tried now.
  ///
  /// @param rule its name
  /// @param host the host of its URL
  /// @param room how many more attempts it may have on its own account; may be 0
  /// @param lease how long its claims hold
  record Ask(String rule, String host, int room, Duration lease) {}

  /// How many deliveries may be claimed now. Where rules share, no round hands out more than half
  /// of what is open, so that the limits above hold whoever of them has something due.
  ///
  /// @param asks all rules that may be tried now
  synchronized Demand demand(List<Ask> asks) {
    Map<String, Long> neighbours =
        asks.stream().collect(Collectors.groupingBy(Ask::host, Collectors.counting()));
    boolean sharesAll = asks.size() > 1;
    Map<String, Integer> hosts = new HashMap<>();
    List<Want> wants = new ArrayList<>();
    isShort = false;
    for (Ask ask : asks) {
      boolean sharesHost = neighbours.getOrDefault(ask.host(), 0L) > 1;
      int held = held(ask.rule());
      int freeAtHost = eachHost - byHost.getOrDefault(ask.host(), 0);
      int room =
          Math.min(
              share(free(), all, held, sharesAll), share(freeAtHost, eachHost, held, sharesHost));
      if (ask.room() <= 0) {
        hungry.add(ask.rule());
      } else if (room <= 0) {
        isShort = true;
      } else {
        int most = Math.min(room, ask.room());
        wants.add(new Want(ask.rule(), ask.host(), most, ask.lease()));
        hosts.put(ask.host(), share(freeAtHost, eachHost, 0, sharesHost));
      }
    }
    return new Demand(wants, share(free(), all, 0, sharesAll), hosts);
  }

  /// How many of the free ones a rule may take until it holds as many as are free, or, if it holds
  /// none, one of those that are set aside.
  private static int share(int free, int all, int held, boolean shared) {
    if (!shared) {
      return free;
    }
    int open = free - all / RESERVE_PART;
    return Math.max((open - held + 1) / 2, held == 0 ? Math.min(1, free) : 0);
  }

  /// How many attempts of a rule are in flight.
  synchronized int held(String rule) {
    return byRule.getOrDefault(rule, 0);
  }

  /// How many are in flight, by rule.
  synchronized Map<String, Integer> byRule() {
    return Map.copyOf(byRule);
  }

  /// The host of a URL, as slots are counted by it.
  static String host(URI url) {
    return url.getHost().toLowerCase(Locale.ROOT);
  }

  synchronized void take(String rule, String host) {
    byRule.merge(rule, 1, Integer::sum);
    byHost.merge(host, 1, Integer::sum);
    taken++;
  }

  /// Notes that a rule has probably more to do than it had slots: the next one that it frees is
  /// worth a look.
  synchronized void wantsMore(String rule) {
    hungry.add(rule);
  }

  /// Takes a slot at a host for an attempt that has one already, and now calls somewhere else.
  ///
  /// @param patience how long to wait for one
  /// @return false when there was none in that time, the thread was interrupted, or all stops
  synchronized boolean takeAt(String host, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (byHost.getOrDefault(host, 0) >= eachHost) {
      long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
      if (left <= 0 || stopping) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    byHost.merge(host, 1, Integer::sum);
    return true;
  }

  /// Lets no attempt wait for a slot any more.
  synchronized void stop() {
    stopping = true;
    notifyAll();
  }

  /// Gives that one back. Who is to be woken hears of it when the attempt itself ends.
  synchronized void freeAt(String host) {
    byHost.computeIfPresent(host, (_, n) -> n == 1 ? null : n - 1);
    notifyAll();
  }

  /// Gives a slot back.
  ///
  /// @return true when somebody was waiting for one
  synchronized boolean free(String rule, String host) {
    byRule.computeIfPresent(rule, (_, n) -> n == 1 ? null : n - 1);
    freeAt(host);
    taken--;
    return hungry.remove(rule) || isShort;
  }

  synchronized int inFlight() {
    return taken;
  }

  private int free() {
    return all - taken;
  }
}
