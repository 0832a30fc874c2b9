package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The numbered scripts that make a database what this program expects. They only run forward. The
/// file carries the number of the last one as `user_version`, and our mark as `application_id`.
final class Schema {
  /// "Post" in ASCII.
  static final int APPLICATION_ID = 0x506f7374;

  /// In the order of their numbers, from 1. A script that a release has named is never changed.
  private static final List<String> SCRIPTS = List.of("001-first.sql");

  private Schema() {}

  /// All scripts of this program.
  static List<String> scripts() {
    return SCRIPTS;
  }

  /// Brings the database up to date, in one transaction.
  static void migrate(Sql sql, Path path) throws SQLException, StoreUnavailable {
    migrate(sql, path, SCRIPTS);
  }

  /// For tests, which are an older program, or a newer one.
  static void migrate(Sql sql, Path path, List<String> scripts)
      throws SQLException, StoreUnavailable {
    int version = version(sql, path, scripts.size());
    if (version == scripts.size()) {
      return;
    }
    sql.update("BEGIN IMMEDIATE");
    for (String script : scripts.subList(version, scripts.size())) {
      for (String statement : statements(script)) {
        sql.update(statement);
      }
    }
    sql.pragma("application_id = " + APPLICATION_ID);
    sql.pragma("user_version = " + scripts.size());
    sql.update("COMMIT");
  }

  /// Refuses a database that this program can't use as it is.
  static void verify(Sql sql, Path path) throws SQLException, StoreUnavailable {
    int version = version(sql, path);
    if (version == 0) {
      throw Faults.refused(
          path + " is empty: it is no backup; a store is made by starting the gateway once.");
    }
    if (version < SCRIPTS.size()) {
      throw Faults.refused(
          "The database " + path + " is not ready for this Postern: start the gateway once.");
    }
  }

  /// The number of the last script that ran; 0 for a file without tables.
  ///
  /// @throws StoreUnavailable when the database is of another program, or newer than this one
  static int version(Sql sql, Path path) throws SQLException, StoreUnavailable {
    return version(sql, path, SCRIPTS.size());
  }

  private static int version(Sql sql, Path path, int known) throws SQLException, StoreUnavailable {
    long mark;
    long version;
    long tables;
    try {
      mark = sql.number("PRAGMA application_id");
      version = sql.number("PRAGMA user_version");
      tables = sql.number("SELECT count(*) FROM sqlite_schema");
    } catch (SQLException e) {
      if (Faults.isForeign(e)) {
        throw Faults.refused(path + " is not a Postern database: it is no SQLite file.");
      }
      throw e;
    }
    if (mark != APPLICATION_ID && (mark != 0 || version != 0 || tables != 0)) {
      throw Faults.refused(path + " is not a Postern database: another program made it.");
    }
    if (version > known) {
      throw Faults.refused(
          "The database "
              + path
              + " is of version "
              + version
              + ", newer than this Postern, which knows "
              + known
              + ": use the newer program.");
    }
    return (int) version;
  }

  private static List<String> statements(String script) {
    StringBuilder text = new StringBuilder();
    for (String line : read(script).lines().toList()) {
      int comment = line.indexOf("--");
      text.append(comment < 0 ? line : line.substring(0, comment)).append('\n');
    }
    List<String> statements = new ArrayList<>();
    for (String statement : text.toString().split(";", -1)) {
      if (!statement.isBlank()) {
        statements.add(statement.strip());
      }
    }
    return statements;
  }

  private static String read(String script) {
    try (InputStream in = Schema.class.getResourceAsStream(script)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its schema " + script);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
