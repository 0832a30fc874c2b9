package io.postern.store.sqlite;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.sqlite.SQLiteConnection;

/// Reads the database: as many platform threads as read-only connections. Callers hand over and
/// wait, since a virtual thread inside SQLite would hold its carrier. What is read in one look is
/// one page of rows or one chunk, and its read transaction ends with it: a reader that stays would
/// keep the write-ahead log from starting over.
final class Readers implements AutoCloseable {
  /// How many looks may wait for a thread.
  private static final int WAITING_MAX = 16_384;

  private static final long CONNECTION_WAIT_MAX_MS = 5_000;

  private final Segments segments;
  private final HikariDataSource pool;
  private final ThreadPoolExecutor threads;
  private final Semaphore searches;
  private final Map<SQLiteConnection, Sql> kept = new ConcurrentHashMap<>();

  Readers(Database database, Settings settings) {
    this.segments = database.segments();
    HikariConfig config = new HikariConfig();
    config.setPoolName("postern-readers");
    config.setDataSource(database.readers());
    config.setReadOnly(true);
    config.setMaximumPoolSize(settings.readersMax());
    // Opened when first needed, and kept.
    config.setMinimumIdle(0);
    config.setIdleTimeout(0);
    config.setMaxLifetime(0);
    config.setKeepaliveTime(0);
    // Reads no page: whether the file can be read is for the look itself to find out.
    config.setConnectionTestQuery("SELECT 1");
    config.setConnectionTimeout(CONNECTION_WAIT_MAX_MS);
    // A database that can't be opened now is the caller's fault to hear of, look by look.
    config.setInitializationFailTimeout(-1);
    this.pool = new HikariDataSource(config);
    this.searches = new Semaphore(settings.searchesMax(), true);
    this.threads =
        new ThreadPoolExecutor(
            settings.readersMax(),
            settings.readersMax(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().daemon().name("postern-reader-", 0).factory());
  }

  /// One look at the database.
  @FunctionalInterface
  interface Look<T> {
    T at(Sql sql) throws SQLException, IOException;
  }

  /// Has a look that is short: a chunk, or a few index entries.
  ///
  /// @param doing what it is, in words that follow "The store can't"
  <T> T read(String doing, Look<T> look) throws StoreUnavailable {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      threads.execute(() -> run(look, answer));
      return answer.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      throw Faults.unavailable(doing, cause == null ? e : cause);
    } catch (RejectedExecutionException e) {
      throw Faults.unavailable(doing, e);
    }
  }

  /// Has a look that may take a while: only some of the readers serve these, so that messages can
  /// always be read.
  <T> T search(String doing, Look<T> look) throws StoreUnavailable {
    searches.acquireUninterruptibly();
    try {
      return read(doing, look);
    } finally {
      searches.release();
    }
  }

  /// Reads a chunk of a message; empty when it is not kept any more.
  Optional<byte[]> readChunk(long number) throws StoreUnavailable {
    return read("read a message", sql -> ChunkTable.read(sql, segments, number));
  }

  private <T> void run(Look<T> look, CompletableFuture<T> answer) {
    try (Connection connection = pool.getConnection()) {
      SQLiteConnection own = connection.unwrap(SQLiteConnection.class);
      boolean isDone = false;
      try {
        answer.complete(look.at(statements(own)));
        isDone = true;
      } catch (IOException e) {
        // Met in a file beside the database, which says nothing of the connection.
        isDone = true;
        throw e;
      } finally {
        if (!isDone) {
          // Nobody knows what state it is in.
          kept.remove(own);
          pool.evictConnection(connection);
        }
      }
    } catch (SQLException | IOException | RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  /// What is prepared on a connection stays with it: to prepare a statement takes longer than to
  /// find a row by it. Not on the pool's own view of the connection, which ends with each look.
  private Sql statements(SQLiteConnection connection) throws SQLException {
    Sql sql = kept.get(connection);
    if (sql == null) {
      // The pool may have closed some.
      kept.keySet().removeIf(it -> it.getDatabase().isClosed());
      sql = new Sql(connection);
      kept.put(connection, sql);
    }
    return sql;
  }

  /// Ends after the looks that were begun.
  @Override
  public void close() {
    threads.close();
    pool.close();
  }
}
