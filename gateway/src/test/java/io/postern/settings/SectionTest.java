package io.postern.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.settings.Problem.Severity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SectionTest {
  private final Problems problems = new Problems();

  @Test
  void readsEveryKindOfValue() {
    Section root =
        root(
            """
            text: hello
            number: 25
            size: 35MB
            duration: 4d
            flag: false
            path: sub/x.db
            list: [a, 'b']
            numbers: [400, 501]
            networks: [192.0.2.0/24, "2001:db8::/32", 198.51.100.7]
            socket: "[::1]:25"
            """);

    assertEquals("hello", root.text("text").orElseThrow().value());
    assertEquals(25, root.number("number", 1, 0, 99));
    assertEquals(35L * 1024 * 1024, root.size("size", 1, 0, 1L << 40));
    assertEquals(
        Duration.ofDays(4),
        root.duration("duration", Duration.ZERO, Duration.ZERO, Duration.ofDays(9)));
    assertFalse(root.flag("flag", true));
    assertEquals(Optional.of(Path.of("etc/sub/x.db")), root.path("path"));
    assertEquals(List.of("a", "b"), root.texts("list", 0, 9).stream().map(Text::value).toList());
    assertEquals(List.of(400, 501), root.numbers("numbers", 9, 400, 599));
    assertEquals(
        List.of("192.0.2.0/24", "2001:db8:0:0:0:0:0:0/32", "198.51.100.7/32"),
        root.networks("networks", 9).stream().map(Network::toString).toList());
    assertEquals(
        Optional.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 25)),
        root.socket("socket"));
    root.done();
    assertEquals(List.of(), problems.sorted());
  }

  @Test
  void fallsBackWhereAKeyIsAbsent() {
    Section root = root("");
    assertEquals(7, root.number("number", 7, 0, 9));
    assertEquals(9L, root.size("size", 9L, 0, 10));
    assertTrue(root.flag("flag", true));
    assertEquals(List.of(), root.texts("list", 1, 9));
    assertFalse(root.section("sub").isPresent());
    assertEquals(List.of(), root.sections("subs", 9));
    root.done();
    assertEquals(List.of(), problems.sorted());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "text: [a] | 1:7: text: one value is expected here; write text: value",
        "text: | 1:6: text: no value; write one, or remove the key",
        "text: '' | 1:7: text: no value; write one, or remove the key",
        "text: \"a\\n"
            + "b\" | 1:7: text: a line end or another control character in the value; write it on"
            + " one line",
        "text: \"\\ud800\" | 1:7: text: a line end or another control character in the value; write"
            + " it on one line",
        "number: ten | 1:9: number: \"ten\" is not a whole number; write 1 to 99, in digits only",
        "number: -1 | 1:9: number: \"-1\" is not a whole number; write 1 to 99, in digits only",
        "number: 0x10 | 1:9: number: \"0x10\" is not a whole number; write 1 to 99, in digits only",
        "number: 100 | 1:9: number: 100 is out of range; write 1 to 99",
        "number: 99999999999999999999 | 1:9: number: \"99999999999999999999\" is not a whole"
            + " number; write 1 to 99, in digits only",
        "size: 35 | 1:7: size: 35 has no unit; write KB, MB or GB after the number, 64KB to 1GB",
        "size: 35mb | 1:7: size: \"35mb\" is not a size; write a number and KB, MB or GB, such as"
            + " 35MB, from 64KB to 1GB",
        "size: 63KB | 1:7: size: 63KB is out of range; write 64KB to 1GB",
        "size: 999999999999999GB | 1:7: size: \"999999999999999GB\" is not a size; write a number"
            + " and KB, MB or GB, such as 35MB, from 64KB to 1GB",
        "duration: 30 | 1:11: duration: 30 has no unit; write s, m, h or d after the number, 10s to"
            + " 10m",
        "duration: 5 | 1:11: duration: 5 has no unit; write s, m, h or d after the number, 10s to"
            + " 10m",
        "duration: 9s | 1:11: duration: 9s is out of range; write 10s to 10m",
        "duration: 1h | 1:11: duration: 1h is out of range; write 10s to 10m",
        "duration: soon | 1:11: duration: \"soon\" is not a duration; write a number and s, m, h or"
            + " d, such as 30s, from 10s to 10m",
        "flag: yes | 1:7: flag: \"yes\" is not known; write true or false",
        "word: red | 1:7: word: \"red\" is not known; write enforce, observe or off",
        "list: a | 1:7: list: a list is expected here; write list: [ ... ]",
        "list: [a, b, c, d] | 1:7: list: 4 items; write 3 at most",
        "list: [] | 1:7: list: the list is empty; write one item at least",
        "list: [a, [b]] | 1:11: list: one value is expected here; write list: value",
        "networks: [example.com] | 1:12: networks: \"example.com\" is not a network; write"
            + " 192.0.2.0/24 or 2001:db8::/32, or an address alone",
        "networks: [192.0.2.0/33] | 1:12: networks: \"192.0.2.0/33\" is not a network; write"
            + " 192.0.2.0/24 or 2001:db8::/32, or an address alone",
        "networks: [192.0.2.5/24] | 1:12: networks: \"192.0.2.5/24\" is an address inside a"
            + " network; write 192.0.2.0/24 for all of it, or leave out the / for the address"
            + " alone",
        "socket: localhost:25 | 1:9: socket: \"localhost:25\" is not an IP address and a port;"
            + " write \"127.0.0.1:2525\" or \"[::1]:2525\" (names are not looked up)",
        "socket: 127.0.0.1 | 1:9: socket: \"127.0.0.1\" is not an IP address and a port; write"
            + " \"127.0.0.1:2525\" or \"[::1]:2525\" (names are not looked up)",
        "socket: '::1:25' | 1:9: socket: \"::1:25\" is not an IP address and a port; write"
            + " \"127.0.0.1:2525\" or \"[::1]:2525\" (names are not looked up)",
        "socket: '127.0.0.1:65536' | 1:9: socket: \"127.0.0.1:65536\" is not an IP address and a"
            + " port; write \"127.0.0.1:2525\" or \"[::1]:2525\" (names are not looked up)",
        "sub: 5 | 1:6: sub: keys are expected here; write sub: { key: value }",
        "sub: [5] | 1:6: sub: keys are expected here; write sub: { key: value }",
        "subs: [5] | 1:8: subs: keys are expected here; write - key: value",
        "sub: {kye: 5} | 1:7: unknown key \"kye\"; did you mean \"key\"?",
        "nubmer: 5 | 1:1: unknown key \"nubmer\"; did you mean \"number\"?",
        "Number: 5 | 1:1: unknown key \"Number\"; did you mean \"number\"?",
        "colour: red | 1:1: unknown key \"colour\"; known here: text, number, size, duration, flag,"
            + " word, list, networks, socket, sub, subs",
      })
  void tellsWhatIsWrongAndWhatToWrite(String text, String expected) {
    Section root = root(text);
    askForAll(root);
    root.done();
    assertEquals(
        "etc/f.yaml:" + expected,
        String.join("\n", problems.sorted().stream().map(Problem::toString).toList()));
  }

  private static void askForAll(Section root) {
    Map<String, Integer> words = new LinkedHashMap<>();
    words.put("enforce", 1);
    words.put("observe", 2);
    words.put("off", 3);
    root.text("text");
    assertEquals(8, root.number("number", 8, 1, 99));
    assertEquals(8L, root.size("size", 8, 64 << 10, 1 << 30));
    Duration fallback = Duration.ofSeconds(8);
    assertEquals(
        fallback,
        root.duration("duration", fallback, Duration.ofSeconds(10), Duration.ofMinutes(10)));
    assertTrue(root.flag("flag", true));
    assertEquals(Optional.empty(), root.word("word", words));
    root.texts("list", 1, 3);
    root.networks("networks", 3);
    root.socket("socket");
    root.section("sub").text("key");
    root.sections("subs", 3);
  }

  @Test
  void tellsAllProblemsInTheOrderOfTheFile() {
    Section root = root("number: x\nfalg: true\nduration: 1\n");
    root.duration("duration", Duration.ZERO, Duration.ZERO, Duration.ofDays(1));
    root.number("number", 1, 0, 9);
    root.flag("flag", true);
    root.require("name", "name: desk");
    root.done();
    assertEquals(
        List.of(1, 1, 2, 3), problems.sorted().stream().map(p -> p.place().line()).toList());
    assertTrue(
        problems
            .sorted()
            .contains(
                new Problem(
                    new Place("etc/f.yaml", 1, 1),
                    Severity.ERROR,
                    "the key \"name\" is missing; write name: desk")));
  }

  @Test
  void knowsEveryKeyThatWasAskedForEvenInSectionsThatAreNotThere() {
    Document document = Document.read(Path.of("f"), "", Map.of(), problems).orElseThrow();
    document.root().section("smtp").text("listen");
    document.root().text("name");
    assertEquals(java.util.Set.of("smtp", "smtp.listen", "name"), document.asked());
    assertTrue(document.isEmpty());
  }

  @Test
  void readsASectionWhoseKeysAreAllCommentedOutAsOneWithoutKeys() {
    Section root = root("sub:\n# key: 1\n");
    assertTrue(root.section("sub").isPresent());
    root.done();
    assertEquals(0, problems.count());
  }

  @Test
  void refusesAFileThatIsNoMapping() {
    assertTrue(Document.read(Path.of("f"), "- a\n", Map.of(), problems).isEmpty());
    assertEquals(
        "[f:1:1: keys and values are expected here; write key: value]",
        problems.sorted().toString());
  }

  @Test
  void cutsWhatItQuotes() {
    Section root = root("number: " + "x".repeat(500) + "\n");
    root.number("number", 1, 0, 9);
    assertTrue(problems.sorted().getFirst().text().contains("x".repeat(60) + "...\""));
    assertTrue(problems.sorted().getFirst().text().length() < 200);
  }

  @Test
  void keepsAThousandProblemsAndCountsTheRest() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1_500; i++) {
      text.append("unknown").append(i).append(": 1\n");
    }
    root(text.toString()).done();
    List<Problem> sorted = problems.sorted();
    assertEquals(1_001, sorted.size());
    assertEquals(
        "etc/f.yaml: and 500 more problems; mend those above first", sorted.getLast().toString());
  }

  @Test
  void readsSecretsWithoutEverShowingAValue() {
    Consumer<Section> ask =
        root -> {
          root.secret("plain", Severity.ERROR);
          root.secret("both", Severity.ERROR);
          root.secret("odd", Severity.ERROR);
          root.secret("none", Severity.ERROR);
          root.secret("unset", Severity.WARNING);
          root.secret("badname", Severity.ERROR);
          root.secrets("list", 2, Severity.ERROR);
        };
    ask.accept(
        root(
            """
            plain: hunter2
            both: {env: A, file: b}
            odd: {evn: A}
            none: {}
            unset: {env: NOT_SET}
            badname: {env: 'hunter2 is secret'}
            list: [{credential: ../../etc/passwd}]
            """));
    String forms = "write { env: NAME }, { file: PATH } or { credential: NAME }";
    assertEquals(
        List.of(
            "etc/f.yaml:1:8: plain: a secret doesn't stand in the file itself; " + forms,
            "etc/f.yaml:2:7: both: a secret stands in one place; " + forms,
            "etc/f.yaml:3:7: unknown key \"evn\"; did you mean \"env\"?",
            "etc/f.yaml:4:7: none: a secret stands in one place; " + forms,
            "etc/f.yaml:5:8: warning: unset: the environment variable NOT_SET is not set; set it"
                + " for the service",
            "etc/f.yaml:6:16: badname: this is not the name of an environment variable; write"
                + " letters, digits and underscores, such as DESK_PASSWORD",
            "etc/f.yaml:7:21: list: this is not the name of a credential; write letters, digits,"
                + " hyphens and dots, such as desk-key"),
        problems.sorted().stream().map(Problem::toString).toList());
    assertFalse(problems.sorted().toString().contains("hunter2"));
  }

  private Section root(String text) {
    return Document.read(Path.of("etc/f.yaml"), text, Map.of(), problems).orElseThrow().root();
  }
}
