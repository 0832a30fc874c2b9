package io.postern.feed;

import io.postern.delivery.Outcome;
import io.postern.delivery.Schedule;
import io.postern.feed.Stand.State;
import io.postern.journal.Posting;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Cursor;
import io.postern.queue.Pause;
import io.postern.queue.Pause.Cause;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one subscriber is told, turn by turn: posts the events of the rows behind its cursor, and
/// moves the cursor on when they were taken. [Progress] has the cursor and the batch, [Losses]
/// gives up what is too old; here is when a post is made, and what follows from its answer. Knows
/// no thread; who calls it takes care that it is one at a time.
///
/// ```
///   gather --full, or ripe--> batch noted --> its posts, one by one --all taken--> cursor at its end
///                                   |  ^
///                                   |  |--wait, the same post again
///                                   |--refused, and of several rows: anew, by halves
///                                   |--too old: given up, with a row and a notice
/// ```
///
/// A batch is on disk before its first post is made; so after a crash the same events come again
/// under the same ids.
final class Telling {
  private static final Logger log = LoggerFactory.getLogger(Telling.class);

  /// How often it looks for rows, and whether what waits is ripe.
  static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /// More than this between two looks was no time of ours: the machine slept, or its clock was set.
  private static final Duration ELAPSE_MAX = Duration.ofHours(1);

  /// How long a person is told that events were skipped.
  private static final Duration SKIPPED_TOLD = Duration.ofDays(7);

  /// No wait is longer; one that looks so comes from a clock that was set back.
  private static final Duration WAIT_MAX = Duration.ofHours(27);

  /// How many posts of one batch may be over without that being on disk.
  private static final int UNSAVED_MAX = 100;

  private final TellingParts parts;
  private final Notes notes;
  private final Progress progress;
  private final Losses losses;
  private final PostCounts counts = new PostCounts();
  private final Pace pace = new Pace();
  private final String name;
  private Instant lookedAt;
  private String testId = "";

  /// What came of the last attempt; empty when it was good, and of one before this process.
  private String lastReason = "";

  /// The subscriber as its file was at the last turn.
  private @Nullable Subscriber known;

  /// True when the last post could not be made for a fault of ours: what waits is held.
  private boolean isUnmade;

  /// @param cursor where it stands, as the store has it
  Telling(TellingParts parts, Cursor cursor) {
    this.parts = parts;
    this.name = cursor.subscriber();
    this.notes = new Notes(parts.cursors(), name, parts.hostName());
    this.progress = new Progress(parts, notes, cursor);
    this.losses = new Losses(parts, notes, progress);
    this.lookedAt = parts.clock().instant();
    if (cursor.standing().attempts() > 0 || cursor.batch() != null) {
      // What was not over may not have been taken, though its failures were forgotten since.
      pace.failed();
    }
    // While no gateway ran, nobody could be told. That somebody wanted to be told nothing is no
    // such time.
    Instant away = cursor.missed().away();
    Duration stopped = Duration.between(cursor.standing().seen(), away == null ? lookedAt : away);
    pass(stopped.isNegative() ? Duration.ZERO : stopped, Duration.ZERO);
  }

  /// Where it stands, on disk or not yet.
  Cursor cursor() {
    return progress.cursor();
  }

  /// Does what is to be done now, one post at most.
  ///
  /// @param subscriber as its file is now
  /// @param pause in force; null for none
  /// @return when the next turn is due; not after now when there may be more to do
  Instant turn(Subscriber subscriber, @Nullable Pause pause) throws StoreUnavailable {
    Instant now = parts.clock().instant();
    notes.recall(progress.cursor());
    noteReceiver(subscriber);
    boolean isVerified = isVerified(subscriber);
    boolean isReady = parts.teller().isReady(subscriber);
    boolean isHeld = pause != null || !isVerified || !isReady || isUnmade;
    elapse(now, isHeld);
    if (notes.isBehind() || !progress.hasBatch()) {
      // What was taken last is not on disk when what follows it could not be read.
      settle();
    }
    if (!isReady) {
      return now.plus(LOOK_EVERY);
    }
    if (progress.cursor().missed().away() != null) {
      losses.comeBack(subscriber, now);
    }
    if (isHeld) {
      losses.giveUpForgotten(subscriber, now);
    }
    if (pause != null && pause.cause() != Cause.FAILING) {
      return now.plus(LOOK_EVERY);
    }
    Instant due = progress.standing().due();
    if (due.isAfter(now) && due.isBefore(now.plus(WAIT_MAX))) {
      return due;
    }
    if (!isVerified) {
      return test(subscriber, now);
    }
    if (progress.hasBatch()) {
      progress.resume(subscriber);
    }
    if (!progress.hasBatch() && !begin(subscriber, now)) {
      return progress.ripe(subscriber, now, now.plus(LOOK_EVERY));
    }
    return post(subscriber, pause, isHeld);
  }

  /// What stands in the log was erased, and may wait here to be posted.
  void reread() {
    progress.reread();
  }

