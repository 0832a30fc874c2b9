package io.postern.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.feed.Roster;
import io.postern.feed.Subscriber;
import io.postern.feed.SubscriberFiles;
import io.postern.fixture.FakeClock;
import io.postern.rules.Rule;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The configuration, the rules and the subscriber as shipped are documentation that must stay
/// true.
class ShippedFilesTest {
  static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");
  static final Path CONF = ROOT.resolve("conf").resolve("postern.yaml");
  private static final Path SUBSCRIBER =
      ROOT.resolve("conf").resolve("subscribers").resolve("ops-feed.yaml");
  private static final Pattern KEY = Pattern.compile("( *)([a-z0-9-]+):(?: .*)?");
  private static final Pattern OFF = Pattern.compile("^( *)#(?=[a-z0-9-]+:)", Pattern.MULTILINE);

  @TempDir Path temp;

  @Test
  void readsTheShippedFilesWithoutErrors() {
    Check check = Check.run(CONF, Map.of(), Severity.WARNING, new FakeClock());
    assertEquals(0, check.errors(), () -> check.problems().toString());
    // Secrets of the lesson about secrets, which nobody has yet.
    assertTrue(
        check.problems().stream()
            .allMatch(problem -> problem.place().file().endsWith("rules/desk.yaml")),
        () -> check.problems().toString());
    assertEquals("6 rules (3 disabled), 0 errors, 2 warnings", check.summary());
    for (Rule rule : check.book().rules()) {
      assertEquals("app.example.com", rule.endpoint().url().getHost());
    }
  }

  @Test
  void namesEveryKeyInTheShippedFileAndNoOther() throws IOException {
    assertEquals(
        new TreeSet<>(ConfigFile.keys()), new TreeSet<>(keysOf(switchedOn())), "conf/postern.yaml");
  }

  @Test
  void showsTheTrueDefaultOfEachKeyThatIsOff() throws IOException {
    // Subscribers, postmaster, the help page, the certificate and the notices are examples, as the
    // file says; they have no default.
    String text =
        switchedOn()
            .replaceFirst("\nsubscribers: .*", "")
            .replaceFirst("\npostmaster: .*", "")
            .replaceFirst("\nhelp-url: .*", "")
            .replaceFirst("\nnotices:\n(?: .*\n|\n)*", "\n")
            .replaceFirst("\n *certificate: .*", "")
            .replaceFirst("\n *key: .*", "");
    assertEquals(read(Files.readString(CONF)), read(text));
  }

  @Test
  void readsGoodWithEveryKeySwitchedOn() throws IOException {
    Config config = read(switchedOn());
    assertEquals("support", config.intake().postmasterRule());
    assertEquals("https://www.example.com/mail-help", config.smtp().help());
    assertEquals(Path.of("/etc/postern/tls/privkey.pem"), config.tls().key());
    assertEquals("relay.example.com:587", config.notices().relay().toString());
  }

  @Test
  void namesEveryKeyOfASubscriberInTheShippedFileAndNoOther() throws IOException {
    String text = OFF.matcher(Files.readString(SUBSCRIBER)).replaceAll("$1");
    assertEquals(keysOf(SubscriberFiles.schema()), keysOf(text), SUBSCRIBER.toString());
  }

  private static Set<String> keysOf(Map<String, Object> schema) {
    Set<String> keys = new TreeSet<>();
    properties(schema)
        .forEach(
            (key, value) -> {
              keys.add(key);
              properties(value).keySet().forEach(inner -> keys.add(key + "." + inner));
            });
    return keys;
  }

  private static Map<String, ?> properties(Object schema) {
    return schema instanceof Map<?, ?> map && map.get("properties") instanceof Map<?, ?> found
        ? found.entrySet().stream()
            .collect(Collectors.toMap(it -> it.getKey().toString(), Map.Entry::getValue))
        : Map.of();
  }

