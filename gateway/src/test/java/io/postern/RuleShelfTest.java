package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.fixture.FakeClock;
import io.postern.journal.Entry;
import io.postern.journal.Status;
import io.postern.queue.Samples;
import io.postern.rules.Book;
import io.postern.rules.RuleFiles;
import io.postern.rules.Settings;
import io.postern.settings.LiveFiles;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the store knows of the accounts of rules.
final class RuleShelfTest {
  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();

  @Test
  void theAccountOfARuleThatIsGoneIsKeptWhileSomethingSpeaksOfIt() throws Exception {
    rule("acme/one");
    rule("acme/idle");
    rule("globex/two");
    try (SqliteStore store =
        SqliteStore.open(
            io.postern.store.sqlite.Settings.of(folder.resolve("postern.db"), 0), clock)) {
      RuleFiles files =
          new RuleFiles(
              new Settings(folder.resolve("rules"), Set.of(), true), Map.of(), Severity.WARNING);
      LiveFiles<Book> books = new LiveFiles<>(files, new RuleShelf(store), clock);
      books.start();
      Samples.put(
          store, Samples.mail("m1", clock.instant(), "one", "two", "stray"), Samples.bytes(10));
      assertEquals(List.of("acme", "globex", ""), accounts(store));
      Files.delete(folder.resolve("rules/acme/one.yaml"));
      Files.delete(folder.resolve("rules/acme/idle.yaml"));
      Files.move(folder.resolve("rules/globex/two.yaml"), folder.resolve("rules/acme/two.yaml"));
      books.reload();
      assertEquals(List.of("acme", "acme", ""), accounts(store));
      Samples.put(store, Samples.mail("m2", clock.instant(), "idle"), Samples.bytes(10));
      assertEquals(List.of("acme", "acme", "", ""), accounts(store));
    }
  }

  private void rule(String file) throws IOException {
    Path path = folder.resolve("rules").resolve(file + ".yaml");
    Files.createDirectories(path.getParent());
    Files.writeString(
        path,
        """
        name: %s
        when: [ { header: To, matches: '^x@' } ]
        post: { url: "https://app.example.com/" }
        """
            .formatted(path.getFileName().toString().replace(".yaml", "")));
  }

  private static List<String> accounts(SqliteStore store) throws Exception {
    return store.stretch(0, Set.of(Status.QUEUED), 100).entries().stream()
        .map(entry -> entry instanceof Entry.Logged logged ? logged.account() : "?")
        .toList();
  }
}
