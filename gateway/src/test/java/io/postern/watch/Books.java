package io.postern.watch;

import io.postern.TestGateway;
import io.postern.rules.Book;
import io.postern.rules.RuleFiles;
import io.postern.rules.Settings;
import io.postern.settings.LiveFiles;
import io.postern.settings.Problem.Severity;
import io.postern.settings.TextShelf;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The rule `desk` in force, in a test's folder.
final class Books {
  private static final TextShelf<Book> NONE =
      new TextShelf<>() {
        @Override
        public void keep(String version, Instant taken, String text, Book book) {}

        @Override
        public Optional<Kept> latest() {
          return Optional.empty();
        }
      };

  private Books() {}

  static LiveFiles<Book> in(Path folder, InstantSource clock) throws IOException {
    new TestGateway(folder).rule("desk", URI.create("https://app.example.com/"));
    Settings settings = new Settings(folder.resolve("rules"), Set.of(), true);
    LiveFiles<Book> books =
        new LiveFiles<>(new RuleFiles(settings, Map.of(), Severity.WARNING), NONE, clock);
    books.start();
    return books;
  }
}
