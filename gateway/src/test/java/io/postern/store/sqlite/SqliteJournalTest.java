package io.postern.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.fixture.FakeClock;
import io.postern.journal.JournalContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

final class SqliteJournalTest implements JournalContract {
  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private SqliteStore store;

  @BeforeEach
  void open() throws Exception {
    store = SqliteStore.open(Settings.of(folder.resolve("postern.db"), 0), clock);
  }

  @AfterEach
  void close() throws Exception {
    assertEquals(0, store.ledger().unaccounted());
    store.close();
  }

  @Override
  public SqliteStore journal() {
    return store;
  }

  @Override
  public SqliteStore refusals() {
    return store;
  }

  @Override
  public SqliteStore queue() {
    return store;
  }

  @Override
  public FakeClock clock() {
    return clock;
  }
}
