package io.postern.service;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the service manager that the gateway lives, for as long as each of its loops has turned
/// since the last time. When one hangs, the manager hears nothing, loses its patience and starts
/// the process anew. Trouble that a loop meets and survives, such as a full disk, is no reason: a
/// new process would meet it too, and meanwhile nobody would answer at the door.
///
/// Owns one platform thread, `watchdog`, and none without a manager that waits for it.
public final class Watchdog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  /// Signs of life within the manager's patience: two may be missed, a third may not.
  private static final int BEATS = 3;

  /// Loops turn every five seconds at least; to look more often would find them standing still. So
  /// a manager must have a patience of 30 seconds or more.
  private static final Duration BEAT_MIN = Duration.ofSeconds(10);

  private final Supervisor supervisor;
  private final Supplier<Map<String, Long>> turns;
  private final Supplier<String> status;
  private final CountDownLatch stopping = new CountDownLatch(1);

  /// How often each loop had turned when life was last told. For the thread that beats.
  private Map<String, Long> last = Map.of();

  private boolean hanging;

  /// Makes a watchdog that does nothing until it is started or cranked.
  ///
  /// @param turns how often each loop has turned, by its name; must not wait for what may hang
  /// @param status one line for a person; must not wait either
  public Watchdog(
      Supervisor supervisor, Supplier<Map<String, Long>> turns, Supplier<String> status) {
    this.supervisor = supervisor;
    this.turns = turns;
    this.status = status;
  }

  /// Starts the thread, if the manager waits for signs of life.
  public void start() {
    supervisor
        .patience()
        .ifPresent(
            patience -> {
              Duration beat = patience.dividedBy(BEATS);
              Duration every = beat.compareTo(BEAT_MIN) < 0 ? BEAT_MIN : beat;
              Thread.ofPlatform().name("watchdog").daemon().start(() -> loop(every));
            });
  }

  /// Tells that the gateway lives, if it does.
  ///
  /// @return whether it does
  public boolean runOnce() {
    Map<String, Long> now = turns.get();
    TreeSet<String> still = new TreeSet<>();
    now.forEach(
        (loop, count) -> {
          if (Optional.ofNullable(last.get(loop)).filter(count::equals).isPresent()) {
            still.add(loop);
          }
        });
    if (!still.isEmpty()) {
      String loops = String.join(", ", still);
      supervisor.status("hanging: no turn of " + loops);
      if (!hanging) {
        hanging = true;
        log.atError()
            .addKeyValue("loops", loops)
            .log("a loop hangs, so the service manager gets no sign of life");
      }
      return false;
    }
    if (hanging) {
      hanging = false;
      log.info("all loops turn again");
    }
    last = Map.copyOf(now);
    supervisor.alive(status.get());
    return true;
  }

  private void loop(Duration every) {
    try {
      do {
        beat();
      } while (!stopping.await(every.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void beat() {
    try {
      runOnce();
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("the watchdog met a fault of ours and goes on");
    }
  }

  /// Ends the thread. A stop that takes too long is ended by the manager's own patience.
  @Override
  public void close() {
    stopping.countDown();
  }
}
