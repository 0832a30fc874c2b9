package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/// The database file, and how each of its users opens it.
final class Database {
  /// Chosen by measurement at creation. A small mail touches a dozen pages, which all go through
  /// the write-ahead log: with larger ones it costs more there than a large mail gains by its
  /// shorter chain.
  static final int PAGE_BYTES = 4096;

  /// The writer's own cache, in KiB: enough for the inner pages of every index.
  private static final int WRITER_CACHE_KIB = 16 * 1024;

  private final Path path;
  private final int lockedMaxMs;
  private final UnaryOperator<Connection> door;

  /// The database of these settings.
  ///
  /// @param door stands between the writer and its connection, each time one is opened
  Database(Settings settings, UnaryOperator<Connection> door) {
    this.path = settings.path().toAbsolutePath().normalize();
    this.lockedMaxMs = (int) Math.min(settings.lockedMax().toMillis(), Integer.MAX_VALUE);
    this.door = door;
  }

  /// The root has no parent, and can't be a file either.
  private Path folder() {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  Path path() {
    return path;
  }

  /// Makes the folder when it is missing.
  void createFolder() throws StoreUnavailable {
    try {
      Owned.createFolder(folder());
    } catch (IOException e) {
      throw Faults.unavailable("make the folder of " + path, e);
    }
  }

  /// Makes the file when it is missing: an empty file is a database without tables. No connection
  /// has it open then.
  void create() throws StoreUnavailable {
    try {
      Owned.create(path);
    } catch (IOException e) {
      throw Faults.unavailable("make " + path, e);
    }
  }

  /// A connection that writes. The file must be there: a database that vanished is not to be
  /// replaced by an empty one.
  ///
  /// @throws StoreUnavailable when the file is not ours, or too new: nothing in it was changed then
  Sql writer() throws SQLException, StoreUnavailable {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    Sql sql = new Sql(door.apply(connect(config)));
    try {
      Schema.version(sql, path);
      // Page size and vacuum mode count only while the file is empty, and before WAL.
      sql.pragma("page_size = " + PAGE_BYTES);
      sql.pragma("auto_vacuum = INCREMENTAL");
      String mode = sql.pragma("journal_mode = WAL").orElse("");
      if (!mode.equals("wal")) {
        throw new SQLException("this file system can't carry a write-ahead log (" + mode + ")");
      }
      sql.pragma("synchronous = FULL");
      sql.pragma("wal_autocheckpoint = 0");
      sql.pragma("secure_delete = FAST");
      sql.pragma("foreign_keys = ON");
      // What a savepoint needs to be undone stays in memory, not in temporary files.
      sql.pragma("temp_store = MEMORY");
      sql.pragma("cache_size = -" + WRITER_CACHE_KIB);
      return sql;
    } catch (SQLException | StoreUnavailable | RuntimeException e) {
      closeQuietly(sql);
      throw e;
    }
  }

  /// A connection that moves the write-ahead log into the file.
  ///
  /// @param busyMaxMs how long it waits for others; while it waits for readers no one can write
  Sql checkpointer(int busyMaxMs) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    Sql sql = new Sql(connect(config));
    try {
      sql.pragma("busy_timeout = " + busyMaxMs);
      sql.pragma("synchronous = FULL");
      sql.pragma("wal_autocheckpoint = 0");
      return sql;
    } catch (SQLException e) {
      closeQuietly(sql);
      throw e;
    }
  }

  /// Opens connections that can't change anything.
  SQLiteDataSource readers() {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(lockedMaxMs);
    SQLiteDataSource source = new Source(config);
    source.setUrl(url());
    return source;
  }

  private static final class Source extends SQLiteDataSource {
    Source(SQLiteConfig config) {
      super(config);
    }

    @Override
    public SQLiteConnection getConnection(@Nullable String user, @Nullable String password)
        throws SQLException {
      SQLiteConnection connection = super.getConnection(user, password);
      Function.create(connection, "fold", new Fold(), 1, Function.FLAG_DETERMINISTIC);
      return connection;
    }
  }

  /// Lower case for all of Unicode, where SQLite's own knows ASCII only.
  private static final class Fold extends Function {
    @Override
    protected void xFunc() throws SQLException {
      result(value_text(0).toLowerCase(Locale.ROOT));
    }
  }

  /// What tells this file from another of the same name (device and inode).
  ///
  /// @throws SQLException when the file is gone
  String identity() throws SQLException {
    try {
      // A look at the name, not an open file: see the package's rule.
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      return Objects.toString(file.fileKey());
    } catch (IOException e) {
      throw new SQLException("the database " + path + " is gone", e);
    }
  }

  /// The size of the write-ahead log; 0 when there is none.
  long walBytes() {
    try {
      return Files.size(Path.of(path + "-wal"));
    } catch (IOException _) {
      return 0;
    }
  }

  /// Closes a connection of which nothing more is expected.
  static void closeQuietly(Sql sql) {
    try {
      sql.close();
    } catch (SQLException _) {
      // Whatever it was doing has failed already, and whoever waited for it was told.
    }
  }

  private Connection connect(SQLiteConfig config) throws SQLException {
    config.setBusyTimeout(lockedMaxMs);
    return config.createConnection(url());
  }

  private String url() {
    return "jdbc:sqlite:" + path;
  }
}
