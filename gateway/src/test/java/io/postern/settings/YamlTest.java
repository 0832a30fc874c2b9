package io.postern.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.settings.Node.Mapping;
import io.postern.settings.Node.Scalar;
import io.postern.settings.Node.Sequence;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlTest {
  @Test
  void givesEachNodeItsPlace() {
    Problems problems = new Problems();
    Node root =
        Yaml.read("f.yaml", "# top\na: 1\nlist:\n  - x\n  - {k: 'v'}\nnone:\n", problems)
            .orElseThrow();

    Mapping mapping = (Mapping) root;
    assertEquals(new Place("f.yaml", 2, 1), mapping.place());
    assertEquals(new Place("f.yaml", 2, 1), mapping.entries().getFirst().place());
    assertEquals(
        new Scalar(new Place("f.yaml", 2, 4), "1", false), mapping.entries().getFirst().value());
    Sequence list = (Sequence) mapping.entries().get(1).value();
    assertEquals(new Place("f.yaml", 4, 3), list.place());
    assertEquals(new Scalar(new Place("f.yaml", 4, 5), "x", false), list.items().getFirst());
    Mapping inner = (Mapping) list.items().get(1);
    assertEquals(new Place("f.yaml", 5, 5), inner.place());
    assertEquals(new Place("f.yaml", 5, 9), inner.entries().getFirst().value().place());
    assertTrue(((Scalar) mapping.entries().get(2).value()).absent());
    assertEquals(List.of(), problems.sorted());
  }

  @Test
  void countsColumnsInCharacters() {
    Problems problems = new Problems();
    Mapping root = (Mapping) Yaml.read("f", "日本語: 値\n", problems).orElseThrow();
    assertEquals(new Place("f", 1, 6), root.entries().getFirst().value().place());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a: 1$\tb: 2 | f:2:1: a tab stands here, and YAML indents with spaces only; write two"
            + " spaces for each tab",
        "a: 'x$b: 2$ | f:1:4: this quote is never closed; add the closing quote (inside 'single"
            + " quotes' a quote is written twice)",
        "a: \"\\d\" | f:1:6: a backslash in double quotes starts an escape; put the value in"
            + " 'single quotes', where a backslash is only a backslash",
        "a: b: c | f:1:5: a colon where no key can stand; indent the line like its neighbours, or"
            + " put a value that holds \": \" in 'single quotes'",
        "a: 1$  b: 2 | f:2:4: a colon where no key can stand; indent the line like its neighbours,"
            + " or put a value that holds \": \" in 'single quotes'",
        "a: [1, 2$b: 3 | f:1:4: this [ is never closed, or a comma is missing in it; write [one,"
            + " two]",
        "a: {b: 1 | f:1:4: this { is never closed, or a comma is missing in it; write { key: value,"
            + " key: value }",
        "a: @x | f:1:4: a plain value can't begin with this character; put the value in 'single"
            + " quotes'",
        "a: 1$b$ | f:2:1: a line without a colon; write key: value",
        "a: 'x' y | f:1:8: this doesn't fit the lines above; indent it like its neighbours, or"
            + " close the quote before it",
        "a: - b | f:1:4: a list can't begin on this line; write each \"- item\" on a line of its"
            + " own",
        "? [a]$: 1 | f:1:4: a key must be plain text; write key: value",
        "a: 1$b: 2$a: 3 | f:3:1: the key \"a\" stands already in line 1; remove one of them",
        "a: {b: 1, b: 2} | f:1:11: the key \"b\" stands already in line 1; remove one of them",
        "a: *x | f:1:4: an alias (*x) is not read here; write the value itself, or quote it if the"
            + " star is meant",
        "a: &x 1 | f:1:4: an anchor (&) is not read here; remove it, or quote the value if the"
            + " ampersand is meant",
        "&x a: 1 | f:1:1: an anchor (&x) is not read here; remove it, or quote the value if the"
            + " ampersand is meant",
        "a: &x {b: 1} | f:1:4: an anchor (&x) is not read here; remove it, or quote the value if"
            + " the ampersand is meant",
        "a: !t {b: 1} | f:1:4: a tag (!t) is not read here; remove it, or quote the value if the"
            + " exclamation mark is meant",
        "a: 1$---$b: 2 | f:3:1: a second document starts here; a file holds one, so move it to a"
            + " file of its own",
      })
  void tellsPlaceAndCure(String text, String expected) {
    Problems problems = new Problems();
    // Columns of a table can't hold a line end.
    assertEquals(expected, told("f", text.replace('$', '\n'), problems), text);
  }

  @Test
  void tellsAllThatIsRefusedAtOnce() {
    Problems problems = new Problems();
    Yaml.read("f", "a: *x\na: &y 1\nb: !t 2\n", problems);
    assertEquals(4, problems.count());
  }

  @Test
  void stopsAtFiftyLevels() {
    Problems problems = new Problems();
    String deepest = "[".repeat(50) + "]".repeat(50);
    assertTrue(Yaml.read("f", deepest, problems).isPresent());
    assertEquals(0, problems.count());

    String tooDeep = "[".repeat(51) + "]".repeat(51);
    assertEquals(
        "f:1:51: nested deeper than 50 levels; write it flatter", told("f", tooDeep, problems));
  }

  @Test
  void readsAHugeHeapOfBracketsInBoundedTime() {
    Problems problems = new Problems();
    Yaml.read("f", "[".repeat(1_000_000), problems);
    assertTrue(problems.hasErrors());
  }

  @Test
  void neverThrowsWhateverTheTextHolds() {
    Random chance = new Random(7);
    String pieces = "ab:-?[]{}&*!|>'\"%@`#,\n\n  \t\\0~é日";
    for (int i = 0; i < 10_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = chance.nextInt(40);
      for (int j = 0; j < length; j++) {
        text.append(pieces.charAt(chance.nextInt(pieces.length())));
      }
      Problems problems = new Problems();
      boolean isRead = Yaml.read("f", text.toString(), problems).isPresent();
      assertTrue(isRead || problems.hasErrors(), () -> "unread without a problem: " + text);
      for (Problem problem : problems.sorted()) {
        assertTrue(problem.text().indexOf('\n') < 0, problem::toString);
        assertTrue(problem.place().line() > 0, problem::toString);
      }
    }
  }

  private static String told(String file, String text, Problems problems) {
    Yaml.read(file, text, problems);
    return String.join("\n", problems.sorted().stream().map(Problem::toString).toList());
  }
}
