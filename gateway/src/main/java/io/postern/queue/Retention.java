package io.postern.queue;

import io.postern.journal.StoreUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets go of what was kept for long enough, a small part at a time. Owns one platform thread,
/// `retention`.
///
/// A clock that was set wrong must not cost a mail that can still be replayed: after the clock has
/// leapt forward, nothing is removed for an hour, in which somebody or something may set it right.
public final class Retention implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  /// How long it rests when nothing is left to do.
  private static final Duration REST = Duration.ofMinutes(1);

  /// How long it rests between two parts: the disk is there for the mail.
  private static final Duration BREATH = Duration.ofMillis(10);

  /// The longest time between two turns of the loop, so that one that hangs can be told from one
  /// that rests.
  private static final Duration TURN = Duration.ofSeconds(5);

  /// More than this between two looks is a leap of the clock.
  static final Duration LEAP = Duration.ofHours(1);

  /// For how long a clock that has leapt is not trusted.
  static final Duration DOUBT = Duration.ofHours(1);

  private final MailQueue queue;
  private final Settings settings;
  private final InstantSource clock;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread =
      Thread.ofPlatform().name("retention").daemon().unstarted(this::loop);

  private final AtomicLong turns = new AtomicLong();
  private Instant lookedAt;
  private Instant trustedFrom;
  private boolean failing;

  /// Makes one that does nothing until it is started or cranked.
  ///
  /// @param lastKnown a time at which a gateway before this one ran: a machine may also come up
  ///   with a clock that is ahead. After a long stop the first part is only removed an hour later.
  public Retention(MailQueue queue, Settings settings, InstantSource clock, Instant lastKnown) {
    this.queue = queue;
    this.settings = settings;
    this.clock = clock;
    this.lookedAt = lastKnown;
    this.trustedFrom = lastKnown;
  }

  /// Starts the thread.
  public void start() {
    thread.start();
  }

  /// Has one part removed.
  ///
  /// @return true when there may be more
  public boolean runOnce() throws StoreUnavailable {
    Instant now = clock.instant();
    if (Duration.between(lookedAt, now).compareTo(LEAP) > 0) {
      trustedFrom = now.plus(DOUBT);
      log.atWarn()
          .addKeyValue("from", lookedAt)
          .addKeyValue("to", now)
          .log("the clock has leapt: nothing that has expired is removed for an hour");
    } else if (Duration.between(now, trustedFrom).compareTo(DOUBT) > 0) {
      // It was set back: it has been right before the leap.
      trustedFrom = now;
    }
    lookedAt = now;
    if (now.isBefore(trustedFrom)) {
      return false;
    }
    return queue.purge(
        new Expired(
            now.minus(settings.succeeded()),
            now.minus(settings.failed()),
            now.minus(settings.log()),
            now.minus(settings.denied())));
  }

  /// Ends the thread after the part that it is at.
  @Override
  public void close() {
    stopping.countDown();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// How often its loop has turned, whatever came of it. It turns every few seconds at least; a
  /// number that stands still for longer is a loop that hangs.
  public long turns() {
    return turns.get();
  }

  private void loop() {
    try {
      Duration rest = REST;
      while (!stopping.await(Math.min(rest.toMillis(), TURN.toMillis()), TimeUnit.MILLISECONDS)) {
        turns.incrementAndGet();
        rest = rest.compareTo(TURN) > 0 ? rest.minus(TURN) : turn();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration turn() {
    try {
      boolean more = runOnce();
      failing = false;
      return more ? BREATH : REST;
    } catch (StoreUnavailable e) {
      if (!failing) {
        log.atError().log("what has expired can't be removed, trying again: {}", e.getMessage());
      }
      failing = true;
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
      log.atError().setCause(e).log("the retention met a fault of ours and goes on");
    }
    return REST;
  }
}
