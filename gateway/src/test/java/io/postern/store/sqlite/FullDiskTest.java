package io.postern.store.sqlite;

import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.config.Config;
import io.postern.config.ConfigFile;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.intake.Intake;
import io.postern.intake.MessageMemory;
import io.postern.mail.Ids;
import io.postern.policy.SelfMail;
import io.postern.rules.Book;
import io.postern.rules.Read;
import io.postern.rules.RuleFiles;
import io.postern.settings.Problem.Severity;
import io.postern.smtp.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that runs full under the door: SQLite is told that there are no more pages to be had.
final class FullDiskTest {
  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final AtomicBoolean full = new AtomicBoolean();
  private SqliteStore store;
  private Listener listener;

  @BeforeEach
  void open() throws Exception {
    store = SqliteStore.open(Settings.of(folder.resolve("postern.db"), 0), clock, this::limited);
    Config config = config();
    Optional<Book> book = Optional.of(book(config));
    Ids ids = new Ids(clock, new Random(1));
    listener =
        Listener.open(
            config.smtp(),
            new Intake(
                new Intake.Parts(
                    store,
                    store,
                    () -> book,
                    config.policy().domains(),
                    new SelfMail(config.policy()),
                    MessageMemory.ofHeap(),
                    ids,
                    clock),
                config.intake()),
            ids,
            Optional::empty);
  }

  @AfterEach
  void close() throws Exception {
    listener.close();
    assertEquals(0, store.ledger().unaccounted());
    store.close();
  }

  @Test
  void aFullDiskIs452AndTakesMailAgainWithoutARestart() throws Exception {
    assertTrue(deliver().startsWith("250 "));
    full.set(true);
    for (int i = 0; i < 3; i++) {
      String reply = deliver();
      assertTrue(reply.startsWith("452 4.3.1 "), reply);
    }
    assertTrue(store.fault().isPresent(), "health must tell of it");
    full.set(false);
    String reply = deliver();
    assertTrue(reply.startsWith("250 "), reply);
    assertEquals(2, store.claim(want("desk", 1_000), clock.instant()).size());
    assertEquals(Optional.empty(), store.fault());
  }

  /// Before each transaction the writer's connection is told how many pages there may be: those
  /// that there are, or any number.
  private final class Pages implements TroubledJdbc.Trouble {
    private final Connection connection;

    Pages(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void before(String call, String sql) throws SQLException {
      if (sql.equals("BEGIN IMMEDIATE") && !call.equals("prepareStatement")) {
        try (Statement pragma = connection.createStatement()) {
          pragma.execute("PRAGMA max_page_count = " + (full.get() ? 1 : 1_000_000));
        }
      }
    }
  }

  private Connection limited(Connection connection) {
    return TroubledJdbc.door(new Pages(connection)).apply(connection);
  }

  /// A mail that lies in the database and needs pages of its own.
  private String deliver() throws IOException {
    return RawSmtp.deliver(
        listener.addresses().getFirst(),
        "ann@sender.example",
        List.of("desk@in.example.com"),
        Mails.big(10_000));
  }

  private Config config() throws IOException {
    Path file = folder.resolve("postern.yaml");
    Files.createDirectories(folder.resolve("rules"));
    Files.writeString(
        file,
        """
        hostname: mx.example.com
        smtp: { listen: ["127.0.0.1:0"] }
        domains: [in.example.com]
        rules: rules
        """);
    return switch (ConfigFile.read(file, Map.of())) {
      case ConfigFile.Read.Good(Config config, _) -> config;
      case ConfigFile.Read.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private Book book(Config config) throws IOException {
    Files.writeString(
        folder.resolve("rules").resolve("desk.yaml"),
        """
        name: desk
        when: [ { header: To, matches: '^desk@' } ]
        post: { url: "https://app.example.com/" }
        retry: { interval: 10s, period: 1d }
        """);
    return switch (new RuleFiles(config.rules(), Map.of(), Severity.WARNING).read()) {
      case Read.Good(Book good, _) -> good;
      case Read.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }
}
