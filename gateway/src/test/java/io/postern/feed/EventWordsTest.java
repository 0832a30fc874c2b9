package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.feed.BounceReport.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The words that each format has for what happened, as the tables of `docs/events.md` tell them.
final class EventWordsTest {
  private static final Path DOCUMENT = Path.of("../docs/events.md");
  private static final Pattern WORD = Pattern.compile("`([^`]+)`");
  private static final Pattern NUMBER = Pattern.compile("\\d{4}");
  private static final Origin ORIGIN = new Origin("mx.example.net", "<1@example.org>", "", "");

  /// The events that the rows are about; those of the two last words have several.
  private static final Map<String, List<String>> SAMPLES =
      Map.of(
          "queued", List.of("queued"),
          "succeeded", List.of("succeeded"),
          "deferred", List.of("deferred"),
          "failed", List.of("failed"),
          "denied", List.of("denied"),
          "hard bounce", List.of("bounce-hard"),
          "soft bounce", List.of("bounce-soft"),
          "complaint", List.of("complaint"),
          "block added, removed", List.of("block-added", "block-removed"));

  @Test
  void statusesHaveTheWordsOfTheTable() throws IOException {
    List<List<String>> rows = rows("## Statuses, by format");
    List<String> formats =
        rows.getFirst().stream().skip(1).map(cell -> words(cell).getFirst()).toList();
    assertEquals(Arrays.stream(EventFormat.values()).map(EventFormat::word).toList(), formats);
    Set<String> seen = new HashSet<>();
    for (List<String> row : rows.subList(1, rows.size())) {
      List<String> names = SAMPLES.get(row.getFirst());
      seen.add(row.getFirst());
      for (int i = 0; i < formats.size(); i++) {
        List<String> told = words(row.get(i + 1));
        EventDialect dialect = dialect(formats.get(i));
        for (int j = 0; j < names.size(); j++) {
          Event event = SampleEvents.all().get(names.get(j));
          boolean isTold = dialect.format().types().contains(event.type());
          assertEquals(isTold, !told.isEmpty(), row + " in " + formats.get(i));
          if (isTold) {
            List<String> words = words(dialect.format(), event.type(), render(dialect, event));
            boolean isOfEach = told.size() == names.size();
            List<String> expected = isOfEach ? List.of(told.get(j)) : told;
            assertEquals(expected, words, names.get(j) + " in " + formats.get(i));
          }
        }
      }
    }
    assertEquals(SAMPLES.keySet(), seen);
  }

  /// What a format says first of an event, and of what it is.
  private static List<String> words(EventFormat format, Event.Type type, JsonNode json) {
    boolean isChange = type == Event.Type.DELIVERIES;
    return switch (format) {
      case CMC -> text(json, isChange ? "/event/deliveries/0/status" : "/event_type");
      case SOCKETLABS ->
          isChange || !json.has("FailureType")
              ? text(json, "/Type")
              : text(json, "/Type", "/FailureType");
      case MESSAGEFLOW -> text(json, "/0/status");
      case BIK -> text(json, "/event");
      case POSTERN -> text(json, isChange ? "/data/events/0/status" : "/type");
      case CLOUDEVENTS ->
          text(json, "/0/type").stream().map(it -> it.replace("io.postern.", "")).toList();
    };
  }

  private static List<String> text(JsonNode json, String... pointers) {
    return Arrays.stream(pointers).map(pointer -> json.at(pointer).stringValue()).toList();
  }

  @Test
  void reasonsHaveTheNumbersAndWordsOfTheTable() throws IOException {
    List<List<String>> rows = rows("Why a mail came back");
    Set<Integer> seen = new HashSet<>();
    for (List<String> row : rows.subList(1, rows.size())) {
      int code = Integer.parseInt(row.getFirst());
      seen.add(code);
      BounceReason reason =
          Arrays.stream(BounceReason.values())
              .filter(it -> it.code() == code)
              .findFirst()
              .orElseThrow();
      List<Integer> numbers =
          NUMBER.matcher(row.get(3)).results().map(it -> Integer.valueOf(it.group())).toList();
      String status = words(row.get(4)).getFirst();
      Event hard = failure(reason, reason.isLasting());
      Event soft = failure(reason, false);
      assertEquals(code, Integer.parseInt(cmc(hard)), row.toString());
      assertEquals(numbers.getFirst(), number(hard), row.toString());
      assertEquals(numbers.getLast(), number(soft), row.toString());
      assertEquals(status, messageflow(hard), row.toString());
      // What the page says below the table of codes that begin with 4.
      assertEquals(
          status.equals("hardbounce") ? "softbounce" : status, messageflow(soft), row.toString());
    }
    assertEquals(BounceReason.values().length, seen.size());
  }

  @Test
  void whoComplainsOfBeingAskedHasUnsubscribedForCustomersMailCloudAlone() throws IOException {
    Event optOut =
        SampleEvents.bounced(1, new Complaint("user@example.net", "opt-out", "", ORIGIN));
    Event abuse = SampleEvents.bounced(1, new Complaint("user@example.net", "abuse", "", ORIGIN));
    assertEquals("11", cmc(optOut));
    assertEquals("99", cmc(abuse));
    assertEquals("spambounce", messageflow(optOut));
  }

  private static Event failure(BounceReason reason, boolean isHard) {
    return SampleEvents.bounced(
        1, new Failure("nobody@example.net", reason, isHard, "", "", ORIGIN));
  }

  private static String cmc(Event event) throws IOException {
    return render(dialect("cmc"), event).at("/event/bounces/0/status").stringValue();
  }

  private static int number(Event event) throws IOException {
    return render(dialect("socketlabs"), event).at("/FailureCode").intValue();
  }

  private static String messageflow(Event event) throws IOException {
    return render(dialect("messageflow"), event).at("/0/status").stringValue();
  }

  private static EventDialect dialect(String format) {
    return SampleEvents.dialects().get(format.equals("cmc") ? "cmc-2-json" : format);
  }

  private static JsonNode render(EventDialect dialect, Event event) throws IOException {
    EventPost post = dialect.render(List.of(event), SampleEvents.call(dialect));
    return JsonMapper.shared().readTree(SampleEvents.bytes(post));
  }

  /// The cells of the first table behind a text, with those of its head.
  private static List<List<String>> rows(String behind) throws IOException {
    String text = Files.readString(DOCUMENT);
    int start = text.indexOf(behind);
    assertTrue(start >= 0, behind);
    return text.substring(start)
        .lines()
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .filter(line -> !line.startsWith("| ---"))
        .map(line -> Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList())
        .toList();
  }

  private static List<String> words(String cell) {
    return WORD.matcher(cell).results().map((MatchResult it) -> it.group(1)).toList();
  }
}