  /// Puts on disk what was taken, or could not be put there before. Whoever makes no more turns for
  /// a while does that first, for what is not on disk is posted again by the next process.
  void settle() throws StoreUnavailable {
    if (notes.isBehind() || notes.size() > 0) {
      progress.save();
    }
  }

  /// Who is mended is tried at once, however long the wait was to be.
  private void noteReceiver(Subscriber subscriber) throws StoreUnavailable {
    if (progress.standing().attempts() > 0) {
      URI before;
      boolean isMended;
      if (known == null) {
        // Tried before this process began, or before its file was enabled again: its row says
        // where.
        Optional<Posting> open = notes.open();
        testId = open.filter(Notes::isTest).map(Posting::id).orElse("");
        before = URI.create(open.map(it -> it.trial().endpointUrl()).orElse(""));
        isMended = open.isPresent() && !before.equals(subscriber.receiver().url());
      } else {
        before = known.receiver().url();
        isMended = !known.isReachedAs(subscriber);
      }
      if (isMended && !testId.isEmpty()) {
        notes.endTest(testId, before, parts.clock().instant());
        testId = "";
      }
      if (isMended) {
        resumed();
      }
    }
    known = subscriber;
  }

  private boolean isVerified(Subscriber subscriber) {
    return subscriber.isVerifiedBy(progress.cursor());
  }

  /// How it stands now.
  Stand stand(Subscriber subscriber, @Nullable Pause pause) {
    State state =
        pause != null
            ? State.PAUSED
            : !isVerified(subscriber)
                ? State.UNVERIFIED
                : progress.standing().attempts() > 0 ? State.FAILING : State.GOOD;
    return new Stand(
        state,
        progress.cursor().position(),
        progress.cursor().missed().events(),
        counts.sums(),
        lastReason,
        notes.missedSince(lookedAt.minus(SKIPPED_TOLD)));
  }

  /// A pause was ended by a person: it is tried at once, and its failures are counted anew.
  void resumed() {
    isUnmade = false;
    pace.failed();
    progress.stand(progress.standing().well(parts.clock().instant()));
  }

  /// A person wants an event skipped. That is done when the next post is of nothing else, so that
  /// nothing but it is lost.
  ///
  /// @param event its number
  void skip(Subscriber subscriber, long event) throws StoreUnavailable {
    if (!parts.teller().isReady(subscriber)) {
      return;
    }
    if (progress.hasBatch()) {
      progress.resume(subscriber);
    }
    if (progress.hasBatch() && progress.next().isOf(event)) {
      String last = lastReason.isEmpty() ? "" : "; last: " + lastReason;
      String why = " by an operator, number " + event + last;
      losses.giveUpNext(subscriber, why, parts.clock().instant());
    } else if (event > progress.cursor().position()) {
      log.atWarn()
          .addKeyValue("subscriber", name)
          .addKeyValue("event", event)
          .log("an event is not skipped, for the next post is not of it alone");
    }
    parts.cursors().endSkip(name, event);
  }

  // ---- Time

  private void elapse(Instant now, boolean isHeld) {
    Duration passed = Duration.between(lookedAt, now);
    lookedAt = now;
    if (passed.isPositive()) {
      pass(passed, isHeld ? Duration.ZERO : shorter(passed, ELAPSE_MAX));
    }
  }

  /// Lets time pass, of which only some counts.
  private void pass(Duration passed, Duration counted) {
    progress.stand(progress.standing().later(passed, counted, lookedAt));
  }

  // ---- Posts

  /// Begins the next batch. The end of the one before is on disk by the same commit, or by one of
  /// its own when there is nothing to post yet.
  private boolean begin(Subscriber subscriber, Instant now) throws StoreUnavailable {
    boolean isBegun = progress.begin(subscriber, pace.max(subscriber.batching().max()), now);
    if (!isBegun && notes.size() > 0) {
      progress.save();
    }
    return isBegun;
  }

  private Instant post(Subscriber subscriber, @Nullable Pause pause, boolean isHeld)
      throws StoreUnavailable {
    int attempt = progress.standing().attempts() + 1;
    Parcel parcel = progress.next();
    Envoy.Answer answer =
        parts.envoy().carry(subscriber, parcel, progress.batch().postId(), attempt);
    counts.ended(answer.outcome());
    Instant now = parts.clock().instant();
    elapse(now, isHeld);
    if (answer.outcome() instanceof Outcome.NotMade(_, boolean stopping) && stopping) {
      return now;
    }
    isUnmade = answer.outcome() instanceof Outcome.NotMade;
    return switch (answer.outcome()) {
      case Outcome.Accepted _ -> taken(subscriber, pause, answer, now);
      case Outcome.NotMade _ -> again(subscriber, answer, false, now);
      case Outcome.Gone _ -> {
        again(subscriber, answer, false, now);
        pause(Cause.GONE, "the endpoint answered 410 Gone", now);
        yield now.plus(LOOK_EVERY);
      }
      case Outcome.Refused _, Outcome.Deferred _ ->
          pace.isTooMuch(answer.outcome().httpStatus(), attempt, parcel)
              ? smaller(answer, parcel, now)
              : failed(subscriber, pause, answer, now);
    };
  }

