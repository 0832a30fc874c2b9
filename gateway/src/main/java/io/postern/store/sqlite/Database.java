package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
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
  private final Segments segments;
  private final int lockedMaxMs;
  private final UnaryOperator<Connection> door;
  private final UnaryOperator<Connection> checkpoints;

  /// Device and inode of the file that the first connection opened; empty before.
  private final AtomicReference<String> opened = new AtomicReference<>("");

  private Database(
      Path path,
      Settings settings,
      UnaryOperator<Connection> door,
      UnaryOperator<Connection> checkpoints) {
    this.path = path;
    this.segments = new Segments(path);
    this.lockedMaxMs = (int) Math.min(settings.lockedMax().toMillis(), Integer.MAX_VALUE);
    this.door = door;
    this.checkpoints = checkpoints;
  }

  /// The database of these settings, for one who may make it. Its folder is made when it is
  /// missing. Links are followed here and never again: whatever names lead to a file, it has one
  /// lock file, and the write-ahead log is where SQLite has it.
  ///
  /// @param door stands between the writer and its connection, each time one is opened
  /// @param checkpoints stands between the checkpointer and its own
  static Database resolve(
      Settings settings, UnaryOperator<Connection> door, UnaryOperator<Connection> checkpoints)
      throws StoreUnavailable {
    Path asked = settings.path().toAbsolutePath();
    Path folder = asked.getParent();
    Path name = asked.getFileName();
    if (folder == null || name == null) {
      throw Faults.refused(asked + " can't be a database: it is a root folder.");
    }
    try {
      Owned.createFolder(folder);
      Path path = folder.toRealPath().resolve(name);
      if (Files.isSymbolicLink(path) && !Files.exists(path)) {
        throw Faults.refused("The database " + path + " is a link to a file that is not there.");
      }
      return new Database(
          Files.exists(path) ? path.toRealPath() : path, settings, door, checkpoints);
    } catch (FileAlreadyExistsException e) {
      throw Faults.refused(
          "The database can't be in " + e.getFile() + ": that is no folder, nor a link to one.");
    } catch (IOException e) {
      throw Faults.unavailable("find the folder of " + asked, e);
    }
  }

  /// The database of these settings, which must exist, for one who only reads.
  static Database existing(Settings settings) throws StoreUnavailable {
    Path asked = settings.path().toAbsolutePath();
    if (!Files.exists(asked)) {
      throw Faults.refused(
          "There is no database at " + asked + ": has a gateway run with this configuration?");
    }
    try {
      return new Database(
          asked.toRealPath(), settings, UnaryOperator.identity(), UnaryOperator.identity());
    } catch (IOException e) {
      throw Faults.unavailable("find " + asked, e);
    }
  }

  /// The files beside it.
  Segments segments() {
    return segments;
  }

  /// Without links.
  Path path() {
    return path;
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
    Sql sql = new Sql(door.apply(connect()));
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
    Sql sql = new Sql(checkpoints.apply(connect()));
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
    SQLiteConfig config = config();
    config.setReadOnly(true);
    SQLiteDataSource source = new Source(config);
    source.setUrl(url());
    return source;
  }

  private final class Source extends SQLiteDataSource {
    Source(SQLiteConfig config) {
      super(config);
    }

    @Override
    public SQLiteConnection getConnection(@Nullable String user, @Nullable String password)
        throws SQLException {
      SQLiteConnection connection = super.getConnection(user, password);
      try {
        requireSame();
        Function.create(connection, "fold", new Fold(), 1, Function.FLAG_DETERMINISTIC);
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }
  }

  /// Lower case for all of Unicode, where SQLite's own knows ASCII only.
  private static final class Fold extends Function {
    @Override
    protected void xFunc() throws SQLException {
      result(value_text(0).toLowerCase(Locale.ROOT));
    }
  }

  /// Makes sure that the file's name still means the file that was opened first: what is written to
  /// a file without a name is lost, and another database, ours or not, knows nothing of the mail
  /// that was promised.
  ///
  /// @throws SQLException when the file is gone, or is another one
  void requireSame() throws SQLException {
    String now;
    try {
      // A look at the name, not an open file: see the package's rule.
      now = Objects.toString(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      throw new SQLException("the database " + path + " is gone", e);
    }
    String first = opened.compareAndExchange("", now);
    if (!first.isEmpty() && !first.equals(now)) {
      throw new SQLException(
          "the database "
              + path
              + " was replaced while the gateway runs: put it back or restart the gateway");
    }
  }

  /// What tells the write-ahead log that is there from another one: device and inode; empty when
  /// there is none.
  String log() {
    try {
      // A look at the name, not an open file: see the package's rule.
      return Objects.toString(
          Files.readAttributes(Path.of(path + "-wal"), BasicFileAttributes.class).fileKey());
    } catch (IOException _) {
      return "";
    }
  }

  /// The size of the write-ahead log; 0 when there is none.
  long walBytes() {
    return bytes(Path.of(path + "-wal"));
  }

  /// The size of the file itself; 0 when it is gone.
  long fileBytes() {
    return bytes(path);
  }

  /// A look at the name, not an open file: see the package's rule.
  private static long bytes(Path file) {
    try {
      return Files.size(file);
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

  /// What is the same for all connections.
  private SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    // The driver lets one thread at a time use a connection; SQLite need not lock it again for each
    // column that is read (sqlite.org/threadsafe.html, "multi-thread").
    config.setOpenMode(SQLiteOpenMode.NOMUTEX);
    config.setBusyTimeout(lockedMaxMs);
    // Else the driver asks for the number of each new row, by a statement made for that.
    config.setGetGeneratedKeys(false);
    return config;
  }

  private Connection connect() throws SQLException {
    SQLiteConfig config = config();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    Connection connection = config.createConnection(url());
    try {
      requireSame();
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private String url() {
    return "jdbc:sqlite:" + path;
  }
}
