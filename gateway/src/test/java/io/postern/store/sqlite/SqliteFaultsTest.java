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
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Claim;
import io.postern.queue.Spool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A database that is locked, full, moved away or replaced, and spools that were left behind.
final class SqliteFaultsTest {
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
    AtomicInteger pagesMax = new AtomicInteger(150);
    UnaryOperator<Connection> door =
        connection -> {
          try (Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA max_page_count = " + pagesMax.get());
            return connection;
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        };
    byte[] large = bytes(4 * Spool.BLOCK);
    try (SqliteStore store = open(door)) {
      putOne(store, "m1", bytes(10));
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
      assertTrue(empty.getMessage().contains("not ready"), empty.getMessage());
    }
  }

  @Test
  void anotherDatabaseOfOursInItsPlaceIsTaken() throws Exception {
    Path other = folder.resolve("other.db");
    try (SqliteStore store = SqliteStore.open(settings(other), clock)) {
      putOne(store, "restored", bytes(10));
    }
    try (SqliteStore store = open(UnaryOperator.identity())) {
      putOne(store, "m1", bytes(10));
      assertEquals(1, store.ledger().accepted());
      for (String end : List.of("", "-wal", "-shm")) {
        Files.move(Path.of(path() + end), folder.resolve("away.db" + end));
      }
      Files.move(other, path());
      putOne(store, "m2", bytes(20));
      List<Claim> claims = claims(store);
      assertEquals(
          List.of("restored", "m2"), claims.stream().map(claim -> claim.mail().id()).toList());
      assertArrayEquals(bytes(20), read(claims.getLast()));
      assertEquals(2, store.ledger().accepted());
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
    return new Settings(path, 0, Duration.ofMillis(40), 2, 1, 64, 100);
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
