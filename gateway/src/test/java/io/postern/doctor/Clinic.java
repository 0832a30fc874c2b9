package io.postern.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.config.Config;
import io.postern.config.ConfigFile;
import io.postern.fixture.FakeClock;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// Files of a gateway in a test's folder, a DNS that says what the test wants, and a clock that it
/// turns.
final class Clinic implements Dns {
  static final String DESK =
      """
      name: desk
      when: [{ header: To, matches: '^desk@' }]
      post:
        url: %s
      """;

  final FakeClock clock = new FakeClock();
  private final Path folder;
  private final Map<String, List<String>> records = new HashMap<>();
  private final Set<String> silent = new HashSet<>();
  private boolean isSilent;
  private Machine machine =
      new Machine(
          System.getProperty("user.name"),
          Set.of(InetAddress.ofLiteral("192.0.2.7")),
          Optional.of(true),
          Map.of());

  Clinic(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("rules"));
    configure("");
    record("mx.example.com", Type.A, "192.0.2.7");
    record("in.example.com", Type.MX, "10 mx.example.com.");
  }

  Path file() {
    return folder.resolve("postern.yaml");
  }

  Path database() {
    return folder.resolve("data/postern.db");
  }

  /// Writes the configuration, with lines of the test's own: they replace those of the same key.
  Clinic configure(String lines) throws IOException {
    Map<String, String> usual = new LinkedHashMap<>();
    usual.put("hostname", "mx.example.com");
    usual.put("domains", "[in.example.com, \"*.sub.example.com\"]");
    usual.put("rules", "rules");
    usual.put("store", "{ sqlite: data/postern.db }");
    usual.put("smtp", "{ listen: [\"127.0.0.1:0\"] }");
    lines.lines().forEach(line -> usual.remove(line.split(":", 2)[0]));
    StringBuilder text = new StringBuilder();
    usual.forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    Files.writeString(file(), text + lines + "\n");
    return this;
  }

  Clinic rule(String text) throws IOException {
    Files.writeString(folder.resolve("rules/desk.yaml"), text);
    return this;
  }

  Clinic record(String name, Type type, String... values) {
    records.put(type + " " + name, List.of(values));
    return this;
  }

  Clinic silent() {
    isSilent = true;
    return this;
  }

  /// Nobody answers for this name.
  Clinic silent(String name) {
    silent.add(name);
    return this;
  }

  Clinic machine(Machine other) {
    machine = other;
    return this;
  }

  Machine machine() {
    return machine;
  }

  @Override
  public List<String> records(String name, Type type) throws IOException {
    if (isSilent || silent.contains(name)) {
      throw new IOException("DNS doesn't tell " + type + " of " + name);
    }
    return records.getOrDefault(type + " " + name, List.of());
  }

  Doctor.Instruments instruments() {
    return new Doctor.Instruments(clock, new Random(1), this, machine);
  }

  Doctor.Order order(boolean posts) {
    return new Doctor.Order(file(), posts, false, false);
  }

  List<Finding> examine() {
    return new Doctor(instruments()).examine(order(true));
  }

  Config config() {
    return switch (ConfigFile.read(file(), Map.of())) {
      case Judgement.Good(Config config, _) -> config;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  List<Rule> rules() {
    return book().rules();
  }

  Book book() {
    return switch (new RuleFiles(config().rules(), Map.of(), Severity.WARNING).read()) {
      case Judgement.Good(Book book, _) -> book;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  /// There is just one finding of this subject, of this level, with these words in it.
  static Finding only(List<Finding> findings, String subject, Finding.Level level, String words) {
    List<Finding> of = findings.stream().filter(it -> it.subject().equals(subject)).toList();
    assertEquals(1, of.size(), findings.toString());
    assertIs(of.getFirst(), level, words);
    return of.getFirst();
  }

  static void assertIs(Finding finding, Finding.Level level, String words) {
    assertEquals(level, finding.level(), finding.toString());
    assertTrue(finding.text().contains(words), finding.toString());
    assertTrue(
        level == Finding.Level.OK || !finding.cure().isEmpty() || finding.text().contains(";"),
        "no cure: " + finding);
  }
}
