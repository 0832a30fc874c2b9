package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.Exposition;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.fixture.NeedsProgram;
import io.postern.fixture.Program;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkAnswer.Twist;
import io.postern.fixture.WebhookSink;
import io.postern.journal.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What stands in `docs/operations/` is compared with the page of a running gateway, in both
/// directions; and others' readers are asked whether they can read that page.
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WatchDocumentsTest {
  private static final Path OPERATIONS = Path.of("..", "docs", "operations");
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:postern|process|jvm)_[a-z0-9_]+\\b(?!\")");

  @TempDir private static Path folder;
  private WebhookSink sink;
  private TestGateway gateway;
  private String text;
  private Exposition page;

  /// A gateway to which everything has happened that a metric waits for: one endpoint takes mail,
  /// one is gone, one is dead, one hangs, and of one the secret can't be read. A subscriber takes
  /// nothing.
  @BeforeAll
  void start() throws Exception {
    sink = WebhookSink.start();
    Certificates.Made made =
        Certificates.ec(
            "mx.example.com",
            FakeClock.START.minus(Duration.ofDays(1)),
            FakeClock.START.plus(Duration.ofDays(40)));
    Files.writeString(folder.resolve("own.pem"), made.certificatePem());
    Files.writeString(folder.resolve("own.key"), made.keyPem());
    gateway = new TestGateway(folder).tls("{ certificate: own.pem, key: own.key }");
    sink.alwaysAt("/gone", SinkAnswer.status(410));
    sink.alwaysAt("/dead", SinkAnswer.status(500));
    sink.alwaysAt("/hangs", SinkAnswer.twisted(Twist.NEVER));
    for (String name : List.of("desk", "gone", "dead", "hangs")) {
      gateway.rule(name, sink.url("/" + name));
    }
    gateway.rule(
        "locked", sink.url("/locked"), "api-key: { value: { file: nowhere.key }, send: bearer }");
    sink.alwaysAt("/events", SinkAnswer.status(503));
    gateway.subscriber("ops", sink.url("/events"));
    gateway.set("delivery: { stop-grace: 1s }").start();
    for (String name :
        List.of("desk", "locked", "gone", "hangs", "dead", "dead", "dead", "dead", "dead")) {
      gateway.deliver(Mails.plain(), name + "@in.example.com");
    }
    try (RawSmtp client = RawSmtp.greeted(gateway.smtp())) {
      client.ask("NONSENSE", "500");
    }
    gateway.await(Status.SUCCEEDED);
    TestGateway.until(
        "one is gone, one is dead, one hangs, one is locked",
        () ->
            Set.of(
                        "postern_endpoint_paused",
                        "postern_endpoint_dead",
                        "postern_subscriber_oldest_age_seconds",
                        "postern_subscriber_posts_total")
                    .stream()
                    .allMatch(name -> read().names().contains(name))
                && page.has("postern_endpoint_attempts_in_flight", "rule", "hangs")
                && text.contains("outcome=\"not-made\""));
  }

  private Exposition read() {
    try {
      text = gateway.get("/metrics").body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    page = Exposition.read(text);
    return page;
  }

  @AfterAll
  void stop() throws IOException {
    gateway.close();
    sink.close();
  }

  @Test
  void everyMetricIsDescribedAndEveryDescribedOneIsThere() throws IOException {
    Map<String, String> there = new TreeMap<>();
    page.families()
        .forEach((name, family) -> there.put(name, family.type() + " " + labels(family)));
    Map<String, String> described = new TreeMap<>();
    Pattern row = Pattern.compile("(?m)^\\| `([a-z0-9_]+)` \\| ([a-z]+) \\| ([^|]*)\\| [^|]+ \\|$");
    row.matcher(document("metrics.md"))
        .results()
        .forEach(
            it -> {
              Set<String> labels = new TreeSet<>();
              Pattern.compile("`([a-z]+)`")
                  .matcher(it.group(3))
                  .results()
                  .forEach(label -> labels.add(label.group(1)));
              described.put(it.group(1), it.group(2) + " " + labels);
            });
    assertEquals(
        String.join("\n", lines(described)),
        String.join("\n", lines(there)),
        "docs/operations/metrics.md and /metrics differ");
  }

  private static Set<String> labels(Exposition.Family family) {
    Set<String> labels = new TreeSet<>();
    family.samples().keySet().forEach(it -> labels.addAll(it.labels().keySet()));
    labels.remove("le");
    return labels;
  }

  private static List<String> lines(Map<String, String> entries) {
    return entries.entrySet().stream().map(it -> it.getKey() + " " + it.getValue()).toList();
  }

  @Test
  void everyAlertAsksForMetricsThatAreThere() throws IOException {
    String alerts = document("alerts.yml");
    Set<String> asked = metrics(Stream.of(alerts));
    assertTrue(asked.size() > 15, asked.toString());
    assertEquals(Set.of(), missing(asked));
    assertEquals(
        alerts.lines().filter(it -> it.contains("- alert: ")).count(),
        alerts.lines().filter(it -> it.contains("action: ")).count(),
        "an alert must say what to do");
    assertEquals(Set.of(), wrongLabels(Stream.of(alerts)));
  }

  @Test
  void everyPanelAsksForMetricsThatAreThere() throws IOException {
    JsonNode dashboard = JsonMapper.shared().readTree(document("dashboard.json"));
    List<String> queries = new ArrayList<>();
    Set<Integer> ids = new TreeSet<>();
    Set<String> cells = new TreeSet<>();
    for (JsonNode panel : dashboard.get("panels")) {
      assertTrue(ids.add(panel.get("id").intValue()), "an id comes twice: " + panel.get("id"));
      JsonNode place = panel.get("gridPos");
      for (int y = 0; y < place.get("h").intValue(); y++) {
        for (int x = 0; x < place.get("w").intValue(); x++) {
          int column = place.get("x").intValue() + x;
          assertTrue(column < 24, "too far right: " + panel.get("title"));
          String cell = column + " " + (place.get("y").intValue() + y);
          assertTrue(cells.add(cell), "two panels in one place: " + panel.get("title"));
        }
      }
      panel.path("targets").forEach(target -> queries.add(target.get("expr").stringValue()));
    }
    dashboard
        .get("annotations")
        .get("list")
        .forEach(it -> queries.add(it.get("expr").stringValue()));
    assertTrue(queries.size() > 50, "queries: " + queries.size());
    dashboard
        .get("templating")
        .get("list")
        .forEach(it -> queries.add(it.path("definition").asString("")));
    assertEquals(Set.of(), missing(metrics(queries.stream())));
    assertEquals(Set.of(), wrongLabels(queries.stream()));
  }

  private static Set<String> metrics(Stream<String> queries) {
    return queries
        .flatMap(query -> METRIC.matcher(query).results().map(MatchResult::group))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> missing(Set<String> asked) {
    Set<String> missing = new TreeSet<>(asked);
    missing.removeAll(page.names());
    return missing;
  }

  /// A selector for a label that the metric doesn't have, or for a value of a fixed list that is
  /// not on it, never finds anything and never complains.
  private Set<String> wrongLabels(Stream<String> queries) {
    Set<String> wrong = new TreeSet<>();
    Pattern selector = Pattern.compile("((?:postern|process|jvm)_[a-z_]+)\\{([^}]*)}");
    Pattern pair = Pattern.compile("([a-z]+)(=~|!=|=)\"([^\"]*)\"");
    queries
        .flatMap(query -> selector.matcher(query).results())
        .forEach(
            found ->
                pair.matcher(found.group(2))
                    .results()
                    .filter(it -> !Set.of("instance", "job").contains(it.group(1)))
                    .filter(it -> !matchesOne(found.group(1), it))
                    .forEach(it -> wrong.add(found.group())));
    return wrong;
  }

  private boolean matchesOne(String metric, MatchResult pair) {
    boolean isVariable = pair.group(3).startsWith("$");
    return page.families().values().stream()
        .flatMap(family -> family.samples().keySet().stream())
        .filter(sample -> sample.name().equals(metric))
        .map(sample -> sample.labels().get(pair.group(1)))
        .anyMatch(
            value ->
                value != null
                    && (isVariable
                        || (pair.group(2).equals("=~")
                            ? value.matches(pair.group(3))
                            : value.equals(pair.group(3)))));
  }

  @Test
  @NeedsProgram("promtool")
  void promtoolFindsNothingWrong() throws Exception {
    Path file = folder.resolve("metrics.txt");
    Files.writeString(file, text);
    Program.Run metrics = Program.run("sh", "-c", "promtool check metrics < '" + file + "'");
    assertEquals("", metrics.expect(0).text());
    Path alerts = OPERATIONS.resolve("alerts.yml");
    Program.run("promtool", "check", "rules", alerts.toString()).expect(0);
  }

  /// Prometheus's own reader in Python (Debian: python3-prometheus-client).
  @Test
  @NeedsProgram("python3")
  void anotherReaderFindsTheSameSamples() throws Exception {
    assumeTrue(
        Program.run("python3", "-c", "import prometheus_client").exit() == 0
            || System.getenv(NeedsProgram.REQUIRED) != null,
        "python3-prometheus-client is not installed; .ci/run installs it");
    Path file = folder.resolve("page.txt");
    Files.writeString(file, text);
    String script =
        """
        import sys
        from prometheus_client.parser import text_string_to_metric_families as read
        page = open(sys.argv[1], encoding='utf-8').read()
        print(sum(len(family.samples) for family in read(page)))
        """;
    long ours =
        page.families().values().stream().mapToLong(family -> family.samples().size()).sum();
    assertEquals(
        ours + "\n", Program.run("python3", "-c", script, file.toString()).expect(0).text());
  }

  private static String document(String name) throws IOException {
    return Files.readString(OPERATIONS.resolve(name));
  }
}
