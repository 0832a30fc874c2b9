package io.postern.feed;

import io.postern.delivery.Courier;
import io.postern.delivery.Signal;
import io.postern.journal.StoreUnavailable;
import io.postern.mail.Ids;
import io.postern.queue.Cursor;
import io.postern.queue.Cursors;
import io.postern.queue.Pause;
import io.postern.rules.Book;
import io.postern.webhook.Payload;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells subscribers what the status log says. Each one has a cursor of its own, and its posts are
/// made one after the other on a virtual thread of its own, so that none waits for another. Owns
/// one platform thread, `feed`, which only starts those.
public final class Feed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Feed.class);

  /// The longest time between two looks at the roster and the pauses.
  private static final Duration REFRESH_EVERY = Duration.ofSeconds(5);

  /// The longest time between two looks at who is due.
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /// How long a subscriber rests whose turn the store ended.
  private static final Duration STORE_WAIT = Duration.ofSeconds(1);

  /// How long it rests after a fault of ours; twice as long after each further one, up to a limit.
  private static final Duration FAULT_WAIT = Duration.ofSeconds(1);

  private static final Duration FAULT_WAIT_MAX = Duration.ofMinutes(1);

  /// Who is due that much later than it ever rests waits for a time of a clock that was set back.
  private static final Duration CLOCK_SLACK = Duration.ofSeconds(1);

  private static final int FAULT_DOUBLINGS = 6;

  private final Parts parts;
  private final Limits limits;
  private final InHand inHand;
  private final TellingParts tellingParts;
  private final Signal signal = new Signal();
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong looks = new AtomicLong();
  private final AtomicLong turns = new AtomicLong();
  private final AtomicLong erasures = new AtomicLong();
  private final Thread loop = Thread.ofPlatform().name("feed").unstarted(this::loop);
  private volatile Map<String, Pause> pauses = Map.of();
  private volatile Map<String, Long> skips = Map.of();
  private volatile boolean isStale = true;
  private volatile boolean isStopping;
  private String roster = "";
  private Instant refreshedAt = Instant.MIN;
  private boolean storeFailing;

  /// What a feed works with.
  ///
  /// @param cursors the log, and where subscribers stand in it
  /// @param rosters the subscribers in force, if there are any
  /// @param books the rules in force, which know their accounts
  /// @param courier carries the posts; closed by the feed
  /// @param gateway who we are, in posts
  /// @param clock the time
  /// @param chance for ids and jitter
  /// @param notices told of pauses and of what is given up
  public record Parts(
      Cursors cursors,
      Supplier<Optional<Roster>> rosters,
      Supplier<Optional<Book>> books,
      Courier courier,
      Payload.Gateway gateway,
      InstantSource clock,
      RandomGenerator chance,
      Notices notices) {}

  /// What it is told.
  ///
  /// @param kept how long rows of the log are kept, whoever waits for them
  /// @param stopGrace how long a stop waits for posts in flight before it cuts them off
  /// @param inHandMax how many bytes of events all subscribers together may have in memory, and as
  ///   many again in the bodies of their posts
  public record Limits(Duration kept, Duration stopGrace, long inHandMax) {}

  /// Makes a feed that does nothing until it is started or cranked.
  public Feed(Parts parts, Limits limits) {
    this.parts = parts;
    this.limits = limits;
    this.inHand = new InHand(limits.inHandMax());
    Teller teller = new Teller(parts.books(), parts.cursors());
    this.tellingParts =
        new TellingParts(
            parts.cursors(),
            teller,
            new Rows(new SharedLog(parts.cursors(), parts.clock()), teller, inHand.readers()),
            new Envoy(parts.courier(), parts.gateway(), parts.clock(), parts.chance()),
            parts.clock(),
            parts.chance(),
            new Ids(parts.clock(), parts.chance()),
            new Told(),
            parts.gateway().hostName(),
            limits.kept(),
            inHand);
  }

  /// One subscriber and its thread, when it has one.
  private static final class Lane {
    private final Telling telling;

    /// It is paused, and no success of its own will end that.
    private boolean isHeld;

    /// A person wants it tried at once.
    private volatile boolean isMended;

    private volatile boolean isRunning;
    private volatile @Nullable Stand stand;
    private volatile Instant next = Instant.MIN;

    /// The last erasure that it knows of.
    private long erasures;

    /// How many turns in a row ended by a fault of ours, and the last one's.
    private int faults;

    private volatile String fault = "";

    /// True when the store ended the last turn: it is told once of a trouble, not each second.
    private boolean isStoreFailing;

    Lane(Telling telling) {
      this.telling = telling;
    }

    /// How long it rests at most between two turns. What it knows of longer waits it says anew at
    /// each turn; after a fault it can't.
    private Duration restMax() {
      return fault.isEmpty() ? REFRESH_EVERY : FAULT_WAIT_MAX;
    }

    private boolean isDue(Instant now) {
      return !next.isAfter(now) || next.isAfter(now.plus(restMax()).plus(CLOCK_SLACK));
    }

    /// It has no turn before a time, or before it has rested as long as it may.
    private void rest(Instant now, Instant until) {
      Instant latest = now.plus(restMax());
      next = until.isBefore(latest) ? until : latest;
    }
  }

  /// Hears of pauses, which the turns to come are to know.
  private final class Told implements Notices {
    @Override
    public void paused(Pause pause) {
      isStale = true;
      parts.notices().paused(pause);
    }

    @Override
    public void resumed(String subscriber) {
      isStale = true;
      parts.notices().resumed(subscriber);
    }

    @Override
    public void skipped(String subscriber, long events, String reason) {
      parts.notices().skipped(subscriber, events, reason);
    }
  }

  /// Starts the thread.
  public void start() {
    loop.start();
  }

  /// Has everything looked at now: the roster, or a pause, was changed by somebody else.
  public void wake() {
    isStale = true;
    signal.raise();
  }

  /// Has a subscriber tried at once, and its failures counted anew, for a person says that it is
  /// mended; one that is not paused, too.
  public void resume(String subscriber) {
    Lane lane = lanes.get(subscriber);
    if (lane != null) {
      lane.isMended = true;
    }
    wake();
  }

  /// Has everything that waits in memory read again before it is posted, for something was erased
  /// from the log. What is being posted now is not taken back.
  public void reread() {
    tellingParts.rows().log().clear();
    erasures.incrementAndGet();
  }

  /// Takes a roster that has changed, and starts the turns that are due.
  ///
  /// @return how many were started
  public int runOnce() throws StoreUnavailable {
    Optional<Roster> current = parts.rosters().get();
    if (current.isEmpty()) {
      return 0;
    }
    Instant now = parts.clock().instant();
    boolean isForced = isStale;
    boolean isOld = now.isBefore(refreshedAt) || !now.isBefore(plus(refreshedAt, REFRESH_EVERY));
    if (isForced || isOld || !current.get().version().equals(roster)) {
      // Before the store is asked: who wakes us meanwhile knows of something newer.
      isStale = false;
      try {
        refresh(current.get(), now);
      } catch (StoreUnavailable e) {
        isStale = true;
        throw e;
      }
    }
    int started = 0;
    for (Map.Entry<String, Lane> entry : lanes.entrySet()) {
      Lane lane = entry.getValue();
      if (!lane.isRunning && (isForced || lane.isDue(now)) && !isStopping) {
        start(entry.getKey(), lane);
        started++;
      }
    }
    return started;
  }

  private static Instant plus(Instant time, Duration more) {
    return time.equals(Instant.MIN) ? time : time.plus(more);
  }

  /// How subscribers stand, by name: the enabled ones that have had a turn.
  public Map<String, Stand> stands() {
    Map<String, Stand> stands = new HashMap<>();
    lanes.forEach(
        (name, lane) -> {
          Stand stand = lane.stand;
          if (stand != null) {
            stands.put(name, stand);
          }
        });
    return stands;
  }

  /// What keeps subscribers from being told that is no fault of theirs, by name: a fault of ours,
  /// or the store's.
  public Map<String, String> faults() {
    Map<String, String> faults = new HashMap<>();
    lanes.forEach(
        (name, lane) -> {
          if (!lane.fault.isEmpty()) {
            faults.put(name, lane.fault);
          }
        });
    return faults;
  }

  /// How often it has looked at its subscribers, to the end of a look.
  public long looks() {
    return looks.get();
  }

  /// How often its loop has turned, whatever came of it.
  public long turns() {
    return turns.get();
  }

  /// True while its thread runs: without it, nobody is told.
  public boolean isAlive() {
    return loop.isAlive();
  }

  /// How many subscribers are having a turn.
  public int inFlight() {
    return inFlight.get();
  }

  /// Begins no more posts, gives those in flight some time to end, cuts off the rest, and closes
  /// the courier. What was cut off is posted again after the next start.
  @Override
  public void close() {
    isStopping = true;
    signal.raise();
    try {
      if (loop.isAlive()) {
        loop.join();
      }
      if (!signal.awaitUntil(() -> inFlight.get() == 0, limits.stopGrace())) {
        log.atWarn().addKeyValue("posts", inFlight.get()).log("cutting off events to stop");
      }
      parts.courier().close();
      signal.awaitUntil(() -> inFlight.get() == 0, REFRESH_EVERY);
    } catch (InterruptedException _) {
      parts.courier().close();
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    while (!isStopping) {
      turns.incrementAndGet();
      try {
        signal.clear();
        runOnce();
        looks.incrementAndGet();
        storeFailing = false;
      } catch (StoreUnavailable e) {
        if (!storeFailing) {
          log.atError().log("subscribers can't be looked at, trying again: {}", e.getMessage());
          storeFailing = true;
        }
      } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
        log.atError().setCause(e).log("the feed met a fault of ours and goes on");
      }
      try {
        if (!isStopping) {
          signal.await(LOOK_EVERY);
        }
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  /// Takes the roster as it is, and the pauses.
  private void refresh(Roster current, Instant now) throws StoreUnavailable {
    Set<String> enabled =
        current.subscribers().stream()
            .filter(Subscriber::enabled)
            .map(Subscriber::name)
            .collect(Collectors.toSet());
    inHand.part(enabled.size());
    lanes.entrySet().removeIf(it -> !enabled.contains(it.getKey()) && !it.getValue().isRunning);
    if (!current.version().equals(roster)) {
      parts.cursors().keep(enabled, now);
      roster = current.version();
    }
    if (!lanes.keySet().containsAll(enabled)) {
      for (Cursor cursor : parts.cursors().cursors()) {
        if (enabled.contains(cursor.subscriber())) {
          lanes.computeIfAbsent(
              cursor.subscriber(), _ -> new Lane(new Telling(tellingParts, cursor)));
        }
      }
    }
    Map<String, Pause> known = new ConcurrentHashMap<>();
    parts.cursors().pausedSubscribers().forEach(pause -> known.put(pause.rule(), pause));
    pauses = known;
    skips = new ConcurrentHashMap<>(parts.cursors().skips());
    refreshedAt = now;
  }

  private void start(String name, Lane lane) {
    lane.isRunning = true;
    inFlight.incrementAndGet();
    Thread.ofVirtual().name("feed-" + name).start(() -> run(name, lane));
  }

  /// Notes a fault of ours. It most likely comes again: it is traced once, and tried more seldom.
  ///
  /// @return how long to wait
  private static Duration fault(String name, Lane lane, Throwable e) {
    if (lane.faults == 0) {
      log.atError()
          .addKeyValue("subscriber", name)
          .setCause(e)
          .log("a subscriber's turn failed by a fault of ours");
    }
    lane.fault = e.toString();
    Duration wait = FAULT_WAIT.multipliedBy(1L << Math.min(lane.faults++, FAULT_DOUBLINGS));
    return wait.compareTo(FAULT_WAIT_MAX) < 0 ? wait : FAULT_WAIT_MAX;
  }

  private void run(String name, Lane lane) {
    Instant next = parts.clock().instant().plus(LOOK_EVERY);
    try {
      boolean going = true;
      while (going) {
        Optional<Subscriber> subscriber =
            parts.rosters().get().flatMap(it -> it.subscriber(name)).filter(Subscriber::enabled);
        if (subscriber.isEmpty()) {
          break;
        }
        long erased = erasures.get();
        if (lane.erasures != erased) {
          lane.erasures = erased;
          lane.telling.reread();
        }
        Pause pause = pauses.get(name);
        if (lane.isMended || (lane.isHeld && pause == null)) {
          lane.isMended = false;
          lane.telling.resumed();
        }
        lane.isHeld = pause != null && pause.cause() != Pause.Cause.FAILING;
        Long skip = skips.get(name);
        if (skip != null) {
          lane.telling.skip(subscriber.get(), skip);
          skips.remove(name, skip);
        }
        next = lane.telling.turn(subscriber.get(), pause);
        lane.faults = 0;
        lane.fault = "";
        lane.isStoreFailing = false;
        lane.stand = lane.telling.stand(subscriber.get(), pauses.get(name));
        going = !isStopping && !next.isAfter(parts.clock().instant());
      }
      lane.telling.settle();
    } catch (StoreUnavailable e) {
      next = parts.clock().instant().plus(STORE_WAIT);
      lane.fault = String.valueOf(e.getMessage());
      if (!lane.isStoreFailing) {
        lane.isStoreFailing = true;
        log.atError()
            .addKeyValue("subscriber", name)
            .log("a subscriber can't be told now, trying again: {}", e.getMessage());
      }
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
      next = parts.clock().instant().plus(fault(name, lane, e));
    } finally {
      lane.rest(parts.clock().instant(), next);
      lane.isRunning = false;
      inFlight.decrementAndGet();
      signal.raise();
    }
  }
}
