package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.StoreUnavailable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.ProgressHandler;

/// A write-ahead log that somebody removes under a running gateway. What was promised is in it, and
/// in nothing else that has a name.
final class RemovedLogTest {
  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final AtomicBoolean full = new AtomicBoolean();
  private final AtomicInteger failures = new AtomicInteger();

  @Test
  void mailIsRefusedOnceTheLogIsRemovedAndWhatWasKeptIsSaved() throws Exception {
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      putOne(store, "m1");
      Files.delete(log());
      assertRefused(store, "m2");
      Soon.until("fault", () -> store.fault().isPresent());
      // What a process that is killed now leaves behind.
      Soon.until("m1 in the database itself", () -> isIn(copied(), "m1"));
      // Readers see it as well, those included that open the database now.
      assertEquals(1, store.ledger().accepted());
    }
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      putOne(store, "m3");
      assertEquals(2, store.ledger().waiting());
    }
    assertEquals("ok", Sqls.text(path(), "PRAGMA integrity_check"));
  }

  @Test
  void aGatewayThatIsStoppedSavesWhatARemovedLogHeld() throws Exception {
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      putOne(store, "m1");
      // Readers, which save nothing, are the last but one to close the database.
      assertEquals(1, store.ledger().accepted());
      Files.delete(log());
    }
    assertEquals("m1", mailsIn(path()));
  }

  @Test
  void aLogThatWasRemovedIsNoticedThoughNobodyWrites() throws Exception {
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      putOne(store, "m1");
      Path away = Files.move(log(), folder.resolve("away"));
      Soon.until("fault", () -> store.fault().isPresent());
      Files.move(away, log());
      putOne(store, "m2");
      Soon.until("no fault", () -> store.fault().isEmpty());
    }
    assertEquals("m1,m2", mailsIn(path()));
  }

  /// A lost transaction costs the writer its connection, and a disk that is full is where logs are
  /// removed.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLogThatIsRemovedWhileTheWriterHasNoConnectionIsNoticed(boolean moved) throws Exception {
    AtomicBoolean failing = new AtomicBoolean();
    UnaryOperator<Connection> door =
        TroubledJdbc.door(
            (call, sql) -> {
              if (failing.get() && call.equals("executeUpdate") && sql.equals("COMMIT")) {
                throw new SQLException("made by the test");
              }
            });
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock, door)) {
      putOne(store, "m1");
      failing.set(true);
      assertThrows(StoreUnavailable.class, () -> putOne(store, "m2"));
      if (moved) {
        Sqls.run(path(), "PRAGMA wal_checkpoint(TRUNCATE)");
      }
      Files.delete(log());
      failing.set(false);
      for (String id : List.of("m3", "m4")) {
        assertRefused(store, id);
      }
      Soon.until("m1 in the database itself", () -> isIn(copied(), "m1"));
    }
    try (SqliteStore store = SqliteStore.open(Settings.of(path(), 0), clock)) {
      putOne(store, "m5");
    }
    assertEquals("m1,m5", mailsIn(path()));
    assertEquals("ok", Sqls.text(path(), "PRAGMA integrity_check"));
  }

  @Test
  void whatARemovedLogHeldIsSavedThoughTheFirstTriesFail() throws Exception {
    try (SqliteStore store = open(this::failingCheckpoints)) {
      putOne(store, "m1");
      full.set(true);
      Files.delete(log());
      for (int tries = 1; tries <= 2; tries++) {
        int failed = failures.get();
        Soon.until(
            "a try to save it",
            () -> {
              assertRefused(store, "m2");
              return failures.get() > failed;
            });
      }
      assertFalse(isIn(copied(), "m1"));
      full.set(false);
      Soon.until(
          "m1 in the database itself",
          () -> {
            assertRefused(store, "m2");
            return isIn(copied(), "m1");
          });
    }
    assertEquals("m1", mailsIn(path()));
  }

  @Test
  void aStopSavesWhatARemovedLogHeldThoughItCouldNotBeSavedBefore() throws Exception {
    try (SqliteStore store = open(this::failingCheckpoints)) {
      putOne(store, "m1");
      full.set(true);
      Files.delete(log());
      assertRefused(store, "m2");
      Soon.until("a try to save it", () -> failures.get() > 0);
      full.set(false);
    }
    assertEquals("m1", mailsIn(path()));
    assertEquals("ok", Sqls.text(path(), "PRAGMA integrity_check"));
  }

  /// SQLite ends every statement of this connection while [#full] is set, so that the driver takes
  /// each for one that failed, as it would on a full disk.
  private Connection failingCheckpoints(Connection connection) {
    try {
      ProgressHandler.setHandler(
          connection,
          1,
          new ProgressHandler() {
            @Override
            protected int progress() {
              if (!full.get()) {
                return 0;
              }
              failures.incrementAndGet();
              return 1;
            }
          });
      return connection;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private SqliteStore open(UnaryOperator<Connection> checkpoints) throws StoreUnavailable {
    return SqliteStore.open(Settings.of(path(), 0), clock, UnaryOperator.identity(), checkpoints);
  }

  private void assertRefused(SqliteStore store, String id) {
    StoreUnavailable removed = assertThrows(StoreUnavailable.class, () -> putOne(store, id));
    assertTrue(
        removed.getMessage().contains("was removed while the gateway runs"), removed.getMessage());
  }

  private Path log() {
    return Path.of(path() + "-wal");
  }

  /// A copy that was taken while the log is moved into the database may be none that can be read.
  private static boolean isIn(Path copy, String mails) {
    try {
      return mailsIn(copy).equals(mails);
    } catch (SQLException _) {
      return false;
    }
  }

  private static String mailsIn(Path database) throws SQLException {
    return Sqls.text(database, "SELECT group_concat(id) FROM mails");
  }

  /// The database without its log, by another process: one of ours that closed it would drop
  /// SQLite's locks.
  private Path copied() throws Exception {
    Path copy = folder.resolve("copy.db");
    int exit =
        new ProcessBuilder("cp", path().toString(), copy.toString()).inheritIO().start().waitFor();
    assertEquals(0, exit);
    return copy;
  }

  private void putOne(SqliteStore store, String id) throws StoreUnavailable {
    put(store, mail(id, clock.instant(), "desk"), bytes(10));
  }

  private Path path() {
    return folder.resolve("postern.db");
  }
}
