package io.postern.doctor;

import io.postern.config.Config;
import io.postern.feed.Skipped;
import io.postern.feed.Subscriber;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Cursor;
import io.postern.queue.CursorView.Behind;
import io.postern.queue.Pause;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteReader;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How subscribers stand, as the store knows it: paused, unverified, failing, or behind.
///
/// @param subscribers the enabled ones
record StandingExam(Config config, List<Subscriber> subscribers, Doctor.Instruments instruments)
    implements Exam.Look {
  /// Who has not had what happened so long ago is behind. A gateway notes at least once a minute
  /// how far each one is; a batch may wait for ten.
  private static final Duration BEHIND_MIN = Duration.ofMinutes(15);

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    if (!Files.exists(config.store())) {
      return findings;
    }
    try (SqliteReader reader =
        SqliteReader.open(Settings.of(config.store(), config.diskReserveBytes()))) {
      List<Cursor> cursors = reader.cursors();
      List<Pause> pauses = reader.pausedSubscribers();
      for (Subscriber subscriber : subscribers) {
        Optional<Cursor> cursor =
            cursors.stream().filter(it -> it.subscriber().equals(subscriber.name())).findFirst();
        Optional<Pause> pause =
            pauses.stream().filter(it -> it.rule().equals(subscriber.name())).findFirst();
        if (cursor.isPresent()) {
          Behind behind = reader.behind(cursor.get().position());
          Optional<Skipped> skipped =
              cursor.get().missed().events() == 0
                  ? Optional.empty()
                  : Skipped.last(reader, subscriber.name());
          findings.add(finding(subscriber, cursor.get(), pause, behind, skipped));
        }
      }
    } catch (StoreUnavailable e) {
      findings.add(
          Finding.warning(
              "subscribers",
              "the store does not tell how they stand: " + e.getMessage(),
              "see what was found of the store; postern verify tells more"));
    }
    return findings;
  }

  private Finding finding(
      Subscriber subscriber,
      Cursor cursor,
      Optional<Pause> pause,
      Behind behind,
      Optional<Skipped> skipped) {
    String name = subscriber.name();
    String subject = SubscriberExam.subject(name);
    String waiting = "; %d rows of the log wait for it".formatted(behind.rows());
    if (pause.isPresent()) {
      return Finding.paused(subject, pause.get(), waiting, "postern subscriber resume " + name);
    }
    if (!subscriber.isVerifiedBy(cursor)) {
      return Finding.warning(
          subject,
          "it is unverified: its URL has taken no test event of the gateway" + waiting,
          "the gateway tries again at %s; see: postern subscriber test %s"
              .formatted(Times.text(cursor.standing().due()), name));
    }
    if (cursor.standing().attempts() > 0) {
      return Finding.warning(
          subject,
          "it has not taken a post %d times%s".formatted(cursor.standing().attempts(), waiting),
          "postern subscriber show %s; when it is one event: postern subscriber skip %s"
              .formatted(name, name));
    }
    Instant late = instruments.clock().instant().minus(BEHIND_MIN);
    if (behind.oldest() != null && behind.oldest().isBefore(late)) {
      return Finding.warning(
          subject,
          "it is behind since %s%s".formatted(Times.text(behind.oldest()), waiting),
          "does the gateway run? Else it takes less than comes: a larger batch.max, or a faster"
              + " answer");
    }
    return Finding.ok(
        subject,
        "it takes what comes; %d events missed%s"
            .formatted(
                cursor.missed().events(),
                skipped
                    .map(it -> ", the last at " + Times.text(it.at()) + ": " + it.reason())
                    .orElse("")));
  }
}
