package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.fill;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.read;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.JournalContract;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Claim;
import io.postern.queue.Spool;
import io.postern.queue.Traces;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// A database that is locked, full, moved away or replaced, and spools that were left behind.
final class SqliteFaultsTest {
  private static final String REPLACED =
      "was replaced while the gateway runs: put it back or restart the gateway";

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();

  @Test
  void aLockedDatabaseIsUsedAgainWhenItIsFree() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity());
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + path());
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN EXCLUSIVE");
      StoreUnavailable locked =
          assertThrows(StoreUnavailable.class, () -> putOne(store, "m1", bytes(10)));
      assertFalse(locked.full());
      assertTrue(locked.getMessage().contains("lock"), locked.getMessage());
      assertEquals(List.of(), store.waiting(), "readers go on");
      sql.execute("COMMIT");
      putOne(store, "m2", bytes(10));
      assertEquals(1, store.ledger().accepted());
    }
  }

  @Test
  void aFullDatabaseSaysSoAndGoesOnWhenThereIsRoom() throws Exception {
    AtomicInteger pagesMax = new AtomicInteger(1_000_000);
    UnaryOperator<Connection> door =
        connection -> {
          try (Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA max_page_count = " + pagesMax.get());
            return connection;
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        };
    byte[] large = bytes(ChunkTable.INLINE_MAX);
    try (SqliteStore store = open(door)) {
      putOne(store, "m1", bytes(10));
    }
    pagesMax.set(Integer.parseInt(Sqls.text(path(), "PRAGMA page_count")) + 2);
    try (SqliteStore store = open(door)) {
      for (int i = 0; i < 3; i++) {
        StoreUnavailable full =
            assertThrows(StoreUnavailable.class, () -> putOne(store, "m2", large));
        assertTrue(full.full(), full.getMessage());
      }
      putOne(store, "m3", bytes(10));
      pagesMax.set(1_000_000);
      assertThrows(StoreUnavailable.class, () -> putOne(store, "m4", large));
      putOne(store, "m5", large);
      assertEquals(
          List.of("m1", "m3", "m5"),
          claims(store).stream().map(claim -> claim.mail().id()).toList());
      assertEquals(0, store.ledger().unaccounted());
    }
    assertEquals("ok", Sqls.text(path(), "PRAGMA integrity_check"));
  }

  @Test
  void aDatabaseThatWasMovedAwayIsUsedAgainWhenItIsBack() throws Exception {
    Path away = folder.resolve("away.db");
    try (SqliteStore store = open(UnaryOperator.identity())) {
      putOne(store, "m1", bytes(10));
      Files.move(path(), away);
      StoreUnavailable gone =
          assertThrows(StoreUnavailable.class, () -> putOne(store, "m2", bytes(10)));
      assertTrue(gone.getMessage().contains("is gone"), gone.getMessage());
      assertFalse(Files.exists(path()), "no empty database takes its place");
      Files.move(away, path());
      putOne(store, "m3", bytes(10));
      assertEquals(2, claims(store).size());
    }
    assertEquals("ok", Sqls.text(path(), "PRAGMA integrity_check"));
  }

  @Test
  void aFileInThePlaceOfTheDatabaseIsNotWrittenTo() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity())) {
      putOne(store, "m1", bytes(10));
      for (String end : List.of("", "-wal", "-shm")) {
        Files.move(Path.of(path() + end), folder.resolve("away.db" + end));
      }
      Files.createFile(path());
      StoreUnavailable empty =
          assertThrows(StoreUnavailable.class, () -> putOne(store, "m2", bytes(10)));
      assertTrue(empty.getMessage().contains(REPLACED), empty.getMessage());
      assertEquals(0, Files.size(path()));
    }
  }

  @Test
  void anotherDatabaseOfOursInItsPlaceIsRefusedUntilTheOldOneIsBack() throws Exception {
    Path other = folder.resolve("other.db");
    try (SqliteStore store = SqliteStore.open(settings(other), clock)) {
      putOne(store, "restored", bytes(10));
    }
    try (SqliteStore store = open(UnaryOperator.identity())) {
      putOne(store, "m1", bytes(10));
      moveAll("postern.db", "away.db");
      Files.move(other, path());
      for (int i = 0; i < 2; i++) {
        StoreUnavailable replaced =
            assertThrows(StoreUnavailable.class, () -> putOne(store, "m2", bytes(20)));
        assertTrue(replaced.getMessage().contains(REPLACED), replaced.getMessage());
      }
      moveAll("postern.db", "other.db");
      moveAll("away.db", "postern.db");
      putOne(store, "m3", bytes(20));
      List<Claim> claims = claims(store);
      assertEquals(List.of("m1", "m3"), claims.stream().map(claim -> claim.mail().id()).toList());
      assertArrayEquals(bytes(20), read(claims.getLast()));
    }
    assertEquals("restored", Sqls.text(other, "SELECT group_concat(id) FROM mails"));
    assertEquals("ok", Sqls.text(path(), "PRAGMA integrity_check"));
  }

  @Test
  void aDatabaseThatWasRemovedIsNotTakenForItsSuccessor() throws Exception {
    Path other = folder.resolve("other.db");
    SqliteStore.open(settings(other), clock).close();
    try (SqliteStore store = open(UnaryOperator.identity())) {
      putOne(store, "m1", bytes(10));
      for (String end : List.of("", "-wal", "-shm")) {
        Files.delete(Path.of(path() + end));
      }
      assertThrows(StoreUnavailable.class, () -> putOne(store, "m2", bytes(10)));
      // A file system gives the number of a file that is gone to the next one.
      Files.copy(other, path());
      StoreUnavailable replaced =
          assertThrows(StoreUnavailable.class, () -> putOne(store, "m3", bytes(10)));
      assertTrue(replaced.getMessage().contains(REPLACED), replaced.getMessage());
    }
    assertEquals("0", Sqls.text(path(), "SELECT count(*) FROM mails"));
  }

  @Test
  void nobodyOpensAFileThatTookThePlaceOfTheDatabase() throws Exception {
    for (String name : List.of("postern.db", "other.db")) {
      SqliteStore.open(settings(folder.resolve(name)), clock).close();
    }
    Database database = Database.existing(settings(path()));
    database.readers().getConnection().close();
    moveAll("postern.db", "away.db");
    Files.move(folder.resolve("other.db"), path());
    assertReplaced(() -> database.readers().getConnection().close());
    assertReplaced(() -> database.checkpointer(10).close());
    assertReplaced(() -> database.writer().close());
    moveAll("postern.db", "other.db");
    moveAll("away.db", "postern.db");
    database.readers().getConnection().close();
  }

  private static void assertReplaced(Executable opening) {
    SQLException replaced = assertThrows(SQLException.class, opening);
    assertTrue(replaced.getMessage().contains(REPLACED), replaced.getMessage());
  }

  @Test
  void aMailWhoseEarlierBlocksAreNotThereIsNotKept() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity());
        Spool spool = store.spool()) {
      fill(spool, bytes(2 * Spool.BLOCK));
      Sqls.await(path(), "SELECT count(*) FROM spools", "1");
      Sqls.run(path(), "DELETE FROM chunks");
      Sqls.run(path(), "DELETE FROM spools");
      StoreUnavailable lost =
          assertThrows(
              StoreUnavailable.class, () -> store.put(mail("m1", clock.instant(), "desk"), spool));
      assertTrue(lost.getMessage().contains("earlier blocks"), lost.getMessage());
      assertEquals(0, store.ledger().accepted());
    }
  }

  @Test
  void theLastTransactionsFaultIsKnownUntilACommit() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity());
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + path());
        Statement sql = other.createStatement()) {
      assertEquals(Optional.empty(), store.fault());
      sql.execute("BEGIN EXCLUSIVE");
      assertThrows(StoreUnavailable.class, () -> putOne(store, "m1", bytes(10)));
      Soon.until("fault", () -> store.fault().filter(words -> words.contains("lock")).isPresent());
      sql.execute("COMMIT");
      putOne(store, "m2", bytes(10));
      Soon.until("no fault", () -> store.fault().isEmpty());
    }
  }

  /// Who waits for the fault to pass before he brings anything would wait for ever.
  @Test
  void aFaultThatHasPassedIsFoundOutThoughNobodyWrites() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity());
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + path());
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN EXCLUSIVE");
      assertThrows(StoreUnavailable.class, () -> store.resume("desk"));
      Soon.until("fault", () -> store.fault().isPresent());
      assertEquals(1, store.figures().lost());
      sql.execute("COMMIT");
      Soon.until("no fault", () -> store.fault().isEmpty());
    }
  }

  @Test
  void theWriterOutlivesAConnectionThatCanNotBeClosed() throws Exception {
    AtomicBoolean failing = new AtomicBoolean();
    AtomicBoolean stuckOnce = new AtomicBoolean();
    UnaryOperator<Connection> stuck =
        real ->
            (Connection)
                Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (_, method, arguments) -> {
                      Object result = method.invoke(real, arguments);
                      if (method.getName().equals("close") && stuckOnce.getAndSet(false)) {
                        throw new IllegalStateException("made by the test");
                      }
                      return result;
                    });
    UnaryOperator<Connection> door =
        TroubledJdbc.door(
            (call, sql) -> {
              if (sql.equals("COMMIT") && failing.get()) {
                throw new SQLException("made by the test");
              }
            });
    try (SqliteStore store = open(real -> door.apply(stuck.apply(real)))) {
      stuckOnce.set(true);
      failing.set(true);
      CompletableFuture<Boolean> told = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  putOne(store, "m1", bytes(10));
                } catch (StoreUnavailable _) {
                  told.complete(true);
                }
              });
      assertTrue(told.get(60, TimeUnit.SECONDS));
      failing.set(false);
      CompletableFuture<Boolean> kept = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  putOne(store, "m2", bytes(10));
                  kept.complete(true);
                } catch (StoreUnavailable e) {
                  kept.completeExceptionally(e);
                }
              });
      assertTrue(kept.get(60, TimeUnit.SECONDS));
      assertFalse(stuckOnce.get(), "the close failed");
    }
  }

  @Test
  void aFloodOfMailsThatBrokeOffLeavesNothingBehind() throws Exception {
    long flood = SegmentWriter.SEGMENT_BYTES + 16L * 1024 * 1024;
    byte[] block = bytes(Spool.BLOCK);
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      putOne(store, "m1", bytes(2 * Spool.BLOCK));
      try (Spool spool = store.spool()) {
        while (spool.size() < flood) {
          spool.write(block, 0, block.length);
        }
      }
      putOne(store, "m2", bytes(2 * Spool.BLOCK));
      Sqls.await(path(), "SELECT count(*) FROM chunks", "4");
      Soon.until("only the last segment", () -> segments().equals(List.of("2")));
      assertArrayEquals(bytes(2 * Spool.BLOCK), read(claims(store).getLast()));
    }
    assertEquals("ok", Sqls.text(path(), "PRAGMA integrity_check"));
  }

  @Test
  void aFileThatAnEarlierGatewayLeftTooLongShrinks() throws Exception {
    open(UnaryOperator.identity()).close();
    long bytes = Chores.FREE_BYTES_MAX + 8L * 1024 * 1024;
    Sqls.run(path(), "INSERT INTO chunks (number, bytes) VALUES (1, zeroblob(" + bytes + "))");
    Sqls.run(path(), "DELETE FROM chunks");
    assertTrue(Files.size(path()) > bytes);
    // Cutting so much off holds the file for longer than the other tests want to wait for a lock.
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      Soon.until("a shorter file", () -> Files.size(path()) <= Chores.FREE_BYTES_MAX + 1_000_000);
      putOne(store, "m1", bytes(10));
    }
  }

  /// The names of the segments that are there.
  private List<String> segments() throws IOException {
    return Sqls.segments(folder).stream().map(file -> file.getFileName().toString()).toList();
  }

  /// Moves a database with what belongs to it.
  private void moveAll(String from, String to) throws IOException {
    for (String end : List.of("", "-wal", "-shm")) {
      Path file = folder.resolve(from + end);
      if (Files.exists(file)) {
        Files.move(file, folder.resolve(to + end));
      }
    }
  }

  @Test
  void chunksThatACrashLeftBehindAreSweptAtTheNextStart() throws Exception {
    Spool left;
    try (SqliteStore store = open(UnaryOperator.identity())) {
      left = store.spool();
      fill(left, bytes(12 * Spool.BLOCK + 1));
      putOne(store, "m1", bytes(3 * Spool.BLOCK));
    }
    assertEquals("15", Sqls.text(path(), "SELECT count(*) FROM chunks"));
    try (SqliteStore store = open(UnaryOperator.identity())) {
      Sqls.await(path(), "SELECT count(*) FROM spools", "0");
      assertEquals("3", Sqls.text(path(), "SELECT count(*) FROM chunks"));
      assertArrayEquals(bytes(3 * Spool.BLOCK), read(claims(store).getFirst()));
    }
    left.close();
  }

  @Test
  void chunksOfASpoolThatIsGivenUpAreSwept() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity())) {
      try (Spool spool = store.spool()) {
        fill(spool, bytes(5 * Spool.BLOCK + 1));
      }
      putOne(store, "m1", bytes(2 * Spool.BLOCK));
      Sqls.await(path(), "SELECT count(*) FROM spools", "0");
      Sqls.await(path(), "SELECT count(*) FROM chunks", "2");
    }
  }

  @Test
  void aSpoolThatLostABlockCanNotBePut() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity());
        Spool spool = store.spool();
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + path());
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN EXCLUSIVE");
      byte[] block = bytes(Spool.BLOCK + 1);
      spool.write(block, 0, block.length);
      assertThrows(
          StoreUnavailable.class,
          () -> {
            while (true) {
              spool.write(block, 0, block.length);
            }
          });
      sql.execute("COMMIT");
      assertThrows(
          IllegalStateException.class, () -> store.put(mail("m1", clock.instant(), "desk"), spool));
      assertEquals(0, store.ledger().accepted());
    }
  }

  @Test
  void aLostBlockThatNobodyWaitedForFailsThePut() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity());
        Spool spool = store.spool();
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + path());
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN EXCLUSIVE");
      byte[] block = bytes(Spool.BLOCK + 1);
      spool.write(block, 0, block.length);
      assertThrows(StoreUnavailable.class, () -> putOne(store, "m0", bytes(1)));
      sql.execute("COMMIT");
      assertThrows(
          StoreUnavailable.class, () -> store.put(mail("m1", clock.instant(), "desk"), spool));
      assertEquals(0, store.ledger().accepted());
    }
  }

  @Test
  void aBlockThatFoundNoRoomMakesThePutFull() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    UnaryOperator<Connection> door =
        TroubledJdbc.door(
            (call, sql) -> {
              if (full.get() && call.equals("executeUpdate") && sql.contains("INTO spools")) {
                throw new SQLiteException("database or disk is full", SQLiteErrorCode.SQLITE_FULL);
              }
            });
    try (SqliteStore store = open(door);
        Spool spool = store.spool()) {
      full.set(true);
      fill(spool, bytes(Spool.BLOCK + 1));
      StoreUnavailable lost =
          assertThrows(
              StoreUnavailable.class, () -> store.put(mail("m1", clock.instant(), "desk"), spool));
      assertTrue(lost.full(), lost.getMessage());
    }
  }

  @Test
  void whatIsRemovedIsSweptOnceHoweverOftenTheDatabaseIsOpenedAnew() throws Exception {
    AtomicBoolean failing = new AtomicBoolean();
    AtomicInteger looks = new AtomicInteger();
    UnaryOperator<Connection> door =
        TroubledJdbc.door(
            (call, sql) -> {
              if (call.equals("executeUpdate") && sql.equals("COMMIT") && failing.get()) {
                throw new SQLException("made by the test");
              }
              if (call.equals("executeQuery") && sql.startsWith("SELECT count(*) FROM spools")) {
                looks.incrementAndGet();
              }
            });
    try (SqliteStore store = open(door)) {
      // As a purge leaves it, before the first sweep.
      Sqls.run(path(), "INSERT INTO spools (mail, erase) VALUES (1000, 0)");
      failing.set(true);
      for (int i = 0; i < 40; i++) {
        assertThrows(StoreUnavailable.class, () -> putOne(store, "m1", bytes(10)));
      }
      failing.set(false);
      looks.set(0);
      Sqls.await(path(), "SELECT count(*) FROM spools", "0");
      assertTrue(looks.get() <= 2, looks.get() + " looks for one mail");
    }
  }

  @Test
  void aMessageThatCanNotBeErasedKeepsNothingElseWaiting() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity())) {
      putOne(store, "m1", bytes(2 * Spool.BLOCK));
      Path segment = segment();
      Path away = folder.resolve("away");
      Files.move(segment, away);
      Files.createDirectory(segment);
      StoreUnavailable refused =
          assertThrows(StoreUnavailable.class, () -> store.forget(new Traces.OfMail("m1")));
      assertTrue(refused.getMessage().contains("can't be erased"), refused.getMessage());
      store.deny(JournalContract.denied(clock.instant(), "d1"));
      Sqls.await(path(), "SELECT count(*) FROM log WHERE status = 4", "1");
      Files.delete(segment);
      Files.move(away, segment);
      assertEquals("2", Sqls.text(path(), "SELECT count(*) FROM chunks"));
    }
    try (SqliteStore store = open(UnaryOperator.identity())) {
      Sqls.await(path(), "SELECT count(*) FROM chunks", "0");
      assertEquals(0, store.ledger().unaccounted());
    }
  }

  private Path segment() throws IOException {
    return Sqls.segments(folder).getFirst();
  }

  @Test
  void aMessageWhoseBytesAreGoneIsAFaultNotAnEmptyMessage() throws Exception {
    try (SqliteStore store = open(UnaryOperator.identity())) {
      putOne(store, "m1", bytes(2 * Spool.BLOCK));
      putOne(store, "m2", bytes(10));
      List<Claim> claims = claims(store);
      Sqls.run(path(), "DELETE FROM chunks WHERE number IN (SELECT max(number) FROM chunks)");
      Sqls.run(path(), "DELETE FROM chunks WHERE number IN (SELECT max(number) FROM chunks)");
      assertThrows(IOException.class, () -> read(claims.getFirst()));
      assertThrows(IOException.class, () -> claims.getLast().mail().message().open(0));
    }
  }

  private SqliteStore open(UnaryOperator<Connection> door) throws StoreUnavailable {
    return SqliteStore.open(settings(path()), clock, door);
  }

  private static Settings settings(Path path) {
    return new Settings(path, 0, Duration.ofMillis(40), 2, 1, 64, Duration.ofSeconds(1), 100);
  }

  private Path path() {
    return folder.resolve("postern.db");
  }

  private void putOne(SqliteStore store, String id, byte[] message) throws StoreUnavailable {
    put(store, mail(id, clock.tick(Duration.ofMillis(1)), "desk"), message);
  }

  private List<Claim> claims(SqliteStore store) throws StoreUnavailable {
    return store.claim(want("desk", 100), clock.instant());
  }
}
