package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Spool;
import io.postern.store.sqlite.SqliteVerification.Finding;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damage of each kind, and none.
class SqliteVerificationTest {
  private static final byte[] LONG = bytes(2 * Spool.BLOCK + 100_000);

  @TempDir Path folder;

  @BeforeEach
  void fill() throws Exception {
    FakeClock clock = new FakeClock();
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      put(store, mail("m1", clock.instant(), "desk", "archive"), LONG);
      put(store, mail("m2", clock.instant(), "desk"), bytes(5_000));
    }
  }

  @Test
  void aSoundStoreIsSaidToBeSo() throws Exception {
    List<Finding> findings = verify();
    assertEquals(
        List.of("schema", "pages", "rows", "messages", "segments", "ledger"),
        findings.stream().map(Finding::part).toList());
    assertTrue(findings.stream().allMatch(Finding::sound), findings.toString());
    assertEquals("2 mails are whole, 3 chunks fit their checksum", text("messages"));
    assertEquals("1 files", text("segments"));
    assertEquals("accepted 3 = succeeded 0 + failed 0 + waiting 3 + purged 0", text("ledger"));
  }

  @Test
  void besideARunningGatewayItIsSoundToo() throws Exception {
    FakeClock clock = new FakeClock();
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      put(store, mail("m3", clock.instant(), "desk"), LONG);
      assertTrue(verify().stream().allMatch(Finding::sound), verify().toString());
    }
  }

  @Test
  void aByteThatWasTurnedInASegmentIsFound() throws Exception {
    SqliteBackupTest.flip(segment(), Spool.BLOCK + 7L);
    assertOnly("messages", "mail m1: chunk 1: ", "was damaged");
  }

  @Test
  void aSegmentThatIsCutIsFound() throws Exception {
    try (var file = new RandomAccessFile(segment().toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    assertOnly("messages", "mail m1: chunk 2: ", "ends too early");
  }

  @Test
  void aSegmentThatIsGoneIsFound() throws Exception {
    Files.delete(segment());
    assertOnly("messages", "mail m1: chunk 0: the segment ", " is missing");
  }

  @Test
  void aChunkThatIsGoneIsFoundWhereverItWas() throws Exception {
    Sqls.run(path(), "DELETE FROM chunks WHERE number = (1 << 20) + 1");
    assertOnly("messages", "mail m1: chunk 1 is missing", "");
    Sqls.run(path(), "DELETE FROM chunks WHERE number = (1 << 20) + 2");
    assertOnly("messages", "mail m1: 262144 of 624288 bytes are there", "");
    Sqls.run(path(), "DELETE FROM chunks WHERE number >> 20 = 2");
    assertEquals(2, finding("messages").places().size());
    assertTrue(text("messages").startsWith("2 of 2 mails are not whole"), text("messages"));
  }

  @Test
  void aMailThatIsRemovedWhileItIsLookedForIsNotMissing() throws Exception {
    AtomicBoolean removed = new AtomicBoolean();
    TroubledJdbc.Trouble purge =
        new TroubledJdbc.Trouble() {
          @Override
          public void before(String call, String sql) throws SQLException {
            if (call.equals("executeQuery")
                && sql.contains("FROM chunks")
                && !removed.getAndSet(true)) {
              Sqls.run(path(), "DELETE FROM mails WHERE id = 'm1'");
              Sqls.run(path(), "DELETE FROM chunks WHERE number >> 20 = 1");
            }
          }
        };
    Database database = Database.existing(Settings.of(path(), 0));
    try (Sql sql = new Sql(TroubledJdbc.door(purge).apply(database.readers().getConnection()))) {
      MessageWalk walk = new MessageWalk(sql, database.segments());
      walk.run();
      assertTrue(removed.get());
      assertEquals(List.of(), walk.damaged());
      assertEquals(0, walk.broken());
      assertEquals(1, walk.mails());
    }
  }

  @Test
  void aChunkOfNoMailIsFound() throws Exception {
    Sqls.run(path(), "INSERT INTO chunks (number, bytes) VALUES ((9 << 20) + 3, x'00')");
    assertOnly("rows", "chunk 3 of mail number 9, which is not there", "");
  }

  @Test
  void aDeliveryOfNoMailAndOneOfNoRuleAreFound() throws Exception {
    Sqls.run(path(), "DELETE FROM mails WHERE id = 'm2'");
    Sqls.run(path(), "DELETE FROM chunks WHERE number >> 20 = 2");
    assertOnly("rows", "delivery 1 of mail number 2, which is not there", "");
    Sqls.run(path(), "DELETE FROM deliveries WHERE number >> 20 = 2");
    Sqls.run(path(), "UPDATE deliveries SET rule = 77 WHERE number = (1 << 20) + 2");
    assertTrue(
        finding("rows").places().contains("delivery 2 of mail number 1, whose rule is not there"));
  }

  @Test
  void aByteTurnedInABackupIsFound() throws Exception {
    Path backup = folder.resolve("backup.db");
    SqliteBackup.write(Settings.of(path(), 0), backup);
    Sqls.run(
        backup, "UPDATE chunks SET bytes = zeroblob(length(bytes)) WHERE number = (1 << 20) + 1");
    List<Finding> findings = SqliteVerification.run(Settings.of(backup, 0));
    Finding messages = findings.get(3);
    assertEquals(
        List.of("mail m1: chunk 1: the bytes in the database are not those that were kept"),
        messages.places());
  }

  @Test
  void aDamagedPageIsFound() throws Exception {
    long page =
        Long.parseLong(
            Sqls.text(path(), "SELECT rootpage FROM sqlite_schema WHERE name = 'log_at'"));
    overwrite((page - 1) * Database.PAGE_BYTES, new byte[Database.PAGE_BYTES]);
    Finding pages = finding("pages");
    assertTrue(!pages.sound() && pages.text().contains("malformed"), pages.toString());
    assertTrue(finding("messages").sound(), "the rest is looked at all the same");
  }

  @Test
  void pagesThatDoNotFitTogetherAreNamed() throws Exception {
    // The count of free pages (SQLite, Database File Format, 1.3).
    overwrite(36, new byte[] {0, 0, 0, 7});
    Finding pages = finding("pages");
    assertTrue(!pages.sound() && !pages.places().isEmpty(), pages.toString());
    assertTrue(pages.text().contains("a backup from before"), pages.text());
  }

  private void overwrite(long place, byte[] bytes) throws IOException {
    try (var file = new RandomAccessFile(path().toFile(), "rw")) {
      file.seek(place);
      file.write(bytes);
    }
  }

  @Test
  void aQuickLookFindsPagesThatDoNotFitAndEndsWhenItsTimeIsOver() throws Exception {
    Settings settings = Settings.of(path(), 0);
    assertEquals(Optional.of(List.of()), SqliteVerification.quick(settings, Duration.ofMinutes(1)));
    Sqls.run(
        path(),
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO rules (name, active_ms) SELECT 'r' || i, 0 FROM n
        """);
    assertEquals(Optional.empty(), SqliteVerification.quick(settings, Duration.ZERO));
    overwrite(36, new byte[] {0, 0, 0, 7});
    assertFalse(SqliteVerification.quick(settings, Duration.ofMinutes(1)).orElseThrow().isEmpty());
  }

  @Test
  void aLedgerThatDoesNotBalanceIsFound() throws Exception {
    Sqls.run(path(), "UPDATE counters SET value = value + 2 WHERE name = 'accepted'");
    assertOnly("ledger", "2 deliveries are unaccounted for", "");
  }

  @Test
  void aSegmentThatNobodyNeedsIsNoDamage() throws Exception {
    Files.writeString(segment().resolveSibling("7"), "of a transaction that never was");
    assertTrue(verify().stream().allMatch(Finding::sound));
    assertEquals(
        "2 files, of which the gateway will remove, or is about to fill: 7", text("segments"));
  }

  @Test
  void aNewerDatabaseAndNoneAreRefusedInOneSentence() throws Exception {
    Sqls.run(path(), "PRAGMA user_version = 99");
    assertRefused(path(), "newer than this Postern");
    Path letter = Files.writeString(folder.resolve("letter"), "Dear Sir or Madam, ".repeat(100));
    assertRefused(letter, "is not a Postern database");
    assertRefused(folder.resolve("none.db"), "There is no database at");
    Path emptied = Files.createFile(folder.resolve("emptied.db"));
    assertRefused(emptied, "emptied.db is empty: it is no backup");
  }

  private static void assertRefused(Path file, String words) {
    StoreUnavailable refusal =
        assertThrows(StoreUnavailable.class, () -> SqliteVerification.run(Settings.of(file, 0)));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
  }

  /// One part is damaged, in one place.
  private void assertOnly(String part, String start, String contained) throws Exception {
    List<Finding> damaged = verify().stream().filter(finding -> !finding.sound()).toList();
    assertEquals(List.of(part), damaged.stream().map(Finding::part).toList());
    assertEquals(1, damaged.getFirst().places().size(), damaged.toString());
    String place = damaged.getFirst().places().getFirst();
    assertTrue(place.startsWith(start) && place.contains(contained), place);
  }

  private List<Finding> verify() throws StoreUnavailable {
    return SqliteVerification.run(Settings.of(path(), 0));
  }

  private Finding finding(String part) throws StoreUnavailable {
    return verify().stream().filter(it -> it.part().equals(part)).findFirst().orElseThrow();
  }

  private String text(String part) throws StoreUnavailable {
    return finding(part).text();
  }

  private Path path() {
    return folder.resolve("postern.db");
  }

  private Path segment() throws IOException {
    try (var files = Files.walk(folder.resolve("postern.db-segments"))) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }
}
