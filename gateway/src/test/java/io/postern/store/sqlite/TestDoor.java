package io.postern.store.sqlite;

import io.postern.config.Config;
import io.postern.config.ConfigFile;
import io.postern.fixture.FakeClock;
import io.postern.fixture.RawSmtp;
import io.postern.intake.Intake;
import io.postern.intake.MessageMemory;
import io.postern.mail.Ids;
import io.postern.policy.BlockedSenders;
import io.postern.policy.SelfMail;
import io.postern.rules.Book;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.smtp.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// The real door before a store of the test's, with one rule, for `desk@in.example.com`. Nothing is
/// delivered.
final class TestDoor implements AutoCloseable {
  private final Listener listener;

  /// @param folder for the configuration and the rule
  TestDoor(Path folder, SqliteStore store, FakeClock clock) throws IOException {
    Config config = config(folder);
    Optional<Book> book = Optional.of(book(config, folder));
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
                    () -> BlockedSenders.NONE,
                    MessageMemory.ofHeap(),
                    ids,
                    clock),
                config.intake()),
            ids,
            Optional::empty);
  }

  /// Sends a mail, and returns the reply that decided.
  String deliver(byte[] message) throws IOException {
    return RawSmtp.deliver(
        listener.addresses().getFirst(),
        "ann@sender.example",
        List.of("desk@in.example.com"),
        message);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private static Config config(Path folder) throws IOException {
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
      case Judgement.Good(Config config, _) -> config;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private static Book book(Config config, Path folder) throws IOException {
    Files.writeString(
        folder.resolve("rules").resolve("desk.yaml"),
        """
        name: desk
        when: [ { header: To, matches: '^desk@' } ]
        post: { url: "https://app.example.com/" }
        retry: { interval: 10s, period: 1d }
        """);
    return switch (new RuleFiles(config.rules(), Map.of(), Severity.WARNING).read()) {
      case Judgement.Good(Book good, _) -> good;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }
}
