package io.postern.delivery;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
import io.postern.queue.Pause.Cause;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pauses in force, as the store has them, so that not every attempt asks it. Any thread.
final class Pauses {
  private static final Logger log = LoggerFactory.getLogger(Pauses.class);

  private final MailQueue queue;
  private final InstantSource clock;
  private final Notices notices;

  /// Held while the store is asked or told, so that what is known is never older than what was
  /// changed.
  private final ReentrantLock lock = new ReentrantLock();

  private volatile Map<String, Pause> known = Map.of();
  private volatile boolean isStale = true;

  Pauses(MailQueue queue, InstantSource clock, Notices notices) {
    this.queue = queue;
    this.clock = clock;
    this.notices = notices;
  }

  /// Somebody else may have changed them.
  void suspect() {
    isStale = true;
  }

  boolean isStale() {
    return isStale;
  }

  /// Asks the store.
  void refresh() throws StoreUnavailable {
    lock.lock();
    try {
      // Cleared first: what changes while the store is asked is asked for again.
      isStale = false;
      Map<String, Pause> now = new HashMap<>();
      queue.pauses().forEach(pause -> now.put(pause.rule(), pause));
      known = Map.copyOf(now);
    } catch (StoreUnavailable e) {
      isStale = true;
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /// True when nothing of the rule may be tried.
  boolean isHeld(String rule) {
    @Nullable Pause pause = known.get(rule);
    return pause != null && !pause.endsByItself();
  }

  /// True when the rule's endpoint may only be probed.
  boolean isProbed(String rule) {
    @Nullable Pause pause = known.get(rule);
    return pause != null && pause.endsByItself();
  }

  /// The rules that are paused, and what paused them, as it was known last.
  Map<String, Cause> causes() {
    Map<String, Cause> causes = new HashMap<>();
    known.forEach((rule, pause) -> causes.put(rule, pause.cause()));
    return causes;
  }

  /// Pauses an endpoint. When the store can't keep that now, the next attempt will come to the same
  /// end and try again.
  void pause(String rule, Cause cause, String reason) {
    Pause pause = new Pause(rule, clock.instant(), cause, reason);
    lock.lock();
    try {
      queue.pause(pause);
      refresh();
    } catch (StoreUnavailable e) {
      log.atError().addKeyValue("rule", rule).log("a pause could not be kept: {}", e.getMessage());
      return;
    } finally {
      lock.unlock();
    }
    log.atWarn().addKeyValue("rule", rule).log("endpoint paused: {}", reason);
    notices.paused(pause);
  }

  /// Ends a pause for failures, as the endpoint has taken something; a person's, made meanwhile,
  /// stays. When the store can't note that now, the next probe will.
  void resume(String rule) {
    lock.lock();
    try {
      boolean wasPaused = queue.resumeFailing(rule);
      refresh();
      if (!wasPaused) {
        return;
      }
    } catch (StoreUnavailable e) {
      log.atError()
          .addKeyValue("rule", rule)
          .log("the end of a pause could not be kept: {}", e.getMessage());
      return;
    } finally {
      lock.unlock();
    }
    log.atInfo().addKeyValue("rule", rule).log("endpoint resumed: it takes mail again");
    notices.resumed(rule);
  }
}
