package io.postern.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Each event in each form of posts, held against files that a person has read; and
/// `docs/events.md`, whose examples are made here. After a change that is meant, write them anew
/// with `-Dpostern.golden=rewrite` and read the difference.
class EventGoldenTest {
  private static final boolean REWRITE = "rewrite".equals(System.getProperty("postern.golden"));
  private static final Path FOLDER = Path.of("src/test/resources/events");
  private static final Path DOCUMENT = Path.of("../docs/events.md");
  private static final Path SCHEMA = Path.of("../docs/events.schema.json");
  private static final String VALIDATION = "validation";
  private static final Pattern EXAMPLE =
      Pattern.compile(
          "<!-- example: ([a-z0-9-]+) ([a-z-]+) -->\n(?:\n?```[a-z]*\n.*?\n```\n)?",
          Pattern.DOTALL);

  static Set<String> forms() {
    return SampleEvents.dialects().keySet();
  }

  /// The posts of a form, by the event's name.
  private static Map<String, EventPost> posts(String form) {
    EventDialect dialect = SampleEvents.dialects().get(form);
    EventCall call = SampleEvents.call(dialect);
    Map<String, EventPost> posts = new TreeMap<>();
    SampleEvents.all()
        .forEach(
            (name, event) -> {
              if (dialect.format().types().contains(event.type())) {
                posts.put(name, dialect.render(List.of(event), call));
              }
            });
    Event test = TestEvents.of(Event.Type.DELIVERIES, "support-desk", SampleEvents.NOW);
    posts.put(VALIDATION, dialect.validation(test, call));
    if (dialect.format().eventsMax() > 1) {
      List<Event> changes =
          SampleEvents.all().values().stream().filter(Event.Change.class::isInstance).toList();
      posts.put("batch", dialect.render(changes, call));
    }
    return posts;
  }

  /// A post for people to read: the headers of its format, then JSON in lines.
  private static String shown(EventPost post) throws IOException {
    Map<String, String> headers = new TreeMap<>(post.headers());
    headers.put("Content-Type", post.body().contentType());
    String head =
        headers.entrySet().stream()
            .map(header -> header.getKey() + ": " + header.getValue() + "\n")
            .collect(Collectors.joining());
    return head + "\n" + shownBody(post);
  }

  private static String shownBody(EventPost post) throws IOException {
    byte[] bytes = SampleEvents.bytes(post);
    assertEquals(bytes.length, post.body().length());
    if (!post.body().contentType().endsWith("json")) {
      return new String(bytes, UTF_8) + "\n";
    }
    JsonMapper mapper = JsonMapper.shared();
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(mapper.readTree(bytes))
        + "\n";
  }

  @ParameterizedTest
  @MethodSource("forms")
  void isWhatWasRead(String form) throws IOException {
    for (Map.Entry<String, EventPost> post : posts(form).entrySet()) {
      Path file = FOLDER.resolve(form).resolve(post.getKey() + ".txt");
      String shown = shown(post.getValue());
      if (REWRITE) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, shown);
      } else {
        assertEquals(Files.readString(file), shown, file.toString());
      }
    }
  }

  @Test
  void hasNoFileThatNobodyWrites() throws IOException {
    Set<String> expected = new TreeSet<>();
    for (String form : forms()) {
      posts(form).keySet().forEach(name -> expected.add(form + "/" + name + ".txt"));
    }
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(FOLDER)) {
      files
          .filter(Files::isRegularFile)
          .forEach(file -> found.add(FOLDER.relativize(file).toString().replace('\\', '/')));
    }
    assertEquals(expected, found);
    if (REWRITE) {
      fail("the files were written anew: read the difference, and run without the switch");
    }
  }

  @Test
  void showsEachFormatInTheDocument() throws IOException {
    String text = Files.readString(DOCUMENT);
    Set<String> shown = new TreeSet<>();
    Matcher matcher = EXAMPLE.matcher(text);
    StringBuilder made = new StringBuilder();
    while (matcher.find()) {
      shown.add(matcher.group(1));
      EventPost post = posts(matcher.group(1)).get(matcher.group(2));
      assertTrue(post != null, "no such example: " + matcher.group());
      matcher.appendReplacement(made, Matcher.quoteReplacement(example(matcher.group(), post)));
    }
    matcher.appendTail(made);
    assertEquals(new TreeSet<>(forms()), shown);
    if (REWRITE) {
      Files.writeString(DOCUMENT, made.toString());
    } else {
      assertEquals(made.toString(), text);
    }
  }

  private static String example(String found, EventPost post) throws IOException {
    String language = post.body().contentType().endsWith("json") ? "json" : "text";
    String mark = found.lines().findFirst().orElseThrow();
    return "%s\n\n```%s\n%s\n```\n".formatted(mark, language, shownBody(post).strip());
  }

  /// Every property that a post of ours can have stands in the document, in the section of its
  /// format.
  @Test
  void tellsEveryFieldInTheDocument() throws IOException {
    String text = Files.readString(DOCUMENT);
    for (EventFormat format : EventFormat.values()) {
      int start = text.indexOf("\n## `" + format.word() + "`");
      assertTrue(start >= 0, format.word());
      int end = text.indexOf("\n## ", start + 1);
      String section =
          EXAMPLE.matcher(text.substring(start, end < 0 ? text.length() : end)).replaceAll("");
      for (String name : names(format)) {
        assertTrue(section.contains("`" + name + "`"), format.word() + ": " + name);
      }
    }
  }

  private static Set<String> names(EventFormat format) throws IOException {
    Set<String> names = new TreeSet<>();
    for (String form : forms()) {
      if (SampleEvents.dialects().get(form).format() == format && !form.endsWith("form")) {
        for (EventPost post : posts(form).values()) {
          names.addAll(post.headers().keySet());
          addNames(JsonMapper.shared().readTree(SampleEvents.bytes(post)), names, format);
        }
      }
    }
    return names;
  }

  /// What two formats have of `postern` is told there.
  private static void addNames(JsonNode node, Set<String> names, EventFormat format) {
    node.forEachEntry(
        (name, value) -> {
          names.add(name);
          boolean isOurs =
              (format == EventFormat.BIK && name.equals("details"))
                  || (format == EventFormat.CLOUDEVENTS && name.equals("data"));
          if (!isOurs) {
            addNames(value, names, format);
          }
        });
    if (node.isArray()) {
      node.forEach(value -> addNames(value, names, format));
    }
  }

  @Test
  void keepsToThePublishedSchema() throws IOException {
    List<String> problems = new ArrayList<>();
    EventsSchema schema = EventsSchema.read(SCHEMA);
    for (EventPost post : posts("postern").values()) {
      problems.addAll(schema.problems(new String(SampleEvents.bytes(post), UTF_8)));
    }
    assertEquals(List.of(), problems);
  }
}
