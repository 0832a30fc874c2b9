package io.postern.feed;

import io.postern.delivery.Outcome;
import io.postern.feed.Stand.State;
import io.postern.journal.Arrival;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Cursor;
import io.postern.queue.Cursor.Batch;
import io.postern.queue.Pause;
import io.postern.queue.Pause.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one subscriber is told: takes rows out of the log behind its cursor, posts their events,
/// and moves the cursor on when they were taken. Knows no thread; who calls it takes care that it
/// is one at a time.
///
/// ```
///   gather --full, or ripe--> batch noted --> its posts, one by one --all taken--> cursor at its end
///                                   |  ^
///                                   |  |--wait, the same post again
///                                   |--refused, and of several rows: anew, by halves
///                                   |--too old: given up, with a row and a notice
/// ```
///
/// A batch is on disk, with a row for each of its posts, before the first one is made; so after a
/// crash the same events come again under the same ids.
final class Telling {
  private static final Logger log = LoggerFactory.getLogger(Telling.class);

  /// How often it looks for rows, and whether what waits is ripe.
  static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /// How often a subscriber is tried that is paused because it did nothing but fail.
  static final Duration PROBE_EVERY = Duration.ofHours(1);

  /// How often what is held is looked at for events that are too old to be kept.
  private static final Duration AGE_EVERY = Duration.ofMinutes(1);

  /// More than this between two looks was no time of ours: the machine slept, or its clock was set.
  private static final Duration ELAPSE_MAX = Duration.ofHours(1);

  /// How long a person is told that events were skipped.
  private static final Duration SKIPPED_TOLD = Duration.ofDays(7);

  /// No wait is longer; one that looks so comes from a clock that was set back.
  private static final Duration WAIT_MAX = Duration.ofHours(27);

  /// How many posts of one batch may be over without that being on disk.
  private static final int UNSAVED_MAX = 100;

  private final TellingParts parts;
  private final Rows rows;
  private final Notes notes;
  private final PostCounts counts = new PostCounts();
  private final Pace pace = new Pace();
  private final String name;
  private Cursor cursor;

  /// What was read behind the cursor, while there is no batch.
  private @Nullable Gathering gathering;

  /// The posts of the cursor's batch; empty when they were not read yet.
  private List<Parcel> parcels = List.of();

  private String version = "";
  private Instant lookedAt;
  private Instant savedAt;
  private Instant agedAt = Instant.MIN;
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
    this.rows = new Rows(parts.cursors(), parts.teller(), parts.inHand().readers());
    this.name = cursor.subscriber();
    this.notes = new Notes(parts.cursors(), name, parts.hostName());
    this.cursor = cursor;
    this.lookedAt = parts.clock().instant();
    this.savedAt = lookedAt;
    if (cursor.standing().attempts() > 0) {
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
    return cursor;
  }

  /// Does what is to be done now, one post at most.
  ///
  /// @param subscriber as its file is now
  /// @param pause in force; null for none
  /// @return when the next turn is due; not after now when there may be more to do
  Instant turn(Subscriber subscriber, @Nullable Pause pause) throws StoreUnavailable {
    Instant now = parts.clock().instant();
    notes.recall(cursor);
    noteReceiver(subscriber);
    boolean isVerified = isVerified(subscriber);
    boolean isReady = parts.teller().isReady(subscriber);
    boolean isHeld = pause != null || !isVerified || !isReady || isUnmade;
    elapse(now, isHeld);
    if (notes.isBehind()) {
      save();
    }
    if (!isReady) {
      return now.plus(LOOK_EVERY);
    }
    if (cursor.missed().away() != null) {
      comeBack(subscriber, now);
    }
    if (isHeld) {
      giveUpForgotten(subscriber, now);
    }
    if (pause != null && pause.cause() != Cause.FAILING) {
      return now.plus(LOOK_EVERY);
    }
    Instant due = cursor.standing().due();
    if (due.isAfter(now) && due.isBefore(now.plus(WAIT_MAX))) {
      return due;
    }
    if (!isVerified) {
      return test(subscriber, now);
    }
    if (cursor.batch() != null) {
      resume(subscriber);
    }
    if (cursor.batch() == null && !begin(subscriber, now)) {
      return nextLook(subscriber, now);
    }
    return post(subscriber, pause, isHeld);
  }

