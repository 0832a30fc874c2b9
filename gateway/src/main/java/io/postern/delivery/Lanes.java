package io.postern.delivery;

import io.postern.delivery.Window.Limits;
import io.postern.rules.Rate;
import io.postern.rules.Rule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A lane for each endpoint: its window and its rate. What all of them share is counted by [Slots].
/// Any thread.
final class Lanes {
  private final InstantSource clock;
  private final int eachMax;
  private final Map<String, Lane> lanes = new HashMap<>();

  /// @param eachMax attempts at once to an endpoint whose rule says nothing else
  Lanes(InstantSource clock, int eachMax) {
    this.clock = clock;
    this.eachMax = eachMax;
  }

  private static final class Lane {
    private final Window window = new Window();
    private final Meter meter = new Meter();
    private int taken;
  }

  /// An attempt on its way.
  ///
  /// @param era the window's
  /// @param taken how much the endpoint had taken when it began
  record Ticket(int era, int taken) {}

  /// How many more attempts of a rule may begin.
  ///
  /// @param probed true when its endpoint may only be probed
  /// @param held how many are in flight
  synchronized int room(Rule rule, boolean probed, int held) {
    Instant now = clock.instant();
    Lane lane = lane(rule.name());
    int room = lane.window.room(held, limits(rule, probed), now);
    @Nullable Rate rate = rule.pace().rate();
    return rate == null ? room : Math.min(room, lane.meter.room(rate, now));
  }

  /// True when the endpoint gets one attempt at a time, to find out whether it still fails.
  synchronized boolean isDead(Rule rule) {
    return lane(rule.name()).window.isDead();
  }

  /// The rules for which that is so.
  synchronized Set<String> dead() {
    return lanes.entrySet().stream()
        .filter(lane -> lane.getValue().window.isDead())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /// When one of these rules, which now have no room, has some by time alone; empty when none will.
  synchronized Optional<Instant> opens(List<Rule> rules, Pauses pauses) {
    Instant now = clock.instant();
    return rules.stream()
        .map(rule -> opens(rule, pauses.isProbed(rule.name()), now))
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }

  private Optional<Instant> opens(Rule rule, boolean probed, Instant now) {
    Lane lane = lane(rule.name());
    @Nullable Instant opens = lane.window.opens(limits(rule, probed), now);
    @Nullable Rate rate = rule.pace().rate();
    if (opens == null && rate != null) {
      opens = lane.meter.opens(rate, now);
    }
    return Optional.ofNullable(opens).filter(now::isBefore);
  }

  /// An attempt begins.
  synchronized Ticket begin(Rule rule) {
    Lane lane = lane(rule.name());
    @Nullable Rate rate = rule.pace().rate();
    if (rate != null) {
      lane.meter.begin(rate, clock.instant());
    }
    return new Ticket(lane.window.begin(), lane.taken);
  }

  /// True when the endpoint has taken something since an attempt began.
  synchronized boolean hasTakenSince(Rule rule, Ticket ticket) {
    return lane(rule.name()).taken != ticket.taken();
  }

  /// An attempt has ended, and its settlement is on disk.
  ///
  /// @param probed true when the endpoint may now only be probed
  synchronized void ended(
      Ticket ticket, Rule rule, String delivery, Attempt.Result result, boolean probed) {
    Instant now = clock.instant();
    Lane lane = lane(rule.name());
    Limits limits = limits(rule, probed);
    lane.window.ended(ticket.era(), delivery, result.sign(), limits, now);
    if (probed && !lane.window.isDead()) {
      // It answered, but took nothing: only the end of its pause opens it, for what refused one
      // probe may refuse all that waits.
      lane.window.doubt(now.plus(Schedule.PROBE_PAUSED_EVERY));
    }
    if (result.sign() == Window.Sign.TAKEN) {
      lane.taken++;
    }
    if (result.rest() != null) {
      lane.window.rest(Objects.requireNonNull(result.rest()), limits, now);
    }
  }

  /// Has an endpoint prove by a probe, from this time on, that it is alive.
  synchronized void doubt(String rule, Instant from) {
    lane(rule).window.doubt(from);
  }

  /// Forgets the rules that are gone.
  synchronized void keep(Set<String> rules) {
    lanes.keySet().retainAll(rules);
  }

  private Lane lane(String rule) {
    return lanes.computeIfAbsent(rule, _ -> new Lane());
  }

  private Limits limits(Rule rule, boolean probed) {
    @Nullable Integer own = rule.pace().concurrency();
    Duration interval = rule.retry().interval();
    return new Limits(
        own == null ? eachMax : own,
        probed ? Schedule.PROBE_PAUSED_EVERY : Duration.ZERO,
        probed ? Schedule.PROBE_PAUSED_EVERY : interval);
  }
}
