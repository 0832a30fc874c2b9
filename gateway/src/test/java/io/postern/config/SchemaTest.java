package io.postern.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import io.postern.feed.SubscriberFiles;
import io.postern.rules.Book;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// The schemas as an editor sees them: judged by a library that knows nothing of our reader.
class SchemaTest {
  private static final SchemaRegistry DRAFT_7 =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);

  private static final String RULE =
      """
      name: desk
      when:
        - { header: To, matches: '^desk@' }
        - { header: X-Spam, not-matches: yes }
      post:
        url: https://app.example.com/hooks/mail
        format: json
        basic: { username: postern, password: { env: DESK } }
        sign: [{ file: a.key }, { credential: b }]
        timeout: 30s
      retry: { interval: 60s, period: 4d }
      enabled: true
      """;

  @TempDir private Path folder;

  @Test
  void isItselfASchemaOfItsKind() {
    Schema meta = DRAFT_7.getSchema(SchemaLocation.of(Dialects.getDraft7().getId()));
    for (Map<String, Object> schema :
        List.of(ConfigFile.schema(), RuleFiles.schema(), SubscriberFiles.schema())) {
      assertEquals(List.of(), meta.validate(json(schema), InputFormat.JSON));
    }
  }

  @Test
  void namesEveryKeyThatTheReaderKnowsAndNoOther() {
    Set<String> named = new TreeSet<>();
    collect("", ConfigFile.schema(), named);
    assertEquals(new TreeSet<>(ConfigFile.keys()), named);
  }

  @Test
  void takesTheShippedFiles() throws IOException {
    assertEquals(List.of(), problems(ConfigFile.schema(), Files.readString(ShippedFilesTest.CONF)));
    assertEquals(List.of(), problems(ConfigFile.schema(), ShippedFilesTest.switchedOn()));
    try (Stream<Path> files = Files.walk(ShippedFilesTest.ROOT.resolve("rules"))) {
      List<Path> rules = files.filter(file -> file.toString().endsWith(".yaml")).toList();
      assertEquals(6, rules.size());
      for (Path rule : rules) {
        assertEquals(
            List.of(), problems(RuleFiles.schema(), Files.readString(rule)), rule.toString());
      }
    }
  }

  @Test
  void takesARuleThatTheReaderTakes() throws IOException {
    assertInstanceOf(Judgement.Good.class, read(RULE));
    assertEquals(List.of(), problems(RuleFiles.schema(), RULE));
  }

  @Test
  void takesASubscriberThatTheReaderTakes() throws IOException {
    String file =
        """
        name: ops-feed
        events: [deliveries, bounces, blocks]
        statuses: [queued, failed]
        rules: [support-desk]
        post:
          url: https://ops.example.com/events
          backup-url: https://standby.example.com/events
          format: cmc
          content: json
          version: 2
          time-zone: Asia/Tokyo
          timeout: 30s
          api-key: { value: { env: KEY }, send: field }
        batch: { interval: 1s, max: 100, split: account }
        retry: { schedule: [1h, 6h, 24h], period: 4d }
        validate: true
        """;
    Files.writeString(folder.resolve("ops.yaml"), file);
    io.postern.feed.Settings settings = new io.postern.feed.Settings(folder, Set.of(), true);
    assertInstanceOf(
        Judgement.Good.class, new SubscriberFiles(settings, Map.of(), Severity.WARNING).read());
    assertEquals(List.of(), problems(SubscriberFiles.schema(), file));
    for (String broken :
        List.of(
            file.replace("[queued, failed]", "[lost]"),
            file.replace("format: cmc", "format: cmk"),
            file.replace("[1h, 6h, 24h]", "[1]"),
            file.replace("split: account", "split: rule"),
            file.replace("events: [deliveries, bounces, blocks]", "event: [deliveries]"))) {
      Files.writeString(folder.resolve("ops.yaml"), broken);
      assertInstanceOf(
          Judgement.Bad.class, new SubscriberFiles(settings, Map.of(), Severity.WARNING).read());
      assertFalse(problems(SubscriberFiles.schema(), broken).isEmpty(), broken);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: desk = ",
        "enabled: true = enabled: perhaps",
        "enabled: true = enabeld: true",
        "header: To, matches = headre: To, matches",
        "format: json = format: jsn",
        "timeout: 30s = timeout: 30",
        "interval: 60s = interval: 60 seconds",
        "url: https://app.example.com/hooks/mail = backup-url: https://app.example.com/",
        "{ env: DESK } = DESK",
        "{ env: DESK } = { env: DESK, file: x }",
        "[{ file: a.key }, { credential: b }] = { file: a.key }",
        "username: postern,  = "
      })
  void findsWhatTheReaderRefuses(String change) throws IOException {
    String[] sides = change.split(" = ?", 2);
    String broken = RULE.replace(sides[0], sides[1]);
    assertFalse(broken.equals(RULE), change);
    assertFalse(problems(RuleFiles.schema(), broken).isEmpty(), change);
    assertInstanceOf(Judgement.Bad.class, read(broken), change);
  }

  private Judgement<Book> read(String rule) throws IOException {
    Files.writeString(folder.resolve("desk.yaml"), rule);
    io.postern.rules.Settings settings = new io.postern.rules.Settings(folder, Set.of(), true);
    return new RuleFiles(settings, Map.of(), Severity.WARNING).read();
  }

  private static List<String> problems(Map<String, Object> schema, String yaml) {
    return DRAFT_7.getSchema(json(schema)).validate(yaml, InputFormat.YAML).stream()
        .map(Object::toString)
        .toList();
  }

  private static String json(Map<String, Object> schema) {
    return new JsonMapper().writeValueAsString(schema);
  }

  /// A section's keys; not the places where a secret can stand, of which one is its value.
  private static void collect(String path, Map<?, ?> schema, Set<String> keys) {
    if (schema.get("properties") instanceof Map<?, ?> properties
        && !schema.containsKey("maxProperties")) {
      properties.forEach(
          (key, value) -> {
            keys.add(path + key);
            collect(path + key + ".", (Map<?, ?>) value, keys);
          });
    }
  }
}
