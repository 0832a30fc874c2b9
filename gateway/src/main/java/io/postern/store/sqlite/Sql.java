package io.postern.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/// One connection with its prepared statements, which are kept until it is closed. For one thread
/// at a time.
///
/// The connection stays in auto-commit mode as JDBC sees it; who wants a transaction says BEGIN and
/// COMMIT, because only then is the moment of the lock and of the fsync in plain sight.
final class Sql implements AutoCloseable {
  /// How many pages are copied between two looks at whether somebody holds the copy.
  private static final int COPIED_PAGES = 1_000;

  /// How many steps of SQLite's machine go by between two looks at the time.
  private static final int STEPS = 1_000;

  /// How many statements are kept; then the one that was not used for longest is closed. Searches
  /// have many forms.
  private static final int KEPT_MAX = 200;

  private final Connection connection;
  private final LinkedHashMap<String, PreparedStatement> kept =
      new LinkedHashMap<>(16, 0.75f, true);

  Sql(Connection connection) {
    this.connection = connection;
  }

  /// Reads one row of a result.
  @FunctionalInterface
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /// Runs a statement that returns no rows.
  ///
  /// @param values long, int, String, byte[], Instant (as milliseconds) or null, in the order of
  ///   the question marks
  /// @return how many rows it changed
  int update(String sql, @Nullable Object... values) throws SQLException {
    return bound(sql, values).executeUpdate();
  }

  /// All rows of a query.
  <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... values)
      throws SQLException {
    List<T> all = new ArrayList<>();
    try (ResultSet rows = bound(sql, values).executeQuery()) {
      while (rows.next()) {
        all.add(reader.read(rows));
      }
    }
    return all;
  }

  /// The first row of a query.
  <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... values)
      throws SQLException {
    try (ResultSet rows = bound(sql, values).executeQuery()) {
      return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
    }
  }

  /// The first row of a statement that is made for this once: one that failed would be of no more
  /// use, and fail for good if it were kept.
  <T> Optional<T> once(String sql, RowReader<T> reader) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
    }
  }

  /// A column's text, for rows that are read by the thousand: the driver's own way to it takes
  /// nearly twice as long, for it asks for the column's type first and makes a buffer of memory
  /// that is not Java's.
  ///
  /// @param place from 1
  /// @throws NullPointerException when it is NULL
  static String text(ResultSet row, int place) throws SQLException {
    return Objects.requireNonNull(textOrNull(row, place), "a text is missing");
  }

  /// The same; null for SQL's NULL.
  static @Nullable String textOrNull(ResultSet row, int place) throws SQLException {
    byte[] bytes = row.getBytes(place);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  /// The number in the only row and column of a query; 0 for SQL's NULL.
  long number(String sql, @Nullable Object... values) throws SQLException {
    return first(sql, row -> row.getLong(1), values).orElse(0L);
  }

  /// Runs a pragma that may or may not answer with a row.
  ///
  /// @return the first column of the answer; empty when there is none
  Optional<String> pragma(String pragma) throws SQLException {
    try (var statement = connection.createStatement()) {
      if (!statement.execute("PRAGMA " + pragma)) {
        return Optional.empty();
      }
      try (ResultSet rows = statement.getResultSet()) {
        return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
      }
    }
  }

  /// Runs a statement to its end that is no query and yet makes rows, which nobody wants.
  void run(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /// Copies the whole database, page by page, as this connection sees it: within a transaction that
  /// has read something, as it was then. Others may write meanwhile.
  ///
  /// @param file is made when it is missing; what is in it is lost
  void copyTo(Path file) throws SQLException {
    DB database = connection.unwrap(SQLiteConnection.class).getDatabase();
    int code = database.backup("main", file.toString(), null, 0, 0, COPIED_PAGES);
    if (code != SQLiteErrorCode.SQLITE_OK.code) {
      throw DB.newSQLException(code, "the copy broke off");
    }
  }

  /// Has every statement end with an interruption once some time has passed.
  void endAfter(Duration max) throws SQLException {
    long deadline = System.nanoTime() + max.toNanos();
    ProgressHandler.setHandler(
        connection,
        STEPS,
        new ProgressHandler() {
          @Override
          protected int progress() {
            return System.nanoTime() - deadline < 0 ? 0 : 1;
          }
        });
  }

  /// Deletes something.
  @FunctionalInterface
  interface Deletion<T> {
    T run() throws SQLException;
  }

  /// Has what is deleted overwritten with zeros also where whole pages become free. Else SQLite
  /// leaves those as they are, since to write them costs as much as it did to fill them.
  <T> T overwriting(Deletion<T> deletion) throws SQLException {
    pragma("secure_delete = ON");
    try {
      return deletion.run();
    } finally {
      pragma("secure_delete = FAST");
    }
  }

  private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = kept.get(sql);
    if (statement == null) {
      if (kept.size() == KEPT_MAX) {
        kept.pollFirstEntry().getValue().close();
      }
      statement = connection.prepareStatement(sql);
      kept.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      bind(statement, i + 1, values[i]);
    }
    return statement;
  }

  private static void bind(PreparedStatement statement, int place, @Nullable Object value)
      throws SQLException {
    switch (value) {
      case null -> statement.setObject(place, null);
      case Long number -> statement.setLong(place, number);
      case Integer number -> statement.setInt(place, number);
      case String text -> statement.setString(place, text);
      case byte[] bytes -> statement.setBytes(place, bytes);
      case Instant time -> statement.setLong(place, time.toEpochMilli());
      default -> throw new IllegalArgumentException("no column holds a " + value.getClass());
    }
  }

  /// Closes the statements and, with them, the connection.
  @Override
  public void close() throws SQLException {
    try {
      for (PreparedStatement statement : kept.values()) {
        statement.close();
      }
    } finally {
      connection.close();
    }
  }
}
