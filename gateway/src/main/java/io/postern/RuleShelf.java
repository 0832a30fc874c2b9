package io.postern;

import io.postern.journal.StoreUnavailable;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.settings.TextShelf;
import io.postern.store.sqlite.SqliteStore;
import io.postern.store.sqlite.SqliteStore.KeptBook;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Keeps the texts of rule files in the store, and which accounts their rules are in: a subscriber
/// that hears of an account may come to a rule's rows when its file is gone.
record RuleShelf(SqliteStore store) implements TextShelf<Book> {
  @Override
  public void keep(String version, Instant taken, String text, Book book) throws IOException {
    Map<String, String> accounts =
        book.rules().stream().collect(Collectors.toMap(Rule::name, Rule::account));
    try {
      store.keepRules(new KeptBook(version, taken, text), accounts);
    } catch (StoreUnavailable e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public Optional<Kept> latest() throws IOException {
    return new Shelf(store, SqliteStore.RULES).latest();
  }
}
