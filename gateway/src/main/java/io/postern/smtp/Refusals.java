package io.postern.smtp;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections that were refused before the greeting: counted by cause, and logged. A flood of
/// them must not become a flood of lines, so of each second only the first few are logged, and the
/// next line after those tells how many were not.
///
/// Safe for use by many threads.
final class Refusals {
  /// Lines of the log a second.
  static final int LINES_MAX = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanoTime;
  private final Map<Cause, LongAdder> counts = new EnumMap<>(Cause.class);
  private long secondFrom;
  private int lines;
  private long unlogged;

  /// Why a connection is refused, and what it is told.
  enum Cause {
    /// [Settings.Crowd#sessionsMax] is reached.
    SESSIONS("Too many sessions; try again later"),
    /// [Settings.Crowd#perNetworkMax] is reached.
    NETWORK("Too many sessions from your network; try again later"),
    /// [Settings.Crowd#perMinuteMax] is reached.
    RATE("Too many connections from your network; try again in a minute"),
    /// A proxy brought no header, or none that is valid.
    PROXY("A valid PROXY header is expected from your network");

    private final String text;

    Cause(String text) {
      this.text = text;
    }

    Reply reply() {
      return new Reply(421, "4.7.0", text);
    }
  }

  /// @param nanoTime the time, as [System#nanoTime] tells it
  Refusals(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    for (Cause cause : Cause.values()) {
      counts.put(cause, new LongAdder());
    }
    this.secondFrom = nanoTime.getAsLong();
  }

  /// Notes one.
  ///
  /// @param session the id that the peer is told
  /// @param ip its address
  /// @param detail more about the cause; empty for none
  void note(Cause cause, String session, String ip, String detail) {
    of(cause).increment();
    long missed = nextLine();
    if (missed >= 0) {
      LOG.atInfo()
          .addKeyValue("session", session)
          .addKeyValue("ip", ip)
          .addKeyValue("why", cause.name())
          .addKeyValue("detail", detail)
          .addKeyValue("unlogged", missed)
          .log("session refused");
    }
  }

  /// How many there were of a cause.
  long count(Cause cause) {
    return of(cause).sum();
  }

  private LongAdder of(Cause cause) {
    return counts.computeIfAbsent(cause, _ -> new LongAdder());
  }

  /// @return how many lines were left out since the last one; -1 when this one is to be as well
  private synchronized long nextLine() {
    long now = nanoTime.getAsLong();
    if (now - secondFrom >= SECOND_NANOS) {
      secondFrom = now;
      lines = 0;
    }
    if (lines >= LINES_MAX) {
      unlogged++;
      return -1;
    }
    lines++;
    long missed = unlogged;
    unlogged = 0;
    return missed;
  }
}
