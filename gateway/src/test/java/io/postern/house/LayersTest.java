package io.postern.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/// Holds the table in `docs/design.md` against the arrows between the compiled packages.
final class LayersTest {
  private static final Path CLASSES = Path.of("target", "classes");
  private static final Path PAGE = Path.of("..", "docs", "design.md");
  private static final Pattern ARROW =
      Pattern.compile("^\\s+io\\.postern(\\S*)\\s+->\\s+io\\.postern(\\S*)\\s", Pattern.MULTILINE);

  @Test
  void importsAreThoseOfTheTable() throws Exception {
    Map<String, Set<String>> allowed = table();
    Map<String, Set<String>> actual = arrows();
    List<String> wrong = new ArrayList<>();
    actual.forEach(
        (from, targets) -> {
          for (String to : targets) {
            if (!allowed.getOrDefault(from, Set.of()).contains(to)) {
              wrong.add(from + " imports " + to + ", which docs/design.md does not allow");
            }
          }
          if (!allowed.containsKey(from)) {
            wrong.add(from + " is missing in the table of docs/design.md");
          }
        });
    allowed.forEach(
        (from, targets) -> {
          for (String to : targets) {
            if (!actual.getOrDefault(from, Set.of()).contains(to)) {
              wrong.add(from + " may import " + to + " but does not: take it out of the table");
            }
          }
        });
    assertEquals(List.of(), wrong);
  }

  @Test
  void importsFormNoCycle() {
    Map<String, Set<String>> left = arrows();
    boolean removed = true;
    while (removed) {
      Set<String> free = new HashSet<>();
      left.forEach(
          (from, targets) -> {
            if (targets.stream().noneMatch(left::containsKey)) {
              free.add(from);
            }
          });
      removed = left.keySet().removeAll(free);
    }
    assertEquals(Map.of(), left, "these packages import each other in a circle");
  }

  @Test
  void librariesStayBehindTheirDoor() {
    String report = jdeps("-verbose:package", "-filter:none");
    assertEquals(Set.of("smtp"), users(report, "org.subethamail.smtp"));
    assertEquals(Set.of("store.sqlite"), users(report, "java.sql"));
    assertEquals(Set.of("rules"), users(report, "com.google.re2j"));
    assertEquals(Set.of("settings"), users(report, "tools.jackson.dataformat.yaml"));
    assertEquals(Set.of("delivery"), users(report, "java.net.http"));
    assertEquals(Set.of("watch"), users(report, "io.prometheus.metrics"));
    assertEquals(Set.of("notice"), users(report, "jakarta.mail"));
  }

  private static Set<String> users(String report, String library) {
    Matcher matcher =
        Pattern.compile(
                "^\\s+io\\.postern(\\S*)\\s+->\\s+" + Pattern.quote(library) + "\\S*\\s",
                Pattern.MULTILINE)
            .matcher(report);
    Set<String> users = new TreeSet<>();
    while (matcher.find()) {
      users.add(name(matcher.group(1)));
    }
    return users;
  }

  private static Map<String, Set<String>> table() throws Exception {
    String page = Files.readString(PAGE);
    int begin = page.indexOf("<!-- imports: begin -->");
    int end = page.indexOf("<!-- imports: end -->");
    assertTrue(begin >= 0 && end > begin, "docs/design.md has lost the marks round its table");
    Map<String, Set<String>> table = new TreeMap<>();
    page.substring(begin, end)
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.split("\\|"))
        .forEach(
            cells ->
                table.put(
                    cells[1].strip().replace("`", ""),
                    new TreeSet<>(
                        cells[2].isBlank() ? List.of() : List.of(cells[2].strip().split(" ")))));
    return table;
  }

  private static Map<String, Set<String>> arrows() {
    Matcher matcher = ARROW.matcher(jdeps("-verbose:package", "-filter:none"));
    Map<String, Set<String>> arrows = new TreeMap<>();
    while (matcher.find()) {
      String from = name(matcher.group(1));
      String to = name(matcher.group(2));
      arrows.computeIfAbsent(from, _ -> new TreeSet<>());
      if (!from.equals(to)) {
        arrows.get(from).add(to);
      }
    }
    // A package that imports none of the house appears only as a target.
    Set<String> targets = new HashSet<>();
    arrows.values().forEach(targets::addAll);
    targets.forEach(target -> arrows.computeIfAbsent(target, _ -> new TreeSet<>()));
    return arrows;
  }

  private static String jdeps(String... options) {
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("--multi-release");
    arguments.add("base");
    arguments.add("--ignore-missing-deps");
    arguments.add(CLASSES.toString());
    PrintWriter writer = new PrintWriter(out);
    ToolProvider.findFirst("jdeps")
        .orElseThrow()
        .run(writer, writer, arguments.toArray(String[]::new));
    writer.flush();
    return out.toString();
  }

  private static String name(String suffix) {
    return suffix.isEmpty() ? "." : suffix.substring(1);
  }
}