  /// Who is mended is tried at once, however long the wait was to be.
  private void noteReceiver(Subscriber subscriber) {
    if (known != null && !known.isReachedAs(subscriber) && cursor.standing().attempts() > 0) {
      resumed();
    }
    known = subscriber;
  }

  private boolean isVerified(Subscriber subscriber) {
    return !subscriber.validated() || cursor.verified().equals(subscriber.address());
  }

  /// How it stands now.
  Stand stand(Subscriber subscriber, @Nullable Pause pause) {
    State state =
        pause != null
            ? State.PAUSED
            : !isVerified(subscriber)
                ? State.UNVERIFIED
                : cursor.standing().attempts() > 0 ? State.FAILING : State.GOOD;
    return new Stand(
        state,
        cursor.position(),
        cursor.missed().events(),
        counts.sums(),
        lastReason,
        notes.missedSince(lookedAt.minus(SKIPPED_TOLD)));
  }

  /// A pause was ended by a person: it is tried at once, and its failures are counted anew.
  void resumed() {
    testId = "";
    isUnmade = false;
    pace.failed();
    cursor = cursor.with(cursor.standing().well(parts.clock().instant()));
  }

  /// A person wants an event skipped. That is done when the next post is of nothing else, so that
  /// nothing but it is lost.
  ///
  /// @param event its number
  void skip(Subscriber subscriber, long event) throws StoreUnavailable {
    if (!parts.teller().isReady(subscriber)) {
      return;
    }
    if (cursor.batch() != null) {
      resume(subscriber);
    }
    Batch batch = cursor.batch();
    if (batch != null && parcels.get(batch.done()).isOf(event)) {
      Instant now = parts.clock().instant();
      Parcel parcel = parcels.get(batch.done());
      String last = lastReason.isEmpty() ? "" : "; last: " + lastReason;
      String reason =
          Skipped.words(parcel.events().size()) + " by an operator, number " + event + last;
      notes.givenUp(batch.postId(), parcel.words(), subscriber.receiver().url(), reason, now);
      miss(parcel.events().size(), reason);
      cursor = cursor.with(cursor.standing().well(now));
      endPost();
      save();
    } else if (event > cursor.position()) {
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
    cursor = cursor.with(cursor.standing().later(passed, counted, lookedAt));
  }

  private Instant nextLook(Subscriber subscriber, Instant now) {
    Instant next = now.plus(LOOK_EVERY);
    if (gathering == null || gathering.isEmpty()) {
      return next;
    }
    Instant ripe = gathering.ripe(subscriber.batching().interval(), now);
    return ripe.isBefore(next) ? ripe : next;
  }

  // ---- From rows to posts

  /// Gathers what is behind the cursor and, when it is enough or has waited enough, makes it a
  /// batch.
  ///
  /// @return false when there is nothing to post yet
  private boolean begin(Subscriber subscriber, Instant now) throws StoreUnavailable {
    String current = parts.teller().version(subscriber);
    if (gathering == null || !version.equals(current)) {
      version = current;
      gathering = new Gathering(cursor.position(), subscriber.batching().byAccount());
    }
    Gathering gathered = gathering;
    Gathering.Room room =
        new Gathering.Room(pace.max(subscriber.batching().max()), parts.inHand().share());
    boolean isAtEnd = rows.gather(subscriber, gathered, room, Long.MAX_VALUE);
    if (gathered.isEmpty()) {
      gathering = null;
      passOver(gathered.last(), isAtEnd, now);
      return false;
    }
    if (!gathered.isFull() && now.isBefore(gathered.ripe(subscriber.batching().interval(), now))) {
      return false;
    }
    gathering = null;
    parcels = gathered.parcels(subscriber.dialect().format().eventsMax());
    cursor =
        cursor.with(new Batch(parts.ids().next(), gathered.last(), 0, version, parcels.size()));
    for (int i = 0; i < parcels.size(); i++) {
      notes.queued(batch().postId(i), subscriber, parcels.get(i), now);
    }
    // From here the same events have the same ids, whatever happens.
    save();
    return true;
  }

  /// Rows without events for this subscriber need no batch to be done with.
  private void passOver(long last, boolean isAtEnd, Instant now) throws StoreUnavailable {
    boolean isMoved = last > cursor.position();
    cursor = cursor.at(last);
    if (isAtEnd) {
      cursor = cursor.with(cursor.standing().idle());
    }
    if (isMoved && !now.isBefore(savedAt.plus(AGE_EVERY))) {
      save();
    }
  }

  /// Reads the batch that was noted before this process began; ends one of which nothing is left to
  /// post, or whose posts would not be the same ones any more.
  private void resume(Subscriber subscriber) throws StoreUnavailable {
    Batch batch = batch();
    String current = parts.teller().version(subscriber);
    if (!batch.version().equals(current)) {
      closeBatch(Teller.difference(batch.version(), current) + "; its events are posted anew");
      return;
    }
    if (parcels.isEmpty()) {
      version = current;
      parcels = rows.parcels(subscriber, cursor.position(), batch.last());
    }
    if (parcels.size() != batch.posts() && !parcels.isEmpty()) {
      // A report was erased meanwhile: what was the third post may be the second now.
      closeBatch("the log was changed; its events are posted anew");
      return;
    }
    if (batch.done() >= parcels.size()) {
      cursor = cursor.at(batch.last());
      parcels = List.of();
      save();
    }
  }

  // ---- Posts

  private Instant post(Subscriber subscriber, @Nullable Pause pause, boolean isHeld)
      throws StoreUnavailable {
    int attempt = cursor.standing().attempts() + 1;
    Parcel parcel = parcels.get(batch().done());
    Envoy.Answer answer = parts.envoy().carry(subscriber, parcel, batch().postId(), attempt);
    counts.ended(answer.outcome());
    Instant now = parts.clock().instant();
    elapse(now, isHeld);
    if (answer.outcome() instanceof Outcome.NotMade(_, boolean stopping) && stopping) {
      return now;
    }
    isUnmade = answer.outcome() instanceof Outcome.NotMade;
    return switch (answer.outcome()) {
      case Outcome.Accepted _ -> taken(pause, answer, now);
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

  private Instant taken(@Nullable Pause pause, Envoy.Answer answer, Instant now)
      throws StoreUnavailable {
    note(answer, now);
    cursor = cursor.with(cursor.standing().well(now));
    endPost();
    if (cursor.batch() == null) {
      pace.taken();
      save();
    } else if (notes.size() >= UNSAVED_MAX) {
      save();
    }
    if (pause != null && parts.cursors().resumeFailingSubscriber(name)) {
      log.atInfo().addKeyValue("subscriber", name).log("subscriber resumed: it takes events again");
      parts.notices().resumed(name);
    }
    return now;
  }

  /// A post of the batch is over, and with the last one the batch.
  private void endPost() {
    Batch batch = batch();
    if (batch.done() + 1 == parcels.size()) {
      cursor = cursor.at(batch.last());
      parcels = List.of();
    } else {
      cursor = cursor.with(batch.next());
    }
  }

  private Instant failed(
      Subscriber subscriber, @Nullable Pause pause, Envoy.Answer answer, Instant now)
      throws StoreUnavailable {
    Subscriber.Retry retry = subscriber.retry();
    pace.failed();
    Instant due = again(subscriber, answer, true, now);
    Duration failing = cursor.standing().failing();
    boolean isHopeless =
        failing != null
            && failing.compareTo(retry.pauseAfter()) >= 0
            && retry.pauseAfter().compareTo(retry.period()) < 0;
    if (pause == null && isHopeless) {
      pause(Cause.FAILING, "nothing but failures for " + Notes.days(retry.pauseAfter()), now);
    } else if (pause == null && age(now).compareTo(retry.period()) >= 0) {
      String why = "older than " + Notes.days(retry.period()) + "; last: " + lastReason;
      giveUp(subscriber, now.minus(retry.period()).minus(cursor.standing().held()), why, now);
    }
    if ((pause != null || isHopeless) && due.isBefore(now.plus(PROBE_EVERY))) {
      due = now.plus(PROBE_EVERY);
      cursor = cursor.with(cursor.standing().due(due));
      save();
    }
    return due;
  }

  /// Notes an attempt that came to nothing, and when to make the next.
  ///
  /// @param isTheirs true when the endpoint is at fault
  private Instant again(Subscriber subscriber, Envoy.Answer answer, boolean isTheirs, Instant now)
      throws StoreUnavailable {
    int attempts = cursor.standing().attempts() + 1;
    Instant due = now.plus(subscriber.retry().wait(attempts, answer.retryAfter(), parts.chance()));
    note(answer, now);
    cursor = cursor.with(cursor.standing().ill(due, isTheirs));
    save();
    return due;
  }

  /// Posts the same events anew, fewer at once.
  private Instant smaller(Envoy.Answer answer, Parcel parcel, Instant now) throws StoreUnavailable {
    pace.halve(answer.outcome().httpStatus(), parcel.events().size());
    closeBatch(Envoy.reason(answer.outcome()) + "; its events are posted in smaller batches");
    return now;
  }

  /// Of an attempt at the batch's next post.
  private void note(Envoy.Answer answer, Instant now) {
    int index = batch().done();
    int attempt = cursor.standing().attempts() + 1;
    notes.tried(batch().postId(), parcels.get(index).words(), answer, attempt, now);
    lastReason = Envoy.reason(answer.outcome());
  }

  private void pause(Cause cause, String reason, Instant now) throws StoreUnavailable {
    Pause pause = new Pause(name, now, cause, reason);
    parts.cursors().pauseSubscriber(pause);
    log.atWarn().addKeyValue("subscriber", name).log("subscriber paused: {}", reason);
    parts.notices().paused(pause);
  }

  // ---- Validation

  private Instant test(Subscriber subscriber, Instant now) throws StoreUnavailable {
    if (testId.isEmpty()) {
      testId = parts.ids().next();
    }
    int attempt = cursor.standing().attempts() + 1;
    Event event = Trials.event(subscriber, now);
    Envoy.Answer answer = parts.envoy().validate(subscriber, event, testId, attempt);
    counts.ended(answer.outcome());
    Instant ended = parts.clock().instant();
    elapse(ended, true);
    notes.tried(testId, "1 test event", answer, attempt, ended);
    lastReason = Envoy.reason(answer.outcome());
    if (answer.outcome() instanceof Outcome.Accepted) {
      testId = "";
      cursor = cursor.verified(subscriber.address()).with(cursor.standing().well(ended));
      save();
      log.atInfo().addKeyValue("subscriber", name).log("subscriber verified: it took a test event");
      return ended;
    }
    Duration wait = subscriber.retry().wait(attempt, answer.retryAfter(), parts.chance());
    Instant due = ended.plus(wait);
    cursor = cursor.with(cursor.standing().ill(due, false));
    save();
    if (answer.outcome() instanceof Outcome.Gone) {
      pause(Cause.GONE, "the endpoint answered 410 Gone", ended);
    }
    return due;
  }

  // ---- What is given up

  /// How old the oldest event that waits is, in time that counts.
  private Duration age(Instant now) {
    Event oldest = parcels.get(batch().done()).events().getFirst();
    return Duration.between(oldest.at(), now).minus(cursor.standing().held());
  }

  /// What is held loses no time of its period; but the log is not kept for ever.
  private void giveUpForgotten(Subscriber subscriber, Instant now) throws StoreUnavailable {
    if (now.isBefore(agedAt.plus(AGE_EVERY)) && !now.isBefore(agedAt)) {
      return;
    }
    agedAt = now;
    Duration period = subscriber.retry().period();
    Duration kept = period.compareTo(parts.kept()) > 0 ? period : parts.kept();
    giveUp(subscriber, now.minus(kept), "held, and older than " + Notes.days(kept), now);
  }

  /// Skips the events of before a time. They are counted, and a row and a notice say how many.
  private void giveUp(Subscriber subscriber, Instant before, String why, Instant now)
      throws StoreUnavailable {
    Rows.Passed passed = passed(subscriber, before);
    if (passed.events() > 0) {
      giveUp(subscriber, passed, why, now);
    } else if (cursor.batch() == null && passed.last() > cursor.position()) {
      // Nothing that it passes is for this subscriber, and nothing may be kept for it.
      gathering = null;
      cursor = cursor.at(passed.last());
      save();
    }
  }

  /// What is older than a time, less what the posts of a batch that is not over had of it.
  private Rows.Passed passed(Subscriber subscriber, Instant before) throws StoreUnavailable {
    Rows.Passed passed = rows.olderThan(subscriber, cursor.position(), before);
    if (passed.events() == 0 || cursor.batch() == null) {
      return passed;
    }
    // The posts are read back when this process has not made them.
    resume(subscriber);
    Rows.Passed left = rows.olderThan(subscriber, cursor.position(), before);
    if (cursor.batch() == null) {
      return left;
    }
    long taken =
        parcels.subList(0, batch().done()).stream()
            .flatMap(parcel -> parcel.events().stream())
            .filter(event -> event.number() <= left.last())
            .count();
    return new Rows.Passed(left.events() - taken, left.last());
  }

  private void giveUp(Subscriber subscriber, Rows.Passed passed, String why, Instant now)
      throws StoreUnavailable {
    String reason = Skipped.words(passed.events()) + ": " + why;
    if (cursor.batch() != null) {
      closeBatch("given up: " + why);
    }
    gathering = null;
    cursor = cursor.at(passed.last());
    notes.givenUp(
        parts.ids().next(), passed.events() + " skipped", subscriber.receiver().url(), reason, now);
    miss(passed.events(), reason);
    save();
  }

  /// Tells a person of events that will not be told.
  private void miss(long events, String reason) {
    notes.missed(reason, lookedAt);
    cursor = cursor.with(cursor.missed().and(events));
    log.atWarn().addKeyValue("subscriber", name).log(reason);
    parts.notices().skipped(name, events, reason);
  }

  /// It was not enabled, or not there, for a while. It goes on where it was, less what is older
  /// than its period by now; of what the log has lost meanwhile nobody knows whether it was for it.
  private void comeBack(Subscriber subscriber, Instant now) throws StoreUnavailable {
    Instant away = Objects.requireNonNull(cursor.missed().away());
    Duration period = subscriber.retry().period();
    long gone = parts.cursors().gone(cursor.position());
    Rows.Passed passed = passed(subscriber, now.minus(period));
    if (passed.events() > 0 || gone > 0) {
      String why =
          "it was not enabled from %s on, and they are older than %s%s"
              .formatted(
                  Times.text(away),
                  Notes.days(period),
                  gone == 0 ? "" : "; besides, " + gone + " rows are gone from the log");
      giveUp(subscriber, passed, why, now);
    }
    cursor = cursor.with(cursor.missed().seenTo());
    save();
  }

  /// Ends the batch without moving on: its open posts will not be made.
  private void closeBatch(String reason) throws StoreUnavailable {
    parts.cursors().abandon(batch().id(), parts.clock().instant(), Arrival.clean(reason));
    cursor = cursor.with((Batch) null);
    parcels = List.of();
  }

  // ---- Notes

  private void save() throws StoreUnavailable {
    notes.save(cursor);
    savedAt = lookedAt;
  }

  private Batch batch() {
    Batch batch = cursor.batch();
    if (batch == null) {
      throw new IllegalStateException("there is no batch");
    }
    return batch;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
