package io.postern.delivery;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Claim;
import io.postern.queue.Demand;
import io.postern.queue.MailQueue;
import io.postern.queue.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The deliveries that are being attempted: each from its claim on disk to its settlement on disk.
/// Any thread.
final class InFlight {
  private static final Logger log = LoggerFactory.getLogger(InFlight.class);

  private static final Duration STORE_RETRY = Duration.ofSeconds(1);

  private final MailQueue queue;
  private final InstantSource clock;
  private final CountDownLatch stopping;

  /// The newest claim on each.
  private final Map<String, Claim> claims = new ConcurrentHashMap<>();

  /// Held while claims are made and noted here, so that who finds a claim outdated finds the newer
  /// one.
  private final ReentrantLock claiming = new ReentrantLock();

  /// @param stopping zero when the gateway stops
  InFlight(MailQueue queue, InstantSource clock, CountDownLatch stopping) {
    this.queue = queue;
    this.clock = clock;
    this.stopping = stopping;
  }

  /// Claims, and keeps what is to be attempted now. A delivery whose lease ended while its attempt
  /// still runs comes back here: the attempt goes on under the new claim, and no second one is made
  /// beside it.
  List<Claim> claim(Demand demand, Instant now) throws StoreUnavailable {
    claiming.lock();
    try {
      List<Claim> fresh = new ArrayList<>();
      for (Claim claim : queue.claim(demand, now)) {
        if (claims.put(claim.delivery(), claim) == null) {
          fresh.add(claim);
        }
      }
      return fresh;
    } finally {
      claiming.unlock();
    }
  }

  /// Settles, however long the store takes to do it. Gives up only when the gateway stops; the
  /// lease brings the delivery back then.
  ///
  /// @return a claim that was made after the settlement and is to be attempted now
  Optional<Claim> settle(Claim attempted, Settlement settlement) throws InterruptedException {
    Claim claim = attempted;
    Settlement outcome = settlement;
    while (true) {
      try {
        if (queue.settle(claim, outcome)) {
          return leave(claim);
        }
        Claim newest = newest(claim.delivery());
        if (newest.equals(claim)) {
          log.atWarn()
              .addKeyValue("delivery", claim.delivery())
              .addKeyValue("rule", claim.rule())
              .log("an outcome is not noted: the delivery was taken out of the line meanwhile");
          return leave(claim);
        }
        claim = newest;
        if (!claim.rule().equals(attempted.rule())) {
          // Dropped, and replayed by another rule, whose endpoint was never asked.
          outcome = new Settlement.Unmade(clock.instant());
        }
      } catch (StoreUnavailable e) {
        if (stopping.getCount() == 0) {
          log.atError()
              .addKeyValue("delivery", claim.delivery())
              .addKeyValue("rule", claim.rule())
              .log("an outcome is lost, the delivery will be tried again: {}", e.getMessage());
          claims.remove(claim.delivery());
          return Optional.empty();
        }
        stopping.await(STORE_RETRY.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /// Forgets a delivery whose attempt died: its lease brings it back. Left here, it would never be
  /// attempted again.
  void abandon(Claim claim) {
    claims.remove(claim.delivery());
  }

  /// Takes a settled delivery out, unless it has been claimed anew since.
  private Optional<Claim> leave(Claim settled) {
    return claims.remove(settled.delivery(), settled)
        ? Optional.empty()
        : Optional.of(newest(settled.delivery()));
  }

  private Claim newest(String delivery) {
    claiming.lock();
    try {
      return Objects.requireNonNull(claims.get(delivery), "a delivery that is not in flight");
    } finally {
      claiming.unlock();
    }
  }
}
