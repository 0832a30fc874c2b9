package io.postern.store.sqlite;

import io.postern.journal.Ledger;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Story;
import io.postern.queue.Pause;
import io.postern.queue.Waiting;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A database seen by a command.
final class ReadOnlyView implements SqliteStore.View {
  private final Readers readers;
  private final Reading reading;
  private final Search search;
  private final Stories stories;

  private ReadOnlyView(Readers readers) {
    this.readers = readers;
    this.reading = new Reading(readers);
    this.search = new Search(readers);
    this.stories = new Stories(readers);
  }

  static ReadOnlyView open(Settings settings) throws StoreUnavailable {
    Database database = Database.existing(settings);
    // Before there is a pool, which would try again and again.
    try (Sql sql = new Sql(database.readers().getConnection())) {
      Schema.verify(sql, database.path());
    } catch (SQLException e) {
      throw Faults.unavailable("open " + database.path(), e);
    }
    return new ReadOnlyView(new Readers(database, settings));
  }

  @Override
  public List<Row> search(Query query, int offset, int limit) throws StoreUnavailable {
    return search.newest(query, offset, limit);
  }

  @Override
  public void each(Query query, Consumer<Row> reader) throws StoreUnavailable {
    search.each(query, reader);
  }

  @Override
  public List<Row> after(long number, Query query, int limit) throws StoreUnavailable {
    return search.after(number, query, limit);
  }

  @Override
  public long newest() throws StoreUnavailable {
    return search.newest();
  }

  @Override
  public Optional<Story> story(String id) throws StoreUnavailable {
    return stories.story(id);
  }

  @Override
  public Ledger ledger() throws StoreUnavailable {
    return reading.ledger();
  }

  @Override
  public List<Waiting> waiting() throws StoreUnavailable {
    return reading.waiting();
  }

  @Override
  public List<Pause> pauses() throws StoreUnavailable {
    return reading.pauses();
  }

  @Override
  public void close() {
    readers.close();
  }
}
