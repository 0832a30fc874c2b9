package io.postern.doctor;

import io.postern.config.Config;
import io.postern.journal.Ledger;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Pause;
import io.postern.queue.Waiting;
import io.postern.rules.Book;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteReader;
import io.postern.store.sqlite.SqliteVerification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The store and its disk: can it be read, is it sound, does it balance, what waits in it.
///
/// @param book the rules as the files are; null when they can't be used
record StoreExam(Config config, @Nullable Book book, Doctor.Instruments instruments)
    implements Exam.Look {
  /// How long its pages are looked through.
  private static final Duration QUICK_MAX = Duration.ofSeconds(20);

  /// How far a row may be ahead of the clock.
  private static final Duration AHEAD_MAX = Duration.ofMinutes(1);

  private static final String SUBJECT = "store";

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    lookAtDisk(findings);
    if (!Files.exists(config.store())) {
      findings.add(
          Finding.warning(
              SUBJECT,
              "there is no store yet at " + config.store(),
              "the first start makes it: systemctl start postern"));
      return findings;
    }
    Settings settings = Settings.of(config.store(), config.diskReserveBytes());
    try (SqliteReader reader = SqliteReader.open(settings)) {
      lookAtLedger(reader.ledger(), findings);
      lookAtQueue(reader, findings);
      lookAtTime(reader, findings);
      lookAtPages(settings, findings);
    } catch (StoreUnavailable e) {
      findings.add(
          Finding.error(
              SUBJECT,
              String.valueOf(e.getMessage()),
              "run this as the service's user; when it is damaged: postern verify"));
    }
    return findings;
  }

  private static void lookAtLedger(Ledger ledger, List<Finding> findings) {
    if (ledger.unaccounted() == 0) {
      findings.add(
          Finding.ok(
              SUBJECT,
              "the ledger balances: %d deliveries accepted, %d wait"
                  .formatted(ledger.accepted(), ledger.waiting())));
    } else {
      findings.add(
          Finding.error(
              SUBJECT,
              ledger.unaccounted() + " deliveries are unaccounted for",
              "postern verify, keep a copy of the store, and report it"));
    }
  }

  private void lookAtQueue(SqliteReader reader, List<Finding> findings) throws StoreUnavailable {
    for (Pause pause : reader.pauses()) {
      findings.add(
          Finding.paused(
              "endpoint " + pause.rule(), pause, "", "postern endpoint resume " + pause.rule()));
    }
    if (book == null) {
      // A gateway that runs has its rules from before: who waits for one of them loses nothing.
      return;
    }
    for (Waiting waiting : reader.waiting()) {
      if (book.rule(waiting.rule()).isEmpty()) {
        findings.add(
            Finding.warning(
                "rules",
                "%d deliveries wait for the rule %s, which is gone"
                    .formatted(waiting.count(), waiting.rule()),
                "bring it back, or postern replay --to-rule, or postern queue drop --rule "
                    + waiting.rule()));
      }
    }
  }

  /// A clock that was set back shows in what was written before.
  private void lookAtTime(SqliteReader reader, List<Finding> findings) throws StoreUnavailable {
    Optional<Row> newest = reader.search(Query.ALL, 0, 1).stream().findFirst();
    if (newest.isPresent()
        && newest.get().at().isAfter(instruments.clock().instant().plus(AHEAD_MAX))) {
      findings.add(
          Finding.warning(
              "clock",
              "the status log ends at %s, which is yet to come"
                  .formatted(Times.text(newest.get().at())),
              "look which of them is right: date -u"));
    }
  }

  private static void lookAtPages(Settings settings, List<Finding> findings)
      throws StoreUnavailable {
    Optional<List<String>> said = SqliteVerification.quick(settings, QUICK_MAX);
    if (said.isEmpty()) {
      findings.add(
          Finding.ok(
              SUBJECT,
              "it is too large to look through in %d s; postern verify does"
                  .formatted(QUICK_MAX.toSeconds())));
    } else if (said.get().isEmpty()) {
      findings.add(Finding.ok(SUBJECT, "its pages are sound"));
    } else {
      findings.add(
          Finding.error(
              SUBJECT,
              "the database is damaged: " + said.get().getFirst(),
              "postern verify tells more; restore a backup"));
    }
  }

  private void lookAtDisk(List<Finding> findings) {
    Path folder = config.stateFolder();
    // The root of the way there that exists has the disk.
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    long free = folder.toFile().getUsableSpace() - walBytes();
    long reserve = config.diskReserveBytes();
    String text =
        "%d MB are free at %s, and %d MB stay reserved"
            .formatted(Math.max(0, free) >> 20, folder, reserve >> 20);
    if (free < reserve) {
      findings.add(
          Finding.error("disk", text + ": all mail is put off", "make room, or move the store"));
    } else if (free / 2 < reserve) {
      findings.add(Finding.warning("disk", text, "make room before mail is put off"));
    } else {
      findings.add(Finding.ok("disk", text));
    }
  }

  private long walBytes() {
    try {
      return Files.size(Path.of(config.store() + "-wal"));
    } catch (IOException _) {
      return 0;
    }
  }
}
