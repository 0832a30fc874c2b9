package io.postern.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mime.Headers;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Sources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BookTest {
  private static final Headers NONE = headers("From: a@example.org");

  @Test
  void takesAMailOnlyWhenAllTermsHold() {
    Book book =
        book(
            rule(
                "tickets",
                "{header: To, matches: '^desk@'}",
                "{header: Subject, matches: '(?i)\\[ticket #\\d+\\]'}",
                "{header: X-Spam-Flag, not-matches: '(?i)yes'}"));
    Address desk = address("desk@in.example.com");
    assertEquals(List.of("tickets"), names(book, desk, headers("Subject: Re: [Ticket #7] help")));
    assertEquals(List.of(), names(book, desk, headers("Subject: help")));
    assertEquals(List.of(), names(book, desk, headers("Subject: [ticket #7]", "X-Spam-Flag: YES")));
    assertEquals(
        List.of("tickets"), names(book, desk, headers("Subject: [ticket #7]", "X-Spam-Flag: no")));
    assertEquals(
        List.of(), names(book, address("sales@in.example.com"), headers("Subject: [ticket #7]")));
  }

  @Test
  void neverMatchesAMissingHeaderAndAlwaysNotMatchesIt() {
    Book book =
        book(
            rule("matches", "{header: List-Id, matches: ''}".replace("''", "'.*'")),
            rule("not", "{header: List-Id, not-matches: '.*'}"));
    Address any = address("a@in.example.com");
    assertEquals(List.of("not"), names(book, any, NONE));
    assertEquals(List.of("matches"), names(book, any, headers("List-Id: <x>")));
    assertEquals(List.of("matches"), names(book, any, headers("List-Id:")));
  }

  @Test
  void looksAtEveryOccurrenceOfAHeaderWhateverItsCase() {
    Book book =
        book(
            rule("one", "{header: x-tag, matches: 'b'}"),
            rule("none", "{header: X-TAG, not-matches: 'b'}"));
    Address any = address("a@in.example.com");
    assertEquals(List.of("one"), names(book, any, headers("X-Tag: a", "x-tag: b")));
    assertEquals(List.of("none"), names(book, any, headers("X-Tag: a", "x-tag: c")));
  }

  @Test
  void seesTheRecipientInToAndTheFieldInToHeader() {
    Book book =
        book(
            rule("envelope", "{header: to, matches: '^desk@in\\.example\\.com$'}"),
            rule("field", "{header: To-Header, matches: 'sales@'}"));
    Headers headers = headers("To: sales@in.example.com");
    assertEquals(
        List.of("envelope", "field"), names(book, address("desk@in.example.com"), headers));
    assertEquals(List.of("field"), names(book, address("sales@in.example.com"), headers));
    assertEquals(List.of("envelope"), names(book, address("desk@in.example.com"), NONE));
  }

  @Test
  void ignoresCaseInTheRecipientOnly() {
    Book book =
        book(
            rule("to", "{header: To, matches: '^DESK@in\\.example\\.com$'}"),
            rule("subject", "{header: Subject, matches: 'Hello'}"));
    assertEquals(
        List.of("to"), names(book, address("Desk@IN.example.com"), headers("Subject: hello")));
  }

  @Test
  void seesTheDomainAsALabels() {
    Book book = book(rule("idn", "{header: To, matches: '^é@xn--wgv71a\\.example$'}"));
    assertEquals(
        List.of("idn"),
        names(book, new Address("É", Domain.parse("日本.example").orElseThrow()), NONE));
  }

  @Test
  void decidesForEachRecipientAndEachRule() {
    Book book =
        book(
            rule("a-desk", "{header: To, matches: '^desk@'}"),
            rule("b-all", "{header: To, matches: '@in'}"),
            rule("c-urgent", "{header: Subject, matches: urgent}"));
    Address desk = address("desk@in.example.com");
    Address sales = address("sales@in.example.com");
    Address other = address("x@other.example.com");
    Decision decision = book.decide(List.of(desk, sales, other), headers("Subject: nothing"));
    assertEquals(List.of("a-desk", "b-all"), names(decision.rules(desk)));
    assertEquals(List.of("b-all"), names(decision.rules(sales)));
    assertEquals(List.of(), names(decision.rules(other)));
    assertFalse(decision.isEmpty());
    assertEquals(List.of(desk, sales, other), List.copyOf(decision.matches().keySet()));
    assertTrue(book.decide(List.of(other), NONE).isEmpty());
    assertEquals(List.of(), decision.rules(address("unasked@in.example.com")));
  }

  @Test
  void passesOverDisabledRulesButKnowsThem() {
    Book book = book(rule("off", "{header: To, matches: '@'}") + "enabled: false\n");
    Address any = address("a@in.example.com");
    assertEquals(List.of(), names(book, any, NONE));
    assertFalse(book.couldMatch(any));
    assertTrue(book.rule("off").isPresent());
    assertTrue(book.rule("other").isEmpty());
  }

  @Test
  void judgesARecipientByTheTermsAboutItAlone() {
    Book book =
        book(
            rule(
                "tickets",
                "{header: To, matches: '^desk'}",
                "{header: To, not-matches: '^desktop'}",
                "{header: Subject, matches: ticket}"));
    assertTrue(book.couldMatch(address("desk@in.example.com")));
    assertFalse(book.couldMatch(address("desktop@in.example.com")));
    assertFalse(book.couldMatch(address("sales@in.example.com")));
    assertTrue(
        book(rule("any", "{header: Subject, matches: x}")).couldMatch(address("a@in.example.com")));
  }

  @Test
  void looksAtTheFirstPartOfALongValueOnly() {
    Book book =
        book(
            rule("in", "{header: X-A, matches: needle}"),
            rule("out", "{header: X-B, matches: needle}"));
    String pad = "x".repeat(Term.VALUE_CHARS_MAX - "needle".length());
    Headers headers = headers("X-A: " + pad + "needle", "X-B: " + pad + "xneedle");
    assertEquals(List.of("in"), names(book, address("a@in.example.com"), headers));
  }

  @Test
  void explainsTermByTerm() {
    Book book =
        book(
            rule(
                "tickets",
                "{header: To, matches: '^desk(\\+\\w+)?@'}",
                "{header: Subject, matches: 'ticket #(\\d+)'}",
                "{header: List-Id, not-matches: x}",
                "{header: X-Tag, matches: b}"));
    Explanation explanation =
        book.explain(
                address("desk@in.example.com"),
                headers("Subject: [ticket #42] hello", "X-Tag: a", "X-Tag: c"))
            .getFirst();
    assertFalse(explanation.matches());
    assertEquals(
        List.of(true, true, true, false),
        explanation.terms().stream().map(Explanation.TermFinding::holds).toList());
    Explanation.Look subject = explanation.terms().get(1).looks().getFirst();
    assertEquals("ticket #42", subject.capture());
    assertEquals(List.of("42"), subject.groups());
    assertEquals(List.of(), explanation.terms().get(2).looks());
    assertEquals(2, explanation.terms().get(3).looks().size());
    assertEquals(
        """
        rules/0.yaml:1:7: rule tickets does not take mail for desk@in.example.com
          yes  To matches '^desk(\\+\\w+)?@'
                 found "desk@" in "desk@in.example.com", groups ""
          yes  Subject matches 'ticket #(\\d+)'
                 found "ticket #42" in "[ticket #42] hello", groups "42"
          yes  List-Id not-matches 'x'
                 the mail has no header List-Id
          no   X-Tag matches 'b'
                 not found in "a"
                 not found in "c\"\
        """,
        String.join("\n", explanation.lines()));
  }

  @Test
  void explainsNoMoreValuesThanAPersonReads() {
    Book book = book(rule("tag", "{header: X-Tag, matches: last}"));
    String[] tags = new String[60];
    java.util.Arrays.fill(tags, "X-Tag: a");
    tags[59] = "X-Tag: last";
    Explanation explanation = book.explain(address("a@in.example.com"), headers(tags)).getFirst();
    assertTrue(explanation.matches());
    assertEquals(50, explanation.terms().getFirst().looks().size());
    assertEquals(10, explanation.terms().getFirst().unlooked());
  }

  @Test
  void searchesAHostileValueInTimeThatGrowsWithItOnly() {
    // Backtracking engines need about 2^5000 steps for this.
    Book book = book(rule("evil", "{header: Subject, matches: '^(a+)+$'}"));
    assertEquals(
        List.of(),
        names(book, address("a@in.example.com"), headers("Subject: " + "a".repeat(5_000) + "!")));
  }

  private static List<String> names(Book book, Address recipient, Headers headers) {
    return names(book.decide(List.of(recipient), headers).rules(recipient));
  }

  private static List<String> names(List<Rule> rules) {
    return rules.stream().map(Rule::name).toList();
  }

  private static Book book(String... rules) {
    TreeMap<String, String> texts = new TreeMap<>();
    for (int i = 0; i < rules.length; i++) {
      texts.put(i + ".yaml", rules[i]);
    }
    Settings settings = new Settings(Path.of("rules"), Set.of(), true);
    Judgement<Book> read =
        new RuleFiles(settings, Map.of(), Severity.WARNING).judge(new Sources(texts, List.of()));
    return switch (read) {
      case Judgement.Good(Book book, _) -> book;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private static String rule(String name, String... terms) {
    return "name: %s\nwhen:\n  - %s\npost: {url: 'https://app.example.com/'}\n"
        .formatted(name, String.join("\n  - ", terms));
  }

  private static Address address(String text) {
    int at = text.lastIndexOf('@');
    return new Address(text.substring(0, at), Domain.parse(text.substring(at + 1)).orElseThrow());
  }

  private static Headers headers(String... lines) {
    byte[] bytes = (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
    return Headers.read(bytes, bytes.length);
  }
}
