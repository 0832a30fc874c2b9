package io.postern.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.fixture.FakeClock;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadersTest {
  @TempDir private Path folder;

  @Test
  void aConnectionIsGivenUpForAFaultOfItsOwnAndNotForThatOfAFileBesideIt() throws Exception {
    Settings settings =
        new Settings(
            folder.resolve("postern.db"), 0, Duration.ofSeconds(5), 1, 1, 1, Duration.ZERO, 1);
    SqliteStore.open(settings, new FakeClock()).close();
    try (Readers readers = new Readers(Database.existing(settings), settings)) {
      Sql first = readers.read("look", sql -> sql);
      StoreUnavailable fault =
          assertThrows(StoreUnavailable.class, () -> readers.read("look", _ -> file()));
      assertSame(IOException.class, fault.getCause().getClass());
      assertSame(first, readers.read("look", sql -> sql));
      assertThrows(StoreUnavailable.class, () -> readers.read("look", _ -> connection()));
      assertNotSame(first, readers.read("look", sql -> sql));
    }
  }

  private static Sql file() throws IOException {
    throw new IOException("made by the test");
  }

  private static Sql connection() throws SQLException {
    throw new SQLException("made by the test");
  }
}
