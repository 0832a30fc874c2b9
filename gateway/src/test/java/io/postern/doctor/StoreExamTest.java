package io.postern.doctor;

import static io.postern.doctor.Clinic.assertIs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.doctor.Finding.Level;
import io.postern.fixture.FakeClock;
import io.postern.queue.Pause;
import io.postern.queue.Samples;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store in health, and with each complaint.
final class StoreExamTest {
  private static final String RESERVED = "store: { sqlite: data/postern.db, disk-reserve: %dMB }";

  @TempDir private Path folder;
  private Clinic clinic;

  @BeforeEach
  void open() throws Exception {
    clinic = new Clinic(folder);
    clinic.rule(Clinic.DESK.formatted("http://127.0.0.1:9/"));
  }

  @Test
  void noStoreYetIsNoError() {
    assertIs(found("store"), Level.WARNING, "no store yet");
    assertTrue(!Files.exists(clinic.database()), "an examination made a store");
  }

  @Test
  void aSoundStoreIsSaidToBeSo() throws Exception {
    fill("desk");
    List<Finding> store = all("store");
    assertEquals(2, store.size());
    assertIs(store.get(0), Level.OK, "the ledger balances: 1 deliveries accepted, 1 wait");
    assertIs(store.get(1), Level.OK, "its pages are sound");
    assertIs(found("disk"), Level.OK, " are free at ");
  }

  @Test
  void whatIsUnaccountedForIsAnError() throws Exception {
    fill("desk");
    run("UPDATE counters SET value = value + 3 WHERE name = 'accepted'");
    assertIs(found("store"), Level.ERROR, "3 deliveries are unaccounted for");
  }

  @Test
  void whatWaitsForARuleThatIsGoneIsTold() throws Exception {
    fill("gone");
    assertIs(found("rules"), Level.WARNING, "1 deliveries wait for the rule gone");
  }

  @Test
  void aPauseIsTold() throws Exception {
    fill("desk");
    try (SqliteStore store = store()) {
      store.pause(new Pause("desk", clinic.clock.instant(), "by hand"));
    }
    Finding held = found("endpoint desk");
    assertIs(held, Level.WARNING, "it is paused since");
    assertEquals("when it is mended: postern endpoint resume desk", held.cure());
  }

  @Test
  void aPauseThatEndsByItselfIsToldAsOne() throws Exception {
    fill("desk");
    try (SqliteStore store = store()) {
      store.pause(
          new Pause("desk", clinic.clock.instant(), Pause.Cause.FAILING, "5 d of failures"));
    }
    Finding probed = found("endpoint desk");
    assertIs(probed, Level.WARNING, "5 d of failures");
    assertEquals(
        "the gateway tries it hourly, and ends the pause when it takes something;"
            + " to have it tried now: postern endpoint resume desk",
        probed.cure());
  }

  @Test
  void aClockThatWasSetBackIsTold() throws Exception {
    FakeClock ahead = new FakeClock();
    ahead.tick(Duration.ofDays(1));
    try (SqliteStore store = SqliteStore.open(Settings.of(clinic.database(), 0), ahead)) {
      Samples.put(store, Samples.mail("m1", ahead.instant(), "desk"), new byte[10]);
    }
    assertIs(found("clock"), Level.WARNING, "which is yet to come");
  }

  @Test
  void aDamagedPageIsAnError() throws Exception {
    fill("desk");
    long page = number("SELECT rootpage FROM sqlite_schema WHERE name = 'log_at'");
    try (var file = new RandomAccessFile(clinic.database().toFile(), "rw")) {
      file.seek((page - 1) * 4096);
      file.write(new byte[4096]);
    }
    List<Finding> errors =
        all("store").stream().filter(finding -> finding.level() == Level.ERROR).toList();
    assertTrue(!errors.isEmpty(), "nothing was found");
    assertTrue(errors.getFirst().cure().contains("postern verify"), errors.toString());
  }

  @Test
  void whatIsNoStoreOrANewerOneIsAnError() throws Exception {
    fill("desk");
    run("PRAGMA user_version = 99");
    assertIs(found("store"), Level.ERROR, "newer than this Postern");
    Files.writeString(clinic.database(), "Dear Sir or Madam, ".repeat(100));
    assertIs(found("store"), Level.ERROR, "is not a Postern database");
  }

  @Test
  void aFullDiskIsAnErrorAndANearlyFullOneAWarning() throws Exception {
    long freeMb = folder.toFile().getUsableSpace() >> 20;
    clinic.configure(RESERVED.formatted(freeMb + 10_000));
    assertIs(found("disk"), Level.ERROR, "all mail is put off");
    clinic.configure(RESERVED.formatted(freeMb * 3 / 4));
    assertIs(found("disk"), Level.WARNING, "stay reserved");
  }

  private void fill(String rule) throws Exception {
    try (SqliteStore store = store()) {
      Samples.put(store, Samples.mail("m1", clinic.clock.instant(), rule), new byte[10]);
    }
  }

  private SqliteStore store() throws Exception {
    return SqliteStore.open(Settings.of(clinic.database(), 0), clinic.clock);
  }

  private void run(String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + clinic.database());
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  private long number(String query) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + clinic.database());
        Statement sql = connection.createStatement();
        var rows = sql.executeQuery(query)) {
      return rows.getLong(1);
    }
  }

  /// The first of a subject.
  private Finding found(String subject) {
    return all(subject).getFirst();
  }

  private List<Finding> all(String subject) {
    return new StoreExam(clinic.config(), clinic.book(), clinic.instruments())
        .findings().stream().filter(finding -> finding.subject().equals(subject)).toList();
  }
}
