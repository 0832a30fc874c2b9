package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.read;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Choice;
import io.postern.queue.Claim;
import io.postern.queue.Done;
import io.postern.queue.Pause;
import io.postern.queue.Pending;
import io.postern.queue.Retention;
import io.postern.queue.Settlement;
import io.postern.queue.Spool;
import io.postern.queue.Traces;
import io.postern.store.sqlite.SqliteVerification.Finding;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// Numbers that a fault of the disk, or somebody, has changed in a row: they cost one mail, and
/// neither the rest nor the program.
class DamagedRowsTest {
  private static final byte[] LONG = bytes(2 * Spool.BLOCK + 100_000);
  private static final byte[] SHORT = bytes(5_000);

  /// The chunk in the middle of the mail whose rows are damaged.
  private static final String MIDDLE = " WHERE number = (2 << 20) + 1";

  @TempDir Path folder;

  private final FakeClock clock = new FakeClock();

  @BeforeEach
  void fill() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
      put(store, mail("m2", clock.instant(), "desk"), LONG);
      put(store, mail("m3", clock.instant(), "desk"), LONG);
      put(store, mail("m4", clock.instant(), "desk"), SHORT);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "length = 1500000000",
        "length = 4294967296 + 262144",
        "length = 9223372036854775807",
        "length = 262145",
        "length = 262143",
        "length = 0",
        "length = -1",
        "length = NULL",
        "start = -5",
        "start = 1000",
        "start = 9223372036854775807",
        "start = NULL",
        "segment = -1",
        "segment = 99",
        "segment = 9223372036854775807",
        "crc = 17",
        "crc = NULL",
        "segment = NULL, bytes = zeroblob(300000000)",
        "segment = NULL, bytes = zeroblob(262145)",
        "segment = NULL, bytes = x''",
        "number = 77",
        "number = number + 7",
        "number = -9223372036854775807"
      })
  void aChunkWhoseRowWasDamagedCostsItsMailOnly(String damage) throws Exception {
    Sqls.run(path(), "UPDATE chunks SET " + damage + MIDDLE);
    assertOnlyOneIsNotWhole("mail m2: ", path());
    Path backup = folder.resolve("backup.db");
    SqliteBackup.write(Settings.of(path(), 0), backup);
    assertOnlyOneIsNotWhole("mail m2: ", backup);
    assertOthersAreRead("m2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "size = -1",
        "size = 100",
        "size = 9223372036854775807",
        "peer_port = 70000",
        "peer_port = -1",
        "peer_ip = 'nowhere'",
        "reverse_path = 'nobody'",
        "recipients = 'nobody'"
      })
  void aMailWhoseRowWasDamagedCostsItselfOnly(String damage) throws Exception {
    Sqls.run(path(), "UPDATE mails SET " + damage + " WHERE id = 'm2'");
    assertOnlyOneIsNotWhole("mail m2: ", path());
    Path backup = folder.resolve("backup.db");
    assertEquals(0, SqliteBackup.write(Settings.of(path(), 0), backup).damaged());
    assertOnlyOneIsNotWhole("mail m2: ", backup);
    assertOthersAreRead("m2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "recipient = 'nobody'",
        "state = 77",
        "rule = 77",
        "attempt = 2147483647",
        "began_ms = -9223372036854775807",
        "due = -9223372036854775807",
        "received = 9223372036854775807"
      })
  void aDeliveryWhoseRowWasDamagedKeepsNoOtherFromBeingClaimed(String damage) throws Exception {
    Sqls.run(path(), "UPDATE deliveries SET " + damage + " WHERE number >> 20 = 2");
    SqliteVerification.run(Settings.of(path(), 0));
    SqliteBackup.write(Settings.of(path(), 0), folder.resolve("backup.db"));
    try (SqliteStore store = open()) {
      List<String> claimed =
          store.claim(want("desk", 10), clock.instant()).stream()
              .map(claim -> claim.mail().id())
              .toList();
      assertTrue(claimed.containsAll(List.of("m1", "m3", "m4")), claimed.toString());
    }
  }

  @Test
  void whatCanNotBeReadWaitsAndIsClaimedWhenItsRowIsMended() throws Exception {
    damage("m2");
    try (SqliteStore store = open()) {
      assertEquals(3, store.claim(want("desk", 10), clock.instant()).size());
      Row row = store.search(Query.ALL, 0, 1).getFirst();
      assertEquals(Status.DEFERRED, row.status());
      assertEquals("m2-1", row.step().delivery());
      assertEquals(0, row.step().attempt());
      assertEquals(clock.instant().plus(Duration.ofHours(1)), row.step().next());
      assertTrue(row.reason().contains("postern verify"), row.reason());
      assertEquals(4, store.ledger().waiting());
      assertEquals(0, store.ledger().unaccounted());
      // What waits for us must not use up its retry period.
      for (int hours = 1; hours <= 3; hours++) {
        clock.tick(Duration.ofHours(1));
        store.elapse(List.of("desk"), Duration.ofHours(1));
        assertEquals(Optional.empty(), claimOf("m2", store));
      }
      assertEquals(row.number(), store.newest(), "one row is enough");
      Sqls.run(path(), "UPDATE mails SET peer_port = 25 WHERE id = 'm2'");
      assertEquals(Optional.empty(), claimOf("m2", store), "not before its time");
      clock.tick(Duration.ofHours(1));
      Claim claim = claimOf("m2", store).orElseThrow();
      assertArrayEquals(LONG, read(claim));
      assertEquals(1, claim.attempt());
      assertEquals(Duration.ZERO, claim.age());
    }
  }

  @Test
  void whatCanNotBeReadCanBeDroppedAndForgotten() throws Exception {
    damage("m2");
    damage("m3");
    try (SqliteStore store = open()) {
      assertEquals(2, store.claim(want("desk", 10), clock.instant()).size());
      assertEquals(1, store.drop(Choice.of("m2")));
      assertEquals(1, store.forget(new Traces.OfMail("m3")).count());
      assertEquals(2, store.ledger().waiting());
      assertEquals(0, store.ledger().unaccounted());
      clock.tick(Duration.ofHours(1));
      assertEquals(Optional.empty(), claimOf("m2", store));
    }
  }

  /// Nobody would find it by the mail's id any more; the number is what `postern verify` names.
  @Test
  void aDeliveryWhoseMailIsGoneWaitsAsWellAndGoesByItsNumber() throws Exception {
    Sqls.run(path(), "DELETE FROM mails WHERE id IN ('m2', 'm3')");
    Instant now = clock.instant();
    try (SqliteStore store = open()) {
      List<Claim> claims = store.claim(want("desk", 10), now);
      assertEquals(2, claims.size());
      for (Claim claim : claims) {
        store.settle(claim, new Settlement.Done(trial(now, 200, "")));
      }
      assertEquals(Optional.of(now.plus(Duration.ofHours(1))), store.nextDue(List.of("desk")));
      assertEquals(List.of(), store.claim(want("desk", 10), now));
      assertEquals(
          List.of("lost2-1", "lost3-1"),
          store.pending("desk", 10).stream().map(Pending::delivery).toList());
      Row row =
          store.search(Query.ALL, 0, 10).stream()
              .filter(it -> it.status() == Status.DEFERRED)
              .findFirst()
              .orElseThrow();
      assertEquals("lost3-1", row.step().delivery());
      assertEquals("desk@in.example.com", row.arrival().to());

      assertEquals(0, store.drop(Choice.of("lost1")), "that one is there");
      assertEquals(new Done(0, 0), store.forget(new Traces.OfMail("lost1")));
      assertEquals(1, store.drop(Choice.of("lost2-1")));
      assertEquals("dropped by operator", store.search(Query.ALL, 0, 1).getFirst().reason());
      assertEquals(new Done(1, 2), store.forget(new Traces.OfMail("lost3")));
      assertEquals(new Done(0, 0), store.forget(new Traces.OfMail("lost3")));

      assertEquals(0, store.ledger().waiting());
      assertEquals(0, store.ledger().unaccounted());
      assertEquals("0", Sqls.text(path(), "SELECT count(*) FROM chunks WHERE number >> 20 = 3"));
      clock.tick(Duration.ofDays(31));
      Retention retention =
          new Retention(store, io.postern.queue.Settings.USUAL, clock, clock.instant());
      while (retention.runOnce()) {
        // There may be more.
      }
      Sqls.await(path(), "SELECT count(*) FROM chunks WHERE number >> 20 = 2", "0");
    }
  }

  /// Brought forward, it would be set aside and brought forward again, without an end.
  @Test
  void onlyAClockThatWasAheadBringsForwardWhatCanNotBeRead() throws Exception {
    damage("m2");
    Map<String, Duration> longest = Map.of("desk", Duration.ofSeconds(10));
    Instant now = clock.instant();
    try (SqliteStore store = open()) {
      store.claim(want("desk", 10), now);
      store.bringForward(longest, now);
      assertEquals(now.plus(Duration.ofHours(1)).toEpochMilli(), dueOf("m2"));
      Instant earlier = now.minusSeconds(1);
      store.bringForward(longest, earlier);
      assertEquals(earlier.toEpochMilli(), dueOf("m2"));
    }
  }

  @Test
  void whatCanNotBeReadIsToldOfOnceAnHour() throws Exception {
    damage("m2");
    Logger logger = (Logger) LoggerFactory.getLogger(UnreadNotice.class);
    ListAppender<ILoggingEvent> events = new ListAppender<>();
    events.start();
    logger.addAppender(events);
    try (SqliteStore store = open()) {
      store.claim(want("desk", 10), clock.instant());
      assertEquals(1, events.list.size());
      ILoggingEvent told = events.list.getFirst();
      assertEquals(Level.ERROR, told.getLevel());
      assertTrue(told.getFormattedMessage().startsWith("Mail number 2 "));
      assertTrue(told.getThrowableProxy().getMessage().contains("port"));
      Sqls.run(path(), "UPDATE deliveries SET due = 0");
      clock.tick(Duration.ofMinutes(59));
      store.claim(want("desk", 10), clock.instant());
      assertEquals(1, events.list.size());
      clock.tick(Duration.ofHours(1));
      store.claim(want("desk", 10), clock.instant());
      assertEquals(2, events.list.size());
    } finally {
      logger.detachAppender(events);
    }
  }

  /// No port has this number.
  private void damage(String mail) throws SQLException {
    Sqls.run(path(), "UPDATE mails SET peer_port = 70000 WHERE id = '" + mail + "'");
  }

  private Optional<Claim> claimOf(String mail, SqliteStore store) throws StoreUnavailable {
    return store.claim(want("desk", 10), clock.instant()).stream()
        .filter(claim -> claim.mail().id().equals(mail))
        .findFirst();
  }

  private long dueOf(String mail) throws SQLException {
    return Long.parseLong(
        Sqls.text(
            path(),
            "SELECT due FROM deliveries WHERE number >> 20 ="
                + " (SELECT number FROM mails WHERE id = '"
                + mail
                + "')"));
  }

  @Test
  void codesThatStandForNothingAreFoundAndHideNoOtherRow() throws Exception {
    try (SqliteStore store = open()) {
      store.pause(new Pause("desk", clock.instant(), "by hand"));
    }
    Sqls.run(path(), "UPDATE pauses SET cause = 9");
    Sqls.run(path(), "UPDATE log SET status = 77 WHERE number = 2");
    Sqls.run(path(), "UPDATE deliveries SET state = 77 WHERE number >> 20 = 3");
    Finding rows =
        SqliteVerification.run(Settings.of(path(), 0)).stream()
            .filter(finding -> finding.part().equals("rows"))
            .findFirst()
            .orElseThrow();
    assertEquals(
        List.of(
            "delivery 1 of mail number 3, whose state can't be",
            "row 2 of the status log, which has the status 77",
            "pause of rule number 1, which has the cause 9"),
        rows.places());
    try (SqliteStore store = open()) {
      assertEquals(Pause.Cause.GONE, store.pauses().getFirst().cause());
      List<Row> log = store.search(Query.ALL, 0, 10);
      assertEquals(4, log.size());
      assertTrue(
          log.stream().anyMatch(row -> row.reason().startsWith("this row was damaged: no status")));
      assertTrue(store.story("m3").orElseThrow().toString().contains("in the damaged state 77"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE counters SET value = 1125899906842624 WHERE name = 'last_mail'",
        "UPDATE counters SET value = 9223372036854775807 WHERE name = 'last_mail'",
        "INSERT INTO spools (mail) VALUES (1125899906842624)",
        "INSERT INTO chunks (number, bytes) VALUES (9223372036854775807, x'00')"
      })
  void mailIsTakenThoughTheCountOfThemWasDamaged(String damage) throws Exception {
    Sqls.run(path(), damage);
    assertTrue(
        SqliteVerification.run(Settings.of(path(), 0)).stream()
            .anyMatch(it -> it.part().equals("rows") && !it.sound()));
    assertOthersAreRead("");
    assertEquals("5", Sqls.text(path(), "SELECT max(number) FROM mails"));
  }

  private void assertOnlyOneIsNotWhole(String start, Path database) throws StoreUnavailable {
    List<String> places =
        SqliteVerification.run(Settings.of(database, 0)).stream()
            .filter(finding -> finding.part().equals("messages") && !finding.sound())
            .map(Finding::places)
            .findFirst()
            .orElseThrow();
    assertEquals(1, places.size(), places.toString());
    assertTrue(places.getFirst().startsWith(start), places.toString());
  }

  /// All mails but one are claimed and whole; that one is not read, or not claimed.
  private void assertOthersAreRead(String damaged) throws Exception {
    try (SqliteStore store = open()) {
      Map<String, Claim> claims = new HashMap<>();
      for (Claim claim : store.claim(want("desk", 10), clock.instant())) {
        claims.put(claim.mail().id(), claim);
      }
      for (String id : List.of("m1", "m2", "m3", "m4")) {
        Claim claim = claims.get(id);
        if (!id.equals(damaged)) {
          assertArrayEquals(id.equals("m4") ? SHORT : LONG, read(claim), id);
        } else if (claim != null) {
          assertThrows(IOException.class, () -> read(claim));
        }
      }
      put(store, mail("m5", clock.instant(), "desk"), LONG);
      assertArrayEquals(LONG, read(store.claim(want("desk", 1), clock.instant()).getFirst()));
      try (var segments = Files.walk(folder.resolve("postern.db-segments"))) {
        List<String> names =
            segments
                .filter(Files::isRegularFile)
                .map(file -> file.getFileName().toString())
                .filter(name -> name.matches("[1-9][0-9]{0,17}"))
                .toList();
        assertEquals(2, names.size(), names.toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "length = 262145",
        "length = 1500000000",
        "length = -1",
        "start = -5",
        "start = start + 1000",
        "start = 0"
      })
  void nobodysBytesAreOverwrittenForAChunkWhoseRowWasDamaged(String damage) throws Exception {
    Sqls.run(path(), "UPDATE chunks SET " + damage + MIDDLE);
    try (SqliteStore store = open()) {
      StoreUnavailable refusal =
          assertThrows(StoreUnavailable.class, () -> store.forget(new Traces.OfMail("m2")));
      assertTrue(refusal.getMessage().contains("can't be erased"), refusal.getMessage());
      assertEquals(1, refusal.getMessage().lines().count());
      List<Claim> claims = store.claim(want("desk", 10), clock.instant());
      assertEquals(
          List.of("m1", "m3", "m4"), claims.stream().map(claim -> claim.mail().id()).toList());
      assertArrayEquals(LONG, read(claims.get(0)));
      assertArrayEquals(LONG, read(claims.get(1)));
    }
  }

  @Test
  void anErasureThatBrokeOffIsBroughtToItsEnd() throws Exception {
    try (var segment = new RandomAccessFile(segment().toFile(), "rw")) {
      segment.seek(LONG.length);
      segment.write(new byte[1_000]);
    }
    try (SqliteStore store = open()) {
      assertEquals(1, store.forget(new Traces.OfMail("m2")).count());
      byte[] all = Files.readAllBytes(segment());
      for (int i = LONG.length; i < 2 * LONG.length; i++) {
        assertEquals(0, all[i], "byte " + i);
      }
      List<Claim> claims = store.claim(want("desk", 10), clock.instant());
      assertArrayEquals(LONG, read(claims.get(1)));
    }
    assertEquals("0", Sqls.text(path(), "SELECT count(*) FROM chunks WHERE number >> 20 = 2"));
  }

  @Test
  void aSegmentThatIsTooShortForAChunkToEraseDoesNotGrow() throws Exception {
    try (var segment = new RandomAccessFile(segment().toFile(), "rw")) {
      segment.setLength(3L * LONG.length - 50_000);
    }
    try (SqliteStore store = open()) {
      assertEquals(1, store.forget(new Traces.OfMail("m3")).count());
      assertEquals(3L * LONG.length - 50_000, Files.size(segment()));
    }
  }

  /// Each of these is looked at by the chores, which also write denied rows and sweep the rest.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "length = 1500000000",
        "length = -1",
        "length = 9223372036854775807",
        "start = -5",
        "start = NULL",
        "crc = NULL"
      })
  void theSweepGoesOnPastAChunkWhoseRowWasDamaged(String damage) throws Exception {
    // So much is unused that the rest would move on.
    Sqls.run(path(), "DELETE FROM chunks WHERE number >> 20 IN (1, 3)");
    Sqls.run(path(), "UPDATE chunks SET " + damage + " WHERE number >> 20 = 2 AND number & 1 = 1");
    Sqls.run(
        path(),
        "INSERT INTO chunks (number, segment, start, length, crc)"
            + " VALUES (9 << 20, 1, 0, 9223372036854775807, 1)");
    Path unused = Files.writeString(segment().resolveSibling("7"), "of no transaction");
    try (SqliteStore store = open()) {
      Soon.until("the sweep came past it", () -> !Files.exists(unused));
      put(store, mail("m5", clock.instant(), "desk"), LONG);
      assertEquals(Optional.empty(), store.fault());
    }
  }

  private SqliteStore open() throws StoreUnavailable {
    return SqliteStore.open(Settings.of(path(), 0), clock);
  }

  private Path path() {
    return folder.resolve("postern.db");
  }

  private Path segment() throws IOException {
    try (var files = Files.walk(folder.resolve("postern.db-segments"))) {
      return files
          .filter(file -> file.getFileName().toString().equals("1"))
          .findFirst()
          .orElseThrow();
    }
  }
}
