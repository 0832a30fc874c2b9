package io.postern;

import io.postern.journal.StoreUnavailable;
import io.postern.settings.TextShelf;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/// Keeps the texts of a folder in the store.
///
/// @param kind what the folder holds, such as `rules`
record Shelf(SqliteStore store, String kind) implements TextShelf<Object> {
  @Override
  public void keep(String version, Instant taken, String text, Object whole) throws IOException {
    try {
      store.keepBook(kind, version, taken, text);
    } catch (StoreUnavailable e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public Optional<Kept> latest() throws IOException {
    try {
      return store
          .latestBook(kind)
          .map(book -> new Kept(book.version(), book.taken(), book.text()));
    } catch (StoreUnavailable e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
