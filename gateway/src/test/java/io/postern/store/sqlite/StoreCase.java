package io.postern.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.fixture.FakeClock;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// An open store in a folder of its own. Whatever a test did, every delivery ever accepted must be
/// accounted for at its end.
abstract class StoreCase {
  @TempDir Path folder;
  final FakeClock clock = new FakeClock();
  SqliteStore store;

  @BeforeEach
  final void open() throws Exception {
    store = SqliteStore.open(Settings.of(path(), 0), clock);
  }

  @AfterEach
  final void close() throws Exception {
    assertEquals(0, store.ledger().unaccounted());
    store.close();
  }

  final Path path() {
    return folder.resolve("postern.db");
  }

  /// As contracts ask for it.
  public final SqliteStore queue() {
    return store;
  }

  /// As contracts ask for it.
  public final FakeClock clock() {
    return clock;
  }
}
