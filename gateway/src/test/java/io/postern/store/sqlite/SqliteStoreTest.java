package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.JournalContract;
import io.postern.journal.Query;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Pause;
import io.postern.queue.Spool;
import java.io.BufferedReader;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a store is opened, by whom, and what it leaves on disk.
final class SqliteStoreTest {
  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();

  @Test
  void onlyTheOwnerCanReadWhatItMakes() throws Exception {
    Path state = folder.resolve("state/deeper");
    Path database = state.resolve("postern.db");
    try (SqliteStore store = open(database)) {
      put(store, mail("m1", clock.instant(), "desk"), bytes(10));
      assertEquals("rwx------", mode(state));
      assertEquals("rwx------", mode(state.getParent()));
      try (var files = Files.list(state)) {
        List<Path> all = files.toList();
        assertEquals(4, all.size(), all::toString);
        for (Path file : all) {
          assertEquals("rw-------", mode(file), file.toString());
        }
      }
    }
  }

  @Test
  void aSecondGatewayIsRefusedInOneSentence() throws Exception {
    try (SqliteStore store = open(path())) {
      StoreUnavailable refusal = assertThrows(StoreUnavailable.class, () -> open(path()));
      assertEquals(
          "Another gateway (this process) uses the database "
              + path()
              + ": stop it first, or give this one a database of its own.",
          refusal.getMessage());
      put(store, mail("m1", clock.instant(), "desk"), bytes(10));
    }
    open(path()).close();
  }

  @Test
  void twoNamesOfADatabaseAreOneDatabase() throws Exception {
    Path state = Files.createDirectory(folder.resolve("state"));
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path database = state.resolve("postern.db");
    Path toFile = Files.createSymbolicLink(elsewhere.resolve("mail.db"), database);
    Path toFolder = Files.createSymbolicLink(folder.resolve("link"), state);
    open(database).close();
    for (Path name : List.of(toFile, toFolder.resolve("postern.db"))) {
      try (SqliteStore store = open(name)) {
        StoreUnavailable refusal = assertThrows(StoreUnavailable.class, () -> open(database));
        assertTrue(refusal.getMessage().startsWith("Another gateway"), refusal.getMessage());
        put(store, mail(name.toString(), clock.instant(), "desk"), bytes(10));
        assertTrue(store.walBytes() > 0, "the log is found");
        try (SqliteReader view = SqliteReader.open(settings(name))) {
          assertEquals(store.newest(), view.newest());
        }
      }
    }
    try (var files = Files.list(elsewhere)) {
      assertEquals(List.of(toFile), files.toList(), "no lock of its own beside a link");
    }
  }

  @Test
  void aLinkToNothingIsRefusedInOneSentence() throws Exception {
    Path nothing = folder.resolve("nothing");
    Path toFile = Files.createSymbolicLink(folder.resolve("mail.db"), nothing);
    Path toFolder = Files.createSymbolicLink(folder.resolve("link"), nothing);
    assertEquals(
        "The database " + toFile + " is a link to a file that is not there.",
        assertThrows(StoreUnavailable.class, () -> open(toFile)).getMessage());
    assertEquals(
        "The database can't be in " + toFolder + ": that is no folder, nor a link to one.",
        assertThrows(StoreUnavailable.class, () -> open(toFolder.resolve("mail.db"))).getMessage());
    assertThrows(StoreUnavailable.class, () -> SqliteReader.open(settings(toFile)));
    assertFalse(Files.exists(nothing));
  }

  @Test
  void noMailGetsTheNumberOfOneThatWasRemoved() throws Exception {
    try (SqliteStore store = open(path())) {
      put(store, mail("m1", clock.instant(), "desk"), bytes(10));
      put(store, mail("m2", clock.instant(), "desk"), bytes(10));
    }
    String last = Sqls.text(path(), "SELECT max(number) FROM mails");
    for (String table : List.of("deliveries", "chunks", "mails")) {
      Sqls.run(path(), "DELETE FROM " + table);
    }
    try (SqliteStore store = open(path())) {
      put(store, mail("m3", clock.instant(), "desk"), bytes(10));
    }
    assertEquals(
        Long.toString(Long.parseLong(last) + 1), Sqls.text(path(), "SELECT number FROM mails"));
  }

