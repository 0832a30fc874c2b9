package io.postern.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How many attempts one endpoint may have in flight, learnt from what comes of them. After the
/// queue manager of Postfix (its SCHEDULER_README), with one probe at a time for the dead.
///
/// ```
/// OPEN, size 4 --as many deliveries fail in a row as it had in flight--> DEAD, one probe after 1 s
///   ^                                                                      |     ^
///   |--a success: size 1, which doubles to half of what it was, then grows-|     |
///                                              by one for each roundful    |-----|
///                                                                    probe fails: twice the wait
/// ```
///
/// While open, a success adds one part in size, a failure takes as much away, and an endpoint that
/// says that it has too much to do loses one whole place. Failures of one delivery again and again
/// count once: one mail that an endpoint can't digest proves nothing about the endpoint.
///
/// Knows no clock and no thread; who calls it tells the time and takes care that it is one at a
/// time.
final class Window {
  /// What an endpoint gets that nothing is known about, and how many failures in a row say
  /// something.
  static final int START = 4;

  /// How long the first probe of a dead endpoint waits.
  static final Duration FIRST_PROBE = Duration.ofSeconds(1);

  private double size = START;
  private double half = START;
  private final Set<String> failing = new HashSet<>();
  private double sizeBefore = START;
  private boolean dead;
  private Duration wait = Duration.ZERO;
  private @Nullable Instant shutUntil;

  /// Counts deaths and probes. What was begun in an earlier era says nothing by failing now.
  private int era;

  /// What the rule says, which may be another thing each time.
  ///
  /// @param most attempts in flight, 1 or more
  /// @param probeMin the least time between two probes of a dead endpoint
  /// @param probeMax the longest, and the longest that the endpoint can ask for
  record Limits(int most, Duration probeMin, Duration probeMax) {}

  /// What came of an attempt, as far as it concerns the endpoint.
  enum Sign {
    /// The endpoint took it.
    TAKEN,
    /// The endpoint is there, whatever it thinks of the request.
    ALIVE,
    /// It did not take it.
    FAILED,
    /// It did not take it, and said that it has too much to do.
    PRESSED,
    /// The endpoint was never asked.
    NONE
  }

  /// How many more attempts may begin.
  ///
  /// @param held how many are in flight
  int room(int held, Limits limits, Instant now) {
    if (isShut(limits, now)) {
      return 0;
    }
    if (dead) {
      return held == 0 ? 1 : 0;
    }
    return Math.min((int) size, limits.most()) - held;
  }

  /// When time alone gives it room; null when it is not time that is lacking.
  @Nullable Instant opens(Limits limits, Instant now) {
    return isShut(limits, now) ? shutUntil : null;
  }

  boolean isDead() {
    return dead;
  }

  /// An attempt begins.
  ///
  /// @return what is to be told at its end
  int begin() {
    return dead ? ++era : era;
  }

  /// An attempt has ended.
  ///
  /// @param begun what [#begin()] gave
  /// @param delivery whose attempt it was
  void ended(int begun, String delivery, Sign sign, Limits limits, Instant now) {
    switch (sign) {
      case NONE -> {}
      case TAKEN, ALIVE -> {
        failing.clear();
        if (dead) {
          revive();
        } else if (sign == Sign.TAKEN) {
          size = Math.min(limits.most(), size + (size < half ? 1 : 1 / size));
        }
      }
      case FAILED, PRESSED -> {
        if (begun == era) {
          failed(delivery, sign == Sign.PRESSED, limits, now);
        }
      }
    }
  }

  /// The endpoint asked for a rest.
  void rest(Duration asked, Limits limits, Instant now) {
    Instant until = now.plus(Schedule.shorter(asked, limits.probeMax()));
    if (shutUntil == null || until.isAfter(shutUntil)) {
      shutUntil = until;
    }
  }

  /// Has it prove by a probe that it is alive.
  ///
  /// @param from when the probe may be made
  void doubt(Instant from) {
    if (!dead) {
      sizeBefore = size;
      die();
    }
    shutUntil = from;
  }

  private void failed(String delivery, boolean pressed, Limits limits, Instant now) {
    if (dead) {
      shut(wait.multipliedBy(2), limits, now);
      return;
    }
    if (failing.isEmpty()) {
      sizeBefore = size;
    }
    failing.add(delivery);
    size = Math.max(1, size - (pressed ? 1 : 1 / size));
    if (failing.size() >= Math.max(START, Math.min((int) sizeBefore, limits.most()))) {
      die();
      shut(FIRST_PROBE, limits, now);
    }
  }

  /// One that was only doubted has not waited yet, so the first wait is the least there is.
  private void shut(Duration time, Limits limits, Instant now) {
    Duration least = Schedule.longer(FIRST_PROBE, limits.probeMin());
    wait = Schedule.shorter(Schedule.longer(time, least), limits.probeMax());
    shutUntil = now.plus(wait);
  }

  private void die() {
    dead = true;
    era++;
    wait = Duration.ZERO;
    half = Math.max(START, sizeBefore / 2);
    failing.clear();
  }

  private void revive() {
    dead = false;
    size = 1;
    shutUntil = null;
  }

  /// A clock that was set back must not shut it for longer than was meant.
  private boolean isShut(Limits limits, Instant now) {
    return shutUntil != null
        && now.isBefore(shutUntil)
        && !shutUntil.isAfter(now.plus(limits.probeMax()));
  }
}
