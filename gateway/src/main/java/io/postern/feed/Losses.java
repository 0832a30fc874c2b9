package io.postern.feed;

import io.postern.delivery.Schedule;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one subscriber will never be told. Nothing is given up without being counted, and without a
/// row in the subscribers' log and a notice that say how much, and why. For one thread.
final class Losses {
  private static final Logger log = LoggerFactory.getLogger(Losses.class);

  /// How often what is held is looked at for events that are too old to be kept.
  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

  private final TellingParts parts;
  private final Notes notes;
  private final Progress progress;
  private Instant lookedAt = Instant.MIN;

  Losses(TellingParts parts, Notes notes, Progress progress) {
    this.parts = parts;
    this.notes = notes;
    this.progress = progress;
  }

  /// Gives up what is held for too long: it loses no time of its period, but the log is not kept
  /// for ever. Looks once a minute.
  void giveUpForgotten(Subscriber subscriber, Instant now) throws StoreUnavailable {
    if (now.isBefore(lookedAt.plus(LOOK_EVERY)) && !now.isBefore(lookedAt)) {
      return;
    }
    lookedAt = now;
    Duration period = subscriber.retry().period();
    Duration kept = period.compareTo(parts.kept()) > 0 ? period : parts.kept();
    giveUp(subscriber, now.minus(kept), "held, and older than " + Schedule.days(kept), now);
  }

  /// Gives up the events of before a time.
  void giveUp(Subscriber subscriber, Instant before, String why, Instant now)
      throws StoreUnavailable {
    Rows.Passed passed = progress.olderThan(subscriber, before);
    if (passed.events() > 0) {
      giveUp(subscriber, passed, why, now);
    } else if (!progress.hasBatch() && passed.last() > progress.cursor().position()) {
      // Nothing that it passes is for this subscriber, and nothing may be kept for it.
      progress.moveTo(passed.last());
      progress.save();
    }
  }

  private void giveUp(Subscriber subscriber, Rows.Passed passed, String why, Instant now)
      throws StoreUnavailable {
    String reason = Skipped.words(passed.events()) + ": " + why;
    if (progress.hasBatch()) {
      progress.close("given up: " + why);
    }
    progress.moveTo(passed.last());
    notes.givenUp(
        parts.ids().next(), passed.events() + " skipped", subscriber.receiver().url(), reason, now);
    tell(passed.events(), reason, now);
    progress.save();
  }

  /// Gives up the batch's next post, and nothing else.
  ///
  /// @param why in words that follow how many events are skipped
  void giveUpNext(Subscriber subscriber, String why, Instant now) throws StoreUnavailable {
    Parcel parcel = progress.next();
    String reason = Skipped.words(parcel.events().size()) + why;
    String id = progress.batch().postId();
    notes.givenUp(id, parcel.words(), subscriber.receiver().url(), reason, now);
    tell(parcel.events().size(), reason, now);
    progress.stand(progress.standing().well(now));
    progress.endPost();
    progress.save();
  }

  /// Tells a person of events that will not be told.
  private void tell(long events, String reason, Instant now) {
    String name = progress.cursor().subscriber();
    notes.missed(reason, now);
    progress.miss(progress.cursor().missed().and(events));
    log.atWarn().addKeyValue("subscriber", name).log(reason);
    parts.notices().skipped(name, events, reason);
  }

  /// It was not enabled, or not there, for a while. It goes on where it was, less what is older
  /// than its period by now; of what the log has lost meanwhile nobody knows whether it was for it.
  void comeBack(Subscriber subscriber, Instant now) throws StoreUnavailable {
    Instant away = Objects.requireNonNull(progress.cursor().missed().away());
    Duration period = subscriber.retry().period();
    long gone = parts.cursors().gone(progress.cursor().position());
    Rows.Passed passed = progress.olderThan(subscriber, now.minus(period));
    if (passed.events() > 0 || gone > 0) {
      String why =
          "it was not enabled from %s on, and they are older than %s%s"
              .formatted(
                  Times.text(away),
                  Schedule.days(period),
                  gone == 0 ? "" : "; besides, " + gone + " rows are gone from the log");
      giveUp(subscriber, passed, why, now);
    }
    progress.miss(progress.cursor().missed().seenTo());
    progress.save();
  }
}
