package io.postern.store.sqlite;

import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that runs full under the door: SQLite is told that there are no more pages to be had.
/// [SmallDiskTest] fills a real one.
final class FullDiskTest {
  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final AtomicBoolean full = new AtomicBoolean();
  private SqliteStore store;
  private TestDoor door;

  @BeforeEach
  void open() throws Exception {
    store = SqliteStore.open(Settings.of(folder.resolve("postern.db"), 0), clock, this::limited);
    door = new TestDoor(folder, store, clock);
  }

  @AfterEach
  void close() throws Exception {
    door.close();
    assertEquals(0, store.ledger().unaccounted());
    store.close();
  }

  @Test
  void aFullDiskIs452AndTakesMailAgainWithoutARestart() throws Exception {
    assertTrue(deliver().startsWith("250 "));
    full.set(true);
    for (int i = 0; i < 3; i++) {
      String reply = deliver();
      assertTrue(reply.startsWith("452 4.3.1 "), reply);
    }
    assertTrue(store.fault().isPresent(), "health must tell of it");
    full.set(false);
    String reply = deliver();
    assertTrue(reply.startsWith("250 "), reply);
    assertEquals(2, store.claim(want("desk", 1_000), clock.instant()).size());
    assertEquals(Optional.empty(), store.fault());
  }

  /// Before each transaction the writer's connection is told how many pages there may be: those
  /// that there are, or any number.
  private final class Pages implements TroubledJdbc.Trouble {
    private final Connection connection;

    Pages(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void before(String call, String sql) throws SQLException {
      if (sql.equals("BEGIN IMMEDIATE") && !call.equals("prepareStatement")) {
        try (Statement pragma = connection.createStatement()) {
          pragma.execute("PRAGMA max_page_count = " + (full.get() ? 1 : 1_000_000));
        }
      }
    }
  }

  private Connection limited(Connection connection) {
    return TroubledJdbc.door(new Pages(connection)).apply(connection);
  }

  /// A mail that lies in the database and needs pages of its own.
  private String deliver() throws IOException {
    return door.deliver(Mails.big(10_000));
  }
}
