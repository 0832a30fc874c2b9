package io.postern.store.sqlite;

import io.postern.fixture.Soon;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// Looks at a database past the store.
final class Sqls {

  private Sqls() {}

  /// The first column of the first row; empty when there is none.
  static String text(Path database, String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  static void run(Path database, String statement) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  /// The segments below a folder, in order. One that is swept away meanwhile is not among them.
  static List<Path> segments(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().contains("-segments/") && attributes.isRegularFile()) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return found.stream().sorted().toList();
  }

  /// Waits until a query has this answer.
  static void await(Path database, String query, String answer) throws SQLException {
    AtomicReference<String> seen = new AtomicReference<>("");
    Soon.until(
        () -> query + " stays " + seen.get(),
        () -> {
          seen.set(text(database, query));
          return seen.get().equals(answer);
        });
  }
}