  /// What is set there, and what is off and no example, is what holds without it.
  @Test
  void showsTheTrueDefaultsOfASubscriber() throws IOException {
    String text = Files.readString(SUBSCRIBER);
    Subscriber shipped = subscriber(text);
    Subscriber switchedOn =
        subscriber(
            text.replace("#timeout", "timeout")
                .replace("#log-answer", "log-answer")
                .replaceFirst("\nenabled: false", ""));
    Subscriber smallest =
        subscriber(
            """
            name: ops-feed
            events: [deliveries]
            post: { url: https://ops.example.com/events, format: postern }
            """);
    assertFalse(shipped.enabled());
    assertTrue(smallest.enabled());
    for (Subscriber other : List.of(shipped, switchedOn)) {
      assertEquals(smallest.batching(), other.batching());
      assertEquals(smallest.retry(), other.retry());
      assertEquals(smallest.validated(), other.validated());
      assertEquals(smallest.receiver().exchange(), other.receiver().exchange());
      assertEquals(smallest.dialect(), other.dialect());
    }
    Subscriber cmc =
        subscriber(
            text.replace("format: postern", "format: cmc")
                .replace("#content", "content")
                .replace("#version", "version")
                .replace("#time-zone", "time-zone"));
    String smallestCmc =
        """
        name: ops-feed
        events: [deliveries]
        post: { url: https://ops.example.com/events, format: cmc }
        """;
    assertEquals(subscriber(smallestCmc).dialect().form(), cmc.dialect().form());
    assertEquals(subscriber(smallestCmc).dialect().version(), cmc.dialect().version());
    assertEquals(
        subscriber(smallestCmc).dialect().zone(), cmc.dialect().zone().normalized(), "UTC");
  }

  private Subscriber subscriber(String text) throws IOException {
    Path files = Files.createDirectories(temp.resolve("subscribers"));
    Files.writeString(files.resolve("ops-feed.yaml"), text);
    io.postern.feed.Settings settings = new io.postern.feed.Settings(files, Set.of(), true);
    return switch (new SubscriberFiles(settings, Map.of(), Severity.WARNING).read()) {
      case Judgement.Good<Roster>(Roster roster, var warnings) -> {
        assertEquals(List.of(), warnings);
        yield roster.subscriber("ops-feed").orElseThrow();
      }
      case Judgement.Bad<Roster>(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  @Test
  void postsNothingToAnybodyButTheExample() throws IOException {
    try (var files = Files.walk(ROOT.resolve("rules"))) {
      Set<String> hosts =
          files
              .filter(Files::isRegularFile)
              .flatMap(ShippedFilesTest::lines)
              .filter(line -> line.contains("://"))
              .map(line -> line.replaceFirst(".*://([^/]*).*", "$1"))
              .collect(Collectors.toSet());
      assertEquals(Set.of("app.example.com", "standby.example.com"), hosts);
    }
  }

  @Test
  void namesItsSchemaInTheFirstLineOfEachFile() throws IOException {
    // As the distribution has them: the build writes the schemas into its folder "schema".
    assertEquals(schemaLine(CONF, "config.json"), Files.readAllLines(CONF).getFirst());
    assertEquals(
        schemaLine(SUBSCRIBER, "subscriber.json"), Files.readAllLines(SUBSCRIBER).getFirst());
    try (var files = Files.walk(ROOT.resolve("rules"))) {
      for (Path rule : files.filter(Files::isRegularFile).toList()) {
        assertEquals(schemaLine(rule, "rule.json"), Files.readAllLines(rule).getFirst());
      }
    }
  }

  private static String schemaLine(Path file, String schema) {
    Path target = ROOT.resolve("schema").resolve(schema).normalize();
    return "# yaml-language-server: $schema=" + file.normalize().getParent().relativize(target);
  }

  private static java.util.stream.Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// The shipped file with each key that is off switched on.
  static String switchedOn() throws IOException {
    return OFF.matcher(Files.readString(CONF)).replaceAll("$1");
  }

  private Config read(String text) throws IOException {
    Path file = Files.writeString(temp.resolve("postern.yaml"), text);
    return switch (ConfigFile.read(file, Map.of())) {
      case Judgement.Good(Config config, _) -> config;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  /// The keys of a file of keys on lines of their own, found without the reader that is under test.
  private static Set<String> keysOf(String text) {
    Set<String> keys = new TreeSet<>();
    Deque<String> path = new ArrayDeque<>();
    for (String line : text.lines().toList()) {
      Matcher matcher = KEY.matcher(line);
      if (matcher.matches()) {
        int depth = matcher.group(1).length() / 2;
        while (path.size() > depth) {
          path.removeLast();
        }
        path.addLast(matcher.group(2));
        keys.add(String.join(".", path));
      }
    }
    return keys;
  }

  @Test
  void tellsASecretThatTheServiceCannotReadOnlyForRulesThatAreOn() {
    Check check = Check.run(CONF, Map.of(), Severity.ERROR, new FakeClock());
    assertEquals(0, check.errors());
    assertEquals(2, check.warnings());
  }
}
