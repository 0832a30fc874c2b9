package io.postern.notice;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of one cause, and what was told of it. Changes as it is looked at; for one thread.
///
/// ```
///   unknown --seen--> holds --not seen--> over
///                       ^                  |
///                       |------seen--------|
/// ```
///
/// What may pass by itself holds only when it was seen in two looks running, some seconds apart.
///
/// It is to be told when it has begun since it was told last, or when its end was not told yet; so
/// what comes and goes many times in an hour is told once.
final class Note {
  /// At least so long lies between two notices that speak of the same cause.
  static final Duration REST = Duration.ofHours(1);

  /// So much lies between the two looks at least: in that time a store that lost a transaction
  /// tries another. Calls may bring looks closer together.
  static final Duration PASSING_MAX = Duration.ofSeconds(10);

  private static final int FACTS_MAX = 10;
  private static final int FACT_CHARS_MAX = 500;

  private final Cause cause;
  private boolean holds;

  /// When it was seen for the first time of the two that it takes; null when it was not.
  private @Nullable Instant suspected;

  private Instant since;
  private @Nullable Instant until;
  private List<String> facts = List.of();

  /// How often it has begun, and how much was lost, since it was told last.
  private long began;

  private long amount;
  private @Nullable Told told;

  /// True when it is not known whether the last mail of it has arrived.
  private boolean isDoubted;

  /// One that nothing is known of.
  Note(Cause cause, Instant now) {
    this.cause = cause;
    this.since = now;
  }

  /// One that was told before. It counts as it was told, until it is looked at.
  Note(Told told) {
    this.cause = told.cause();
    this.holds = told.holds();
    this.since = told.since();
    this.told = told;
  }

  /// It is there.
  void seen(@Nullable Instant from, List<String> what, Instant now) {
    if (!holds && cause.mayPass() && !isConfirmed(now)) {
      return;
    }
    if (!holds) {
      Instant first = suspected == null ? now : suspected;
      holds = true;
      began++;
      since = from == null ? first : from;
      until = null;
      suspected = null;
    }
    facts = safe(what);
  }

  /// True when it was seen long enough before. A clock that was set back begins anew.
  private boolean isConfirmed(Instant now) {
    @Nullable Instant first = suspected;
    if (first == null || first.isAfter(now)) {
      suspected = now;
      return false;
    }
    return !now.isBefore(first.plus(PASSING_MAX));
  }

  /// It is not, or no longer.
  void unseen(Instant now) {
    suspected = null;
    if (holds) {
      holds = false;
      until = now;
    }
  }

  /// It has happened, and is over.
  ///
  /// @param lost how much was lost by it
  void happened(long times, long lost, String what, Instant now) {
    if (began == 0) {
      since = now;
    }
    until = now;
    began += times;
    amount += lost;
    facts = safe(List.of(what));
  }

  private static List<String> safe(List<String> facts) {
    return facts.stream().limit(FACTS_MAX).map(fact -> PlainText.of(fact, FACT_CHARS_MAX)).toList();
  }

  /// True when it is to be told now.
  ///
  /// @param repeat what goes on for so long is told again
  boolean isDue(Duration repeat, Instant now) {
    if (told == null) {
      return began > 0;
    }
    boolean isNews = began > 0 || told.holds() != holds || isDoubted;
    return isOld(isNews ? REST : repeat, now) && (isNews || holds);
  }

  /// True when nobody has to remember it.
  boolean isForgettable(Instant now) {
    return !holds
        && suspected == null
        && began == 0
        && (told == null || (!told.holds() && isOld(REST, now)));
  }

  /// True when it was told so long ago. A clock that was set back must not silence it for longer.
  private boolean isOld(Duration age, Instant now) {
    return told == null || told.at().isAfter(now) || !now.isBefore(told.at().plus(age));
  }

  /// It was told.
  void told(Instant now) {
    told = new Told(cause, holds, since, now);
    began = 0;
    amount = 0;
    isDoubted = false;
  }

  /// A mail told it that may not have arrived. It rests as if it had, and is told again then.
  void doubted(Instant now) {
    told = new Told(cause, told != null && told.holds(), since, now);
    isDoubted = true;
  }

  boolean isDoubted() {
    return isDoubted;
  }

  /// What was told last; null for nothing.
  @Nullable Told told() {
    return told;
  }

  Cause cause() {
    return cause;
  }

  boolean holds() {
    return holds;
  }

  /// True when there is nothing left to do about it. What was lost stays lost.
  boolean isOver() {
    return !holds && amount == 0;
  }

  Instant since() {
    return since;
  }

  /// When it was over; null while it is not, and when only an earlier process knows.
  @Nullable Instant until() {
    return until;
  }

  List<String> facts() {
    return facts;
  }

  long began() {
    return began;
  }

  long amount() {
    return amount;
  }
}
