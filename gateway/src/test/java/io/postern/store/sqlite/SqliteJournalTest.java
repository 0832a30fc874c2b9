package io.postern.store.sqlite;

import io.postern.journal.JournalContract;

final class SqliteJournalTest extends StoreCase implements JournalContract {
  @Override
  public SqliteStore journal() {
    return store;
  }

  @Override
  public SqliteStore refusals() {
    return store;
  }
}