  @Test
  void aGatewayInAnotherProcessIsNamed() throws Exception {
    open(path()).close();
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                path() + ".lock")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = other.inputReader()) {
      assertEquals("held", said.readLine());
      StoreUnavailable refusal = assertThrows(StoreUnavailable.class, () -> open(path()));
      assertTrue(
          refusal.getMessage().startsWith("Another gateway (process " + other.pid() + ") uses"),
          refusal.getMessage());
    } finally {
      other.destroyForcibly();
      other.waitFor();
    }
    open(path()).close();
  }

  /// Holds a lock file until it is killed.
  static final class LockHolder {
    private LockHolder() {}

    public static void main(String[] arguments) throws Exception {
      try (RandomAccessFile file = new RandomAccessFile(arguments[0], "rw");
          var lock = file.getChannel().lock()) {
        file.setLength(0);
        file.writeBytes(ProcessHandle.current().pid() + "\n");
        System.out.println(lock.isValid() ? "held" : "lost");
        System.in.read();
      }
    }
  }

  @Test
  void aNewerDatabaseIsRefusedInOneSentence() throws Exception {
    open(path()).close();
    Sqls.run(path(), "PRAGMA user_version = 7");
    String sentence =
        "The database "
            + path()
            + " is of version 7, newer than this Postern, which knows 1: use the newer program.";
    assertEquals(sentence, assertThrows(StoreUnavailable.class, () -> open(path())).getMessage());
    assertTrue(
        assertThrows(StoreUnavailable.class, () -> SqliteReader.open(settings(path())))
            .getMessage()
            .contains("newer than this Postern"));
  }

  @Test
  void whatIsNoDatabaseOfOursIsLeftAlone() throws Exception {
    Path text = folder.resolve("letters.txt");
    Files.writeString(text, "Dear Sir or Madam, ".repeat(100));
    Path other = folder.resolve("other.db");
    Sqls.run(other, "CREATE TABLE things (name TEXT)");
    for (Path file : List.of(text, other)) {
      byte[] before = Files.readAllBytes(file);
      StoreUnavailable refusal = assertThrows(StoreUnavailable.class, () -> open(file));
      assertTrue(refusal.getMessage().contains("is not a Postern database"), refusal.getMessage());
      assertArrayEquals(before, Files.readAllBytes(file));
      assertThrows(StoreUnavailable.class, () -> SqliteReader.open(settings(file)));
    }
  }

  @Test
  void aViewOfNothingMakesNothing() throws Exception {
    Path missing = folder.resolve("none/postern.db");
    StoreUnavailable refusal =
        assertThrows(StoreUnavailable.class, () -> SqliteReader.open(settings(missing)));
    assertTrue(
        refusal.getMessage().startsWith("There is no database at " + missing),
        refusal.getMessage());
    assertFalse(Files.exists(missing.getParent()));
  }

  @Test
  void aViewSeesWhatARunningGatewayDoes() throws Exception {
    try (SqliteStore store = open(path());
        SqliteReader view = SqliteReader.open(settings(path()))) {
      assertEquals(List.of(), view.search(Query.ALL, 0, 10));
      for (int i = 0; i < 20; i++) {
        put(store, mail("m" + i, clock.instant(), "desk"), bytes(10));
        assertEquals(i + 1, view.ledger().accepted());
        assertEquals(i + 1, view.newest());
      }
      store.pause(new Pause("desk", clock.instant(), "by hand"));
      assertEquals(store.pauses(), view.pauses());
      assertEquals(store.waiting(), view.waiting());
      assertEquals(store.story("m3"), view.story("m3"));
      assertEquals(10, view.after(10, Query.ALL, 100).size());
    }
    try (SqliteReader view = SqliteReader.open(settings(path()))) {
      assertEquals(20, view.search(Query.ALL, 0, 100).size(), "after the gateway has ended");
    }
  }

  @Test
  void aDatabaseIsMadeAsItWasMeasured() throws Exception {
    open(path()).close();
    assertEquals(Integer.toString(Database.PAGE_BYTES), Sqls.text(path(), "PRAGMA page_size"));
    assertEquals("wal", Sqls.text(path(), "PRAGMA journal_mode"));
    assertEquals("2", Sqls.text(path(), "PRAGMA auto_vacuum"), "incremental");
    assertEquals(
        Integer.toString(Schema.APPLICATION_ID), Sqls.text(path(), "PRAGMA application_id"));
    assertEquals("1", Sqls.text(path(), "PRAGMA user_version"));
  }

  @Test
  void theLastBookTakenIsKept() throws Exception {
    try (SqliteStore store = open(path())) {
      assertEquals(Optional.empty(), store.latestBook("rules"));
      store.keepBook("rules", "v1", clock.instant(), "first");
      store.keepBook("rules", "v2", clock.instant(), "second");
      assertEquals("second", store.latestBook("rules").orElseThrow().text());
      clock.tick(Duration.ofDays(1));
      store.keepBook("rules", "v1", clock.instant(), "first");
    }
    try (SqliteStore store = open(path())) {
      assertEquals(
          Optional.of(new SqliteStore.KeptBook("v1", clock.instant(), "first")),
          store.latestBook("rules"));
    }
    assertEquals("2", Sqls.text(path(), "SELECT count(*) FROM books"));
  }

  @Test
  void theReserveIsLeftAlone() throws Exception {
    long free = Files.getFileStore(folder).getUsableSpace();
    Settings greedy = Settings.of(path(), 2 * free);
    try (SqliteStore store = SqliteStore.open(greedy, clock)) {
      assertFalse(store.hasRoom(0));
    }
    try (SqliteStore store = open(path())) {
      assertTrue(store.hasRoom(free / 4));
      assertFalse(store.hasRoom(free));
    }
  }

  @Test
  void theWriteAheadLogIsMovedAndCut() throws Exception {
    try (SqliteStore store = open(path())) {
      Database database = Database.existing(settings(path()));
      int messages = 100;
      for (int i = 0; i < messages; i++) {
        put(store, mail("m" + i, clock.instant(), "desk"), bytes(ChunkTable.INLINE_MAX));
      }
      long before = store.walBytes();
      long inline = (long) messages * ChunkTable.INLINE_MAX;
      assertTrue(before > inline, "the log holds the messages");
      Checkpointer patient = checkpointer(database, 2 * before, 2 * before);
      patient.runOnce();
      assertEquals(before, store.walBytes());
      assertTrue(Files.size(path()) < before, "nothing was moved yet");
      checkpointer(database, before / 2, 2 * before).runOnce();
      assertTrue(Files.size(path()) > inline, "the messages were moved");
      assertEquals(before, store.walBytes());
      checkpointer(database, before / 2, before / 2).runOnce();
      assertEquals(0, store.walBytes());
      put(store, mail("later", clock.instant(), "desk"), bytes(10));
      assertEquals(messages + 1, store.ledger().accepted());
    }
  }

  @Test
  void aReaderThatStaysKeepsTheLogButHarmsNothing() throws Exception {
    try (SqliteStore store = open(path());
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + path());
        Statement sql = other.createStatement()) {
      Database database = Database.existing(settings(path()));
      sql.execute("BEGIN");
      try (var rows = sql.executeQuery("SELECT count(*) FROM mails")) {
        assertTrue(rows.next());
      }
      put(store, mail("m1", clock.instant(), "desk"), bytes(2 * Spool.BLOCK));
      long held = store.walBytes();
      Checkpointer checkpointer = checkpointer(database, 1, 1);
      checkpointer.runOnce();
      assertEquals(held, store.walBytes());
      put(store, mail("m2", clock.instant(), "desk"), bytes(2 * Spool.BLOCK));
      sql.execute("COMMIT");
      checkpointer.runOnce();
      assertEquals(0, store.walBytes());
    }
  }

  @Test
  void nobodyWaitsForAReaderThatIsLeftFarBehind() throws Exception {
    try (SqliteStore store = open(path());
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + path());
        Statement sql = other.createStatement()) {
      Database database = Database.existing(settings(path()));
      put(store, mail("m", clock.instant(), "desk"), bytes(10));
      sql.execute("BEGIN");
      try (var rows = sql.executeQuery("SELECT count(*) FROM mails")) {
        assertTrue(rows.next());
      }
      for (int i = 0; i < 400; i++) {
        put(store, mail("m" + i, clock.instant(), "desk"), bytes(ChunkTable.INLINE_MAX));
      }
      long held = store.walBytes();
      Checkpointer patient = new Checkpointer(database, 1, 1, 60_000);
      long start = System.nanoTime();
      patient.runOnce();
      assertTrue(System.nanoTime() - start < 30_000_000_000L, "the writer had to wait");
      assertEquals(held, store.walBytes());
      sql.execute("COMMIT");
      patient.runOnce();
      assertEquals(0, store.walBytes());
    }
  }

  private static Checkpointer checkpointer(Database database, long passive, long truncate) {
    return new Checkpointer(database, passive, truncate, Checkpointer.BUSY_MAX_MS);
  }

  @Test
  void closingTwiceDoesNoHarm() throws Exception {
    SqliteStore store = open(path());
    store.close();
    store.close();
    assertThrows(
        StoreUnavailable.class, () -> put(store, mail("m1", clock.instant(), "desk"), bytes(1)));
    assertThrows(StoreUnavailable.class, store::ledger);
    store.deny(JournalContract.denied(clock.instant(), "d1"));
  }

  private SqliteStore open(Path database) throws StoreUnavailable {
    return SqliteStore.open(settings(database), clock);
  }

  private static Settings settings(Path database) {
    return new Settings(database, 0, Duration.ofSeconds(5), 2, 1, 64, Duration.ofSeconds(1), 100);
  }

  private Path path() {
    return folder.resolve("postern.db");
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
