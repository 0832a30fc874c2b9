package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.journal.Status;
import io.postern.settings.Judgement;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SubscriberFilesTest {
  private static final String ALL =
      """
      name: ops-feed
      events: [deliveries, bounces, blocks]
      statuses: [queued, succeeded, deferred, failed, denied]
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
      retry: { interval: 60s, period: 4d }
      validate: true
      """;

  private static final String SMALL =
      """
      name: ops
      events: [deliveries]
      post: { url: https://ops.example.com/events, format: postern }
      """;

  @TempDir private Path folder;

  @Test
  void readsEveryKey() throws Exception {
    Subscriber subscriber = good(ALL).subscriber("ops-feed").orElseThrow();
    assertEquals(Set.of(Event.Type.values()), subscriber.selection().types());
    assertEquals(Set.of(Status.values()), subscriber.selection().statuses());
    assertEquals(Set.of("support-desk"), subscriber.selection().rules());
    assertEquals(URI.create("https://ops.example.com/events"), subscriber.receiver().url());
    assertEquals(
        URI.create("https://standby.example.com/events"), subscriber.receiver().backupUrl());
    assertEquals(
        new EventDialect(EventFormat.CMC, false, 2, ZoneId.of("Asia/Tokyo"), 0),
        subscriber.dialect());
    assertEquals(Duration.ofSeconds(30), subscriber.receiver().timeout());
    assertEquals("secret", subscriber.receiver().authentication().keyField().value());
    assertEquals(new Subscriber.Batching(Duration.ofSeconds(1), 100, true), subscriber.batching());
    assertEquals(
        new Subscriber.Retry(
            List.of(Duration.ofMinutes(1)), Duration.ofDays(4), Duration.ofDays(3)),
        subscriber.retry());
    assertTrue(subscriber.validated());
    assertTrue(subscriber.enabled());
  }

  @Test
  void whatIsNotWrittenHasADefault() throws Exception {
    Subscriber subscriber = good(SMALL).subscriber("ops").orElseThrow();
    assertEquals(Set.of(Status.values()), subscriber.selection().statuses());
    assertEquals(Set.of(), subscriber.selection().rules());
    assertEquals(new Subscriber.Batching(Duration.ofSeconds(1), 100, false), subscriber.batching());
    assertEquals(List.of(Duration.ofMinutes(1)), subscriber.retry().waits());
    assertEquals(Duration.ofDays(4), subscriber.retry().period());
    assertTrue(subscriber.validated());
    Subscriber cmc = good(SMALL.replace("postern", "cmc")).subscriber("ops").orElseThrow();
    assertTrue(cmc.dialect().form(), "cmc is a form unless it is asked for json");
    assertEquals(2, cmc.dialect().version());
  }

  @Test
  void aScheduleIsAListOfWaits() throws Exception {
    Subscriber.Retry retry =
        good(SMALL + "retry: { schedule: [30m, 2h, 24h], period: 5d }\n")
            .subscriber("ops")
            .orElseThrow()
            .retry();
    assertEquals(
        List.of(Duration.ofMinutes(30), Duration.ofHours(2), Duration.ofDays(1)), retry.waits());
    assertEquals(Duration.ofMinutes(30), retry.wait(1, null, () -> 0));
    assertEquals(Duration.ofDays(1), retry.wait(3, null, () -> 0));
    assertEquals(Duration.ofDays(1), retry.wait(30, null, () -> 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: ops | nam: ops | 1:1: unknown key \"nam\"; did you mean \"name\"?",
        "[deliveries] | [delivery] | 2:10: events: \"delivery\" is not known; write deliveries,"
            + " bounces or blocks",
        "[deliveries] | [] | 2:9: events: the list is empty; write one item at least",
        "format: postern | format: bik, version: 2 | 3:68: version: the format bik has no such"
            + " option, only cmc; remove it, or change the format",
        "format: postern | format: socketlabs | 3:7: the key \"secret-key\" is missing; write"
            + " secret-key: { file: socketlabs.key }",
        "format: postern | format: socketlabs | 3:7: the key \"server-id\" is missing; write"
            + " server-id: 12345",
        "format: postern | format: cmc, content: json, version: 1 | 3:68: content: cmc has json"
            + " from version 2 on; write version: 2, or content: form",
        "format: postern | format: cmc, time-zone: Asia/Tokio | 3:70: time-zone: \"Asia/Tokio\" is"
            + " not a time zone; write one such as Asia/Tokyo, or UTC",
        "https:// | http:// | 3:14: url: http would send mail in clear text to ops.example.com;"
            + " write https, or add the host to delivery.allow-http-hosts in the configuration",
        "[deliveries] | [blocks] | ''",
        "postern | bik | ''"
      })
  void tellsWhatIsWrongAndWhatToWrite(String piece, String other, String problem) throws Exception {
    List<String> told = told(SMALL.replace(piece, other));
    if (problem.isEmpty()) {
      assertEquals(List.of(), told);
    } else {
      assertTrue(told.contains(folder.resolve("a.yaml") + ":" + problem), told.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch: { max: 99 } | 4:15: max: 99 is out of range; write 100 to 10000",
        "batch: { interval: 601s } | 4:20: interval: 601s is out of range; write 1s to 10m",
        "batch: { split: rule } | 4:17: split: \"rule\" is not known; write none or account",
        "retry: { schedule: [1h, 2] } | 4:25: schedule: 2 has no unit; write s, m, h or d after the"
            + " number, 10s to 1d",
        "retry: { interval: 60s, schedule: [1h] } | 4:35: schedule: there is an interval, too; keep"
            + " one of the two",
        "retry: { pause-after: 5d } | 4:23: pause-after: more than the period; write less, or the"
            + " period itself for never",
        "statuses: [lost] | 4:12: statuses: \"lost\" is not known; write queued, succeeded,"
            + " deferred, failed or denied"
      })
  void tellsWhatIsWrongInWhatIsAdded(String line, String problem) throws Exception {
    assertEquals(List.of(folder.resolve("a.yaml") + ":" + problem), told(SMALL + line + "\n"));
  }

  @Test
  void aNameIsGivenOnce() throws Exception {
    Files.writeString(folder.resolve("b.yaml"), SMALL);
    assertEquals(
        List.of(
            folder.resolve("b.yaml")
                + ":1:7: name: \"ops\" is the name of the subscriber at "
                + folder.resolve("a.yaml")
                + ":1:7; give each subscriber a name of its own"),
        told(SMALL));
  }

  @Test
  void allBatchesTogetherFitIntoMemory() throws Exception {
    for (int i = 0; i < 5; i++) {
      Files.writeString(
          folder.resolve("b" + i + ".yaml"),
          SMALL.replace("name: ops", "name: big" + i) + "batch: { max: 10000 }\n");
    }
    List<String> told = told(SMALL);
    assertEquals(1, told.size());
    assertTrue(told.getFirst().contains("hold 50100 events together"), told.getFirst());
    assertEquals(List.of(), told(SMALL + "enabled: false\n"));
  }

  @Test
  void aSecretThatCannotBeReadIsAWarning() throws Exception {
    Files.writeString(folder.resolve("a.yaml"), ALL);
    switch (files(Map.of()).read()) {
      case Judgement.Good<Roster>(_, List<Problem> warnings) -> {
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().text().contains("KEY"), warnings.toString());
        assertFalse(warnings.getFirst().text().contains("secret"), warnings.toString());
      }
      case Judgement.Bad<Roster>(var problems) -> throw new AssertionError(problems.toString());
    }
  }

  private SubscriberFiles files(Map<String, String> environment) {
    return new SubscriberFiles(new Settings(folder, Set.of(), true), environment, Severity.WARNING);
  }

  private Roster good(String text) throws IOException {
    Files.writeString(folder.resolve("a.yaml"), text);
    return switch (files(Map.of("KEY", "secret")).read()) {
      case Judgement.Good<Roster>(Roster roster, List<Problem> warnings) -> {
        assertEquals(List.of(), warnings);
        yield roster;
      }
      case Judgement.Bad<Roster>(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private List<String> told(String text) throws IOException {
    Files.writeString(folder.resolve("a.yaml"), text);
    return switch (files(Map.of("KEY", "secret")).read()) {
      case Judgement.Good<Roster>(_, var warnings) ->
          warnings.stream().map(Problem::toString).toList();
      case Judgement.Bad<Roster>(var problems) -> problems.stream().map(Problem::toString).toList();
    };
  }
}