  private Instant taken(
      Subscriber subscriber, @Nullable Pause pause, Envoy.Answer answer, Instant now)
      throws StoreUnavailable {
    note(answer, now);
    progress.stand(progress.standing().well(now));
    progress.endPost();
    // Before anything else is asked of the store, which may not have it.
    if (pause != null && parts.cursors().resumeFailingSubscriber(name)) {
      log.atInfo().addKeyValue("subscriber", name).log("subscriber resumed: it takes events again");
      parts.notices().resumed(name);
    }
    if (!progress.hasBatch()) {
      pace.taken();
      begin(subscriber, now);
    } else if (notes.size() >= UNSAVED_MAX) {
      progress.save();
    }
    return now;
  }

  private Instant failed(
      Subscriber subscriber, @Nullable Pause pause, Envoy.Answer answer, Instant now)
      throws StoreUnavailable {
    Subscriber.Retry retry = subscriber.retry();
    pace.failed();
    Instant due = again(subscriber, answer, true, now);
    Duration failing = progress.standing().failing();
    boolean isHopeless =
        failing != null && Schedule.isHopeless(failing, retry.pauseAfter(), retry.period());
    if (pause == null && isHopeless) {
      pause(Cause.FAILING, "nothing but failures for " + Schedule.days(retry.pauseAfter()), now);
    } else if (pause == null && age(now).compareTo(retry.period()) >= 0) {
      String why = "older than " + Schedule.days(retry.period()) + "; last: " + lastReason;
      Instant before = now.minus(retry.period()).minus(progress.standing().held());
      losses.giveUp(subscriber, before, why, now);
    }
    if ((pause != null || isHopeless) && due.isBefore(now.plus(Schedule.PROBE_PAUSED_EVERY))) {
      due = now.plus(Schedule.PROBE_PAUSED_EVERY);
      progress.stand(progress.standing().due(due));
      progress.save();
    }
    return due;
  }

  /// Notes an attempt that came to nothing, and when to make the next.
  ///
  /// @param isTheirs true when the endpoint is at fault
  private Instant again(Subscriber subscriber, Envoy.Answer answer, boolean isTheirs, Instant now)
      throws StoreUnavailable {
    int attempts = progress.standing().attempts() + 1;
    Instant due = now.plus(subscriber.retry().wait(attempts, answer.retryAfter(), parts.chance()));
    note(answer, now);
    progress.stand(progress.standing().ill(due, isTheirs));
    progress.save();
    return due;
  }

  /// Posts the same events anew, fewer at once.
  private Instant smaller(Envoy.Answer answer, Parcel parcel, Instant now) throws StoreUnavailable {
    pace.halve(answer.outcome().httpStatus(), parcel.events().size());
    progress.close(Envoy.reason(answer.outcome()) + "; its events are posted in smaller batches");
    return now;
  }

  /// Of an attempt at the batch's next post.
  private void note(Envoy.Answer answer, Instant now) {
    int attempt = progress.standing().attempts() + 1;
    notes.tried(progress.batch().postId(), progress.next().words(), answer, attempt, now);
    lastReason = Envoy.reason(answer.outcome());
  }

  private void pause(Cause cause, String reason, Instant now) throws StoreUnavailable {
    Pause pause = new Pause(name, now, cause, reason);
    parts.cursors().pauseSubscriber(pause);
    log.atWarn().addKeyValue("subscriber", name).log("subscriber paused: {}", reason);
    parts.notices().paused(pause);
  }

  /// How old the next post is, in time that counts: its events are in the order of the log. Posts
  /// behind it may have older ones of another type, which wait for it at most.
  private Duration age(Instant now) {
    Event oldest = progress.next().events().getFirst();
    return Duration.between(oldest.at(), now).minus(progress.standing().held());
  }

  // ---- Validation

  private Instant test(Subscriber subscriber, Instant now) throws StoreUnavailable {
    int attempt = progress.standing().attempts() + 1;
    if (testId.isEmpty()) {
      testId = parts.ids().next();
    }
    Event event = Trials.event(subscriber, now);
    Envoy.Answer answer = parts.envoy().validate(subscriber, event, testId, attempt);
    counts.ended(answer.outcome());
    Instant ended = parts.clock().instant();
    elapse(ended, true);
    if (answer.outcome() instanceof Outcome.NotMade(_, boolean stopping) && stopping) {
      return ended;
    }
    notes.tried(testId, Notes.TEST_EVENT, answer, attempt, ended);
    lastReason = Envoy.reason(answer.outcome());
    if (answer.outcome() instanceof Outcome.Accepted) {
      testId = "";
      progress.verify(subscriber.address());
      progress.stand(progress.standing().well(ended));
      progress.save();
      log.atInfo().addKeyValue("subscriber", name).log("subscriber verified: it took a test event");
      return ended;
    }
    Duration wait = subscriber.retry().wait(attempt, answer.retryAfter(), parts.chance());
    Instant due = ended.plus(wait);
    progress.stand(progress.standing().ill(due, false));
    progress.save();
    if (answer.outcome() instanceof Outcome.Gone) {
      pause(Cause.GONE, "the endpoint answered 410 Gone", ended);
    }
    return due;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
