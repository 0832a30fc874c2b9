package io.postern.delivery;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Claim;
import io.postern.queue.Demand;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
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
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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
public final class Dispatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  /// The longest time between two looks at the queue, and so the grain of the retry period.
  private static final Duration LOOK_AFTER = Duration.ofSeconds(5);

  /// More than this between two looks was no time of ours: the machine slept, or its clock was set.
  private static final Duration ELAPSE_MAX = Duration.ofMinutes(1);

  /// Added to the call time-outs of a lease, for everything around the calls.
  private static final Duration LEASE_MARGIN = Duration.ofSeconds(60);

  /// How long a stop waits for attempts in flight before it cuts them off.
  private static final Duration STOP_GRACE = Duration.ofSeconds(20);

  private static final Duration STORE_RETRY = Duration.ofSeconds(1);

  private final Parts parts;
  private final Settings settings;
  private final Slots slots;
  private final Attempt attempt;
  private final Signal signal = new Signal();
  private final Thread loop = Thread.ofPlatform().name("dispatcher").unstarted(this::loop);
  private final Set<String> paused = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /// The newest claim on each delivery that is being attempted.
  private final Map<String, Claim> inFlight = new ConcurrentHashMap<>();

  /// Held while claims are made and noted in [#inFlight], so that who finds a claim outdated finds
  /// the newer one there.
  private final ReentrantLock claiming = new ReentrantLock();

  private volatile boolean pausesKnown;
  private final AtomicLong looks = new AtomicLong();
  private final AtomicLong turns = new AtomicLong();
  private boolean storeFailing;

  /// When the waiting deliveries were last told that time passed. Only for the thread that runs
  /// [#runOnce()].
  private Instant lookedAt;

  /// Moves on by one each round, so that no rule is always the first to be served.
  private int turn;

  /// What a dispatcher works with.
  ///
  /// @param queue where deliveries come from
  /// @param books the book in force, if there is one
  /// @param courier carries the posts; closed by the dispatcher
  /// @param gateway who we are, in payloads
  /// @param clock the time
  /// @param chance the jitter
  public record Parts(
      MailQueue queue,
      Supplier<Optional<Book>> books,
      Courier courier,
      Payload.Gateway gateway,
      InstantSource clock,
      RandomGenerator chance) {}

  /// Makes a dispatcher that does nothing until it is started or cranked.
  public Dispatcher(Parts parts, Settings settings) {
    this.parts = parts;
    this.settings = settings;
    this.slots = new Slots(settings.concurrencyMax(), settings.perHostMax());
    this.attempt = new Attempt(parts.courier(), parts.gateway(), parts.clock(), parts.chance());
    this.lookedAt = parts.clock().instant();
    parts.queue().onReady(signal::raise);
  }

  /// Starts the thread.
  public void start() {
    loop.start();
  }

  /// Has the queue and the pauses looked at now: the book, or a pause, was changed by somebody
  /// else.
  public void wake() {
    pausesKnown = false;
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
    if (isLongAgo || !pausesKnown) {
      refreshPauses();
    }
    Map<String, Rule> active = active();
    if (isLongAgo) {
      lookedAt = now;
      elapse(active, passed);
    }
    turn++;
    List<Slots.Ask> asks = asks(active);
    Demand demand = slots.demand(asks);
    if (demand.wants().isEmpty()) {
      return 0;
    }
    List<Claim> claims = claim(demand, now);
    for (Claim claim : claims) {
      String host = host(Objects.requireNonNull(active.get(claim.rule())));
      slots.take(claim.rule(), host);
      Thread.ofVirtual().name("attempt-" + claim.delivery()).start(() -> attempt(claim, host));
    }
    noteHunger(asks, demand, claims);
    return claims.size();
  }

  /// Claims, and keeps what is to be attempted now. A delivery whose lease ended while its attempt
  /// still runs comes back here: the attempt goes on under the new claim, and no second one is made
  /// beside it.
  private List<Claim> claim(Demand demand, Instant now) throws StoreUnavailable {
    claiming.lock();
    try {
      List<Claim> fresh = new ArrayList<>();
      for (Claim claim : parts.queue().claim(demand, now)) {
        if (inFlight.put(claim.delivery(), claim) == null) {
          fresh.add(claim);
        }
      }
      return fresh;
    } finally {
      claiming.unlock();
    }
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
      if (!signal.awaitUntil(() -> slots.inFlight() == 0, STOP_GRACE)) {
        log.atWarn().addKeyValue("attempts", slots.inFlight()).log("cutting off attempts to stop");
      }
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

  /// Rules whose deliveries may be tried now.
  private Map<String, Rule> active() {
    if (settings.paused()) {
      return Map.of();
    }
    return parts
        .books()
        .get()
        .map(
            book ->
                book.rules().stream()
                    .filter(rule -> rule.enabled() && !paused.contains(rule.name()))
                    .collect(Collectors.toMap(Rule::name, rule -> rule)))
        .orElse(Map.of());
  }

  private void elapse(Map<String, Rule> active, Duration passed) throws StoreUnavailable {
    if (passed.isPositive() && !active.isEmpty()) {
      parts.queue().elapse(active.keySet(), passed.compareTo(ELAPSE_MAX) > 0 ? ELAPSE_MAX : passed);
    }
  }

  /// Every rule that may be tried, each round with another one first.
  private List<Slots.Ask> asks(Map<String, Rule> active) {
    List<Slots.Ask> asks = new ArrayList<>();
    for (Rule rule : active.values()) {
      int room = settings.perEndpointMax() - slots.held(rule.name());
      asks.add(new Slots.Ask(rule.name(), host(rule), room, lease(rule.endpoint())));
    }
    Collections.rotate(asks, turn);
    return asks;
  }

  /// Where a rule posts first. A backup's host is not counted: it stands in.
  private static String host(Rule rule) {
    return rule.endpoint().url().getHost().toLowerCase(Locale.ROOT);
  }

  private static Duration lease(Endpoint endpoint) {
    int calls = endpoint.backupUrl() == null ? 1 : 2;
    return endpoint.timeout().multipliedBy(calls).plus(LEASE_MARGIN);
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
    List<String> rules = slots.demand(asks(active())).wants().stream().map(Want::rule).toList();
    if (rules.isEmpty()) {
      return LOOK_AFTER;
    }
    Duration wait =
        parts.queue().nextDue(rules).map(due -> Duration.between(now, due)).orElse(LOOK_AFTER);
    if (wait.compareTo(LOOK_AFTER) > 0) {
      return LOOK_AFTER;
    }
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  private void refreshPauses() throws StoreUnavailable {
    pausesKnown = true;
    Set<String> now = parts.queue().pauses().stream().map(Pause::rule).collect(Collectors.toSet());
    paused.retainAll(now);
    paused.addAll(now);
  }

  private void attempt(Claim claim, String host) {
    try {
      Optional<Claim> next = Optional.of(claim);
      while (next.isPresent()) {
        next = settle(next.get(), make(next.get()));
      }
    } catch (RuntimeException | Error e) {
      // Left in flight, it would never be attempted again; its lease brings it back.
      inFlight.remove(claim.delivery());
      log.atError()
          .addKeyValue("delivery", claim.delivery())
          .setCause(e)
          .log("an attempt ended by a fault of ours");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      if (slots.free(claim.rule(), host) || isStopping()) {
        signal.raise();
      }
    }
  }

  private Settlement make(Claim claim) {
    Optional<Rule> rule =
        parts.books().get().flatMap(book -> book.rule(claim.rule())).filter(Rule::enabled);
    if (rule.isEmpty() || paused.contains(claim.rule())) {
      // Its rule was edited, or its endpoint paused, between the claim and now.
      return new Settlement.Unmade(parts.clock().instant());
    }
    Attempt.Result result = attempt.make(claim, rule.get());
    if (result.gone()) {
      pause(claim.rule());
    }
    return result.settlement();
  }

  private void pause(String rule) {
    try {
      parts
          .queue()
          .pause(new Pause(rule, parts.clock().instant(), "the endpoint answered 410 Gone"));
      paused.add(rule);
      log.atWarn().addKeyValue("rule", rule).log("endpoint paused: it answered 410 Gone");
    } catch (StoreUnavailable e) {
      // Then it is tried again after the interval, and will say 410 again.
      log.atError().addKeyValue("rule", rule).log("a pause could not be kept: {}", e.getMessage());
    }
  }

  /// Settles, and holds the slot until that is on disk: a delivery is in flight until then. Gives
  /// up only when the gateway stops; the lease brings the delivery back then.
  ///
  /// @return a claim that was made after the settlement and is to be attempted now
  private Optional<Claim> settle(Claim attempted, Settlement settlement)
      throws InterruptedException {
    Claim claim = attempted;
    while (true) {
      try {
        if (parts.queue().settle(claim, settlement)) {
          return leave(claim);
        }
        Claim newest = newest(claim.delivery());
        if (newest.equals(claim)) {
          log.atError()
              .addKeyValue("delivery", claim.delivery())
              .log("a settlement was refused: the claim is not in force any more");
          return leave(claim);
        }
        claim = newest;
      } catch (StoreUnavailable e) {
        if (isStopping()) {
          log.atError()
              .addKeyValue("delivery", claim.delivery())
              .log("an outcome is lost, the delivery will be tried again: {}", e.getMessage());
          return Optional.empty();
        }
        stopping.await(STORE_RETRY.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /// Takes a settled delivery out of flight, unless it has been claimed anew since.
  private Optional<Claim> leave(Claim settled) {
    return inFlight.remove(settled.delivery(), settled)
        ? Optional.empty()
        : Optional.of(newest(settled.delivery()));
  }

  private Claim newest(String delivery) {
    claiming.lock();
    try {
      return Objects.requireNonNull(inFlight.get(delivery), "a delivery that is not in flight");
    } finally {
      claiming.unlock();
    }
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
