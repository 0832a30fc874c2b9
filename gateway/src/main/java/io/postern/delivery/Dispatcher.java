package io.postern.delivery;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Claim;
import io.postern.queue.Demand;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause.Cause;
import io.postern.queue.Settlement;
import io.postern.queue.Want;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Payload;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes deliveries out of the queue when they are due, has each attempted on a virtual thread of
/// its own, and settles it. Owns one platform thread, `dispatcher`, which only claims.
///
/// A rule is asked for only while the book in force has it, enabled, and its endpoint is not
/// paused: what waits for any other rule stays where it is, and loses no time of its retry period.
/// How many of its deliveries are asked for is what [Lanes] (the endpoint's own window and rate)
/// and [Slots] (what it shares with others) both allow.
public final class Dispatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  /// The longest time between two looks at the queue, and so the grain of the retry period.
  private static final Duration LOOK_AFTER = Duration.ofSeconds(5);

  /// More than this between two looks was no time of ours: the machine slept, or its clock was set.
  private static final Duration ELAPSE_MAX = Duration.ofMinutes(1);

  /// Added to the call time-outs of a lease, for everything around the calls.
  private static final Duration LEASE_MARGIN = Duration.ofSeconds(60);

  /// By so much a clock may differ from itself without having been wrong.
  private static final Duration CLOCK_SLACK = Duration.ofMinutes(1);

  private static final Duration STORE_RETRY = Duration.ofSeconds(1);

  /// One part in so many of all slots is the most that probes of dead endpoints hold, for most of
  /// them will hang.
  private static final int PROBES_PART = 4;

  private final Parts parts;
  private final Settings settings;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Lanes lanes;
  private final Slots slots;
  private final Pauses pauses;
  private final InFlight inFlight;
  private final Attempt attempt;
  private final AttemptCounts counts = new AttemptCounts();
  private final Signal signal = new Signal();
  private final AtomicInteger probes = new AtomicInteger();
  private final AtomicLong looks = new AtomicLong();
  private final AtomicLong turns = new AtomicLong();
  private final Thread loop = Thread.ofPlatform().name("dispatcher").unstarted(this::loop);
  private boolean storeFailing;

  /// When the waiting deliveries were last told that time passed. Only for the thread that runs
  /// [#runOnce()].
  private Instant lookedAt;

  /// Whether something may wait for a time that a clock reckoned which was ahead: nobody knows at
  /// the start, nor of a rule that comes back.
  private volatile boolean clockDoubted = true;

  /// With which rule a round begins: each time with another, so that none is always the first to be
  /// served.
  private int turn;

  /// The place in the last round of the first rule for which no probe was left, with which the next
  /// one begins; 0 when there was none.
  private int shortAt;

  /// What a dispatcher works with.
  ///
  /// @param queue where deliveries come from
  /// @param books the book in force, if there is one
  /// @param courier carries the posts; closed by the dispatcher
  /// @param gateway who we are, in payloads
  /// @param clock the time
  /// @param chance the jitter
  /// @param notices told of pauses
  public record Parts(
      MailQueue queue,
      Supplier<Optional<Book>> books,
      Courier courier,
      Payload.Gateway gateway,
      InstantSource clock,
      RandomGenerator chance,
      Notices notices) {}

  /// Makes a dispatcher that does nothing until it is started or cranked.
  public Dispatcher(Parts parts, Settings settings) {
    this.parts = parts;
    this.settings = settings;
    this.lanes = new Lanes(parts.clock(), settings.perEndpointMax());
    this.slots = new Slots(settings.concurrencyMax(), settings.perHostMax());
    this.pauses = new Pauses(parts.queue(), parts.clock(), parts.notices());
    this.inFlight = new InFlight(parts.queue(), parts.clock(), stopping);
    this.attempt =
        new Attempt(parts.courier(), parts.gateway(), parts.clock(), parts.chance(), slots);
    this.lookedAt = parts.clock().instant();
    if (!settings.paused()) {
      // Nothing is tried until the configuration says otherwise, so there is nothing to hurry for.
      parts.queue().onReady(signal::raise);
    }
  }

  /// Starts the thread.
  public void start() {
    loop.start();
  }

  /// Has the queue and the pauses looked at now: the book, or a pause, was changed by somebody
  /// else.
  public void wake() {
    pauses.suspect();
    clockDoubted = true;
    signal.raise();
  }

  /// Lets time pass for what waits, claims what is due and there is room for, and starts its
  /// attempts.
  ///
  /// @return how many attempts were started
  public int runOnce() throws StoreUnavailable {
    Instant now = parts.clock().instant();
    Duration passed = Duration.between(lookedAt, now);
    boolean isLongAgo = passed.isNegative() || passed.compareTo(LOOK_AFTER) >= 0;
    if (isLongAgo || pauses.isStale()) {
      refreshPauses(now);
    }
    List<Rule> open = open();
    if (isLongAgo) {
      lookedAt = now;
      elapse(open, passed);
    }
    if (passed.isNegative()) {
      clockDoubted = true;
    }
    if (clockDoubted && !open.isEmpty()) {
      bringForward(open, now);
    }
    turn -= Math.max(1, shortAt);
    List<Slots.Ask> asks = asks(open);
    Demand demand = slots.demand(asks);
    if (demand.wants().isEmpty()) {
      return 0;
    }
    List<Claim> claims = inFlight.claim(demand, now);
    Map<String, Rule> byName = open.stream().collect(Collectors.toMap(Rule::name, rule -> rule));
    for (Claim claim : claims) {
      start(claim, Objects.requireNonNull(byName.get(claim.rule())));
    }
    noteHunger(asks, demand, claims);
    return claims.size();
  }

  /// How often it has looked at the queue, to the end of a look.
  public long looks() {
    return looks.get();
  }

  /// How often its loop has turned, whatever came of it. It turns every few seconds at least; a
  /// number that stands still for longer is a loop that hangs.
  public long turns() {
    return turns.get();
  }

  /// True while its thread runs: without it, mail is accepted and never posted.
  public boolean isAlive() {
    return loop.isAlive();
  }

  /// How many attempts are in flight.
  public int inFlight() {
    return slots.inFlight();
  }

  /// What it does and has done.
  public Activity activity() {
    return new Activity(
        slots.byRule(), settings.concurrencyMax(), lanes.dead(), pauses.causes(), counts.made());
  }

  /// Stops claiming, gives attempts in flight some time to end, cuts off the rest, and closes the
  /// courier. An attempt that is cut off is settled as deferred.
  @Override
  public void close() {
    stopping.countDown();
    signal.raise();
    try {
      if (loop.isAlive()) {
        loop.join();
      }
      if (!signal.awaitUntil(() -> slots.inFlight() == 0, settings.stopGrace())) {
        log.atWarn().addKeyValue("attempts", slots.inFlight()).log("cutting off attempts to stop");
      }
      slots.stop();
      parts.courier().close();
      signal.awaitUntil(() -> slots.inFlight() == 0, LOOK_AFTER);
    } catch (InterruptedException _) {
      parts.courier().close();
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    while (!isStopping()) {
      turns.incrementAndGet();
      try {
        signal.clear();
        runOnce();
        looks.incrementAndGet();
        storeFailing = false;
        if (!signal.isRaised()) {
          signal.await(untilNextLook());
        }
      } catch (StoreUnavailable e) {
        if (!storeFailing) {
          log.atError().log("the queue can't be read, trying again: {}", e.getMessage());
          storeFailing = true;
        }
        awaitQuietly(STORE_RETRY);
      } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
        log.atError().setCause(e).log("the dispatcher met a fault of ours and goes on");
        awaitQuietly(STORE_RETRY);
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  private void refreshPauses(Instant now) throws StoreUnavailable {
    pauses.refresh();
    List<Rule> rules = parts.books().get().map(Book::rules).orElse(List.of());
    Set<String> names = rules.stream().map(Rule::name).collect(Collectors.toSet());
    lanes.keep(names);
    counts.keep(names);
    for (Rule rule : rules) {
      // After a start nothing is known of an endpoint but that it is paused.
      if (pauses.isProbed(rule.name()) && !lanes.isDead(rule)) {
        lanes.doubt(rule.name(), now);
      }
    }
  }

  /// Rules of which something may be tried now, be it a probe.
  private List<Rule> open() {
    if (settings.paused()) {
      return List.of();
    }
    return parts.books().get().map(Book::rules).orElse(List.of()).stream()
        .filter(rule -> rule.enabled() && !pauses.isHeld(rule.name()))
        .toList();
  }

  private void elapse(List<Rule> open, Duration passed) throws StoreUnavailable {
    List<String> active =
        open.stream().map(Rule::name).filter(rule -> !pauses.isProbed(rule)).toList();
    if (passed.isPositive() && !active.isEmpty()) {
      parts.queue().elapse(active, passed.compareTo(ELAPSE_MAX) > 0 ? ELAPSE_MAX : passed);
    }
  }

  /// Some of it at each look, until nothing waits for a time that no wait reaches.
  private void bringForward(List<Rule> open, Instant now) throws StoreUnavailable {
    // Before the store is asked: who wakes us meanwhile has another doubt.
    clockDoubted = false;
    Map<String, Duration> longest =
        open.stream()
            .collect(
                Collectors.toMap(
                    Rule::name, rule -> Schedule.longest(rule.retry()).plus(CLOCK_SLACK)));
    try {
      if (parts.queue().bringForward(longest, now)) {
        clockDoubted = true;
        signal.raise();
      }
    } catch (StoreUnavailable e) {
      clockDoubted = true;
      throw e;
    }
  }

  /// What each rule may have on its own account, each round with another one first.
  private List<Slots.Ask> asks(List<Rule> open) {
    List<Rule> rules = new ArrayList<>(open);
    Collections.rotate(rules, turn);
    int probesLeft = Math.max(1, settings.concurrencyMax() / PROBES_PART) - probes.get();
    shortAt = 0;
    List<Slots.Ask> asks = new ArrayList<>();
    for (Rule rule : rules) {
      String name = rule.name();
      int room = lanes.room(rule, pauses.isProbed(name), slots.held(name));
      if (room > 0 && lanes.isDead(rule) && probesLeft-- <= 0) {
        room = 0;
        shortAt = shortAt == 0 ? asks.size() : shortAt;
      }
      asks.add(new Slots.Ask(name, host(rule), room, lease(rule.endpoint())));
    }
    return asks;
  }

  /// Where a rule posts first.
  private static String host(Rule rule) {
    return Slots.host(rule.endpoint().url());
  }

  /// A call, and where there is a backup URL the wait for a slot at its host and the call there.
  private static Duration lease(Endpoint endpoint) {
    int waits = endpoint.backupUrl() == null ? 1 : 3;
    return endpoint.timeout().multipliedBy(waits).plus(LEASE_MARGIN);
  }

  /// A rule that got all it was given room for probably has more. Where it was the room it shares
  /// that ended, and not its own, there may be some left: that is worth another look now.
  private void noteHunger(List<Slots.Ask> asks, Demand demand, List<Claim> claims) {
    Map<String, Integer> got = new HashMap<>();
    claims.forEach(claim -> got.merge(claim.rule(), 1, Integer::sum));
    Map<String, Integer> own =
        asks.stream().collect(Collectors.toMap(Slots.Ask::rule, Slots.Ask::room));
    boolean isFullRound = claims.size() >= demand.room();
    for (Want want : demand.wants()) {
      int count = got.getOrDefault(want.rule(), 0);
      if (count >= want.room()) {
        slots.wantsMore(want.rule());
        isFullRound |= want.room() < own.getOrDefault(want.rule(), 0);
      }
    }
    if (isFullRound) {
      signal.raise();
    }
  }

  private Duration untilNextLook() throws StoreUnavailable {
    Instant now = parts.clock().instant();
    List<Rule> open = open();
    List<String> rules = slots.demand(asks(open)).wants().stream().map(Want::rule).toList();
    List<Instant> next = new ArrayList<>(List.of(now.plus(LOOK_AFTER)));
    lanes.opens(open, pauses).ifPresent(next::add);
    if (!rules.isEmpty()) {
      parts.queue().nextDue(rules).ifPresent(next::add);
    }
    Duration wait = Duration.between(now, Collections.min(next));
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  private void start(Claim claim, Rule rule) {
    boolean isProbe = lanes.isDead(rule);
    Flight flight = new Flight(rule, host(rule), isProbe, lanes.begin(rule));
    slots.take(rule.name(), flight.host());
    if (isProbe) {
      probes.incrementAndGet();
    }
    Thread.ofVirtual().name("attempt-" + claim.delivery()).start(() -> attempt(claim, flight));
  }

  /// What an attempt holds until its settlement is on disk.
  ///
  /// @param rule as it was when it began
  /// @param host at which it holds a slot
  /// @param isProbe true when the endpoint was dead
  /// @param ticket of its lane
  private record Flight(Rule rule, String host, boolean isProbe, Lanes.Ticket ticket) {}

  private void attempt(Claim claim, Flight flight) {
    boolean isCounted = false;
    try {
      Optional<Claim> next = Optional.of(claim);
      while (next.isPresent()) {
        isCounted = false;
        Attempt.Result result = make(next.get(), flight);
        String delivery = claim.delivery();
        counts.ended(next.get(), result.settlement());
        isCounted = true;
        next = inFlight.settle(next.get(), result.settlement());
        if (result.settlement() instanceof Settlement.Done && pauses.isProbed(claim.rule())) {
          // Be it a probe or not: it may have begun before the pause.
          pauses.resume(claim.rule());
        }
        boolean isProbed = pauses.isProbed(claim.rule());
        lanes.ended(flight.ticket(), flight.rule(), delivery, result, isProbed);
      }
    } catch (RuntimeException | Error e) {
      inFlight.abandon(claim);
      if (!isCounted) {
        counts.notMade(claim);
      }
      log.atError()
          .addKeyValue("delivery", claim.delivery())
          .addKeyValue("rule", claim.rule())
          .setCause(e)
          .log("an attempt ended by a fault of ours");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      if (flight.isProbe()) {
        probes.decrementAndGet();
      }
      // A probe's end changes what its endpoint may have, whoever else is waiting.
      if (slots.free(claim.rule(), flight.host()) || flight.isProbe() || isStopping()) {
        signal.raise();
      }
    }
  }

  private Attempt.Result make(Claim claim, Flight flight) {
    String name = claim.rule();
    Optional<Rule> rule =
        parts.books().get().flatMap(book -> book.rule(name)).filter(Rule::enabled);
    if (rule.isEmpty() || pauses.isHeld(name) || (pauses.isProbed(name) && !flight.isProbe())) {
      // Its rule was edited, or its endpoint paused, between the claim and now.
      return Attempt.Result.unmade(parts.clock().instant());
    }
    Attempt.Result result = attempt.make(claim, rule.get(), pauses.isProbed(name));
    if (result.pause() == Cause.GONE) {
      pauses.pause(name, Cause.GONE, "the endpoint answered 410 Gone");
    } else if (result.pause() == Cause.FAILING
        && !lanes.hasTakenSince(flight.rule(), flight.ticket())) {
      String reason = "nothing but failures for " + Schedule.days(claim.failing());
      pauses.pause(name, Cause.FAILING, reason);
      lanes.doubt(name, parts.clock().instant().plus(Schedule.PROBE_PAUSED_EVERY));
    }
    return result;
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void awaitQuietly(Duration time) {
    try {
      signal.await(time);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
