package io.postern.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mime.Headers;
import io.postern.settings.Judgement;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Sources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Whatever becomes of a rule file, reading it returns: a book that works, or problems with places.
class RuleMutationTest {
  private static final int FILES = Integer.getInteger("postern.mutation.rules", 3_000);

  private static final String[] SEEDS = {
    """
    name: support-desk
    when:
      - header: To
        matches: '^support(\\+[\\w-]+)?@in\\.example\\.com$'
      - header: X-Spam-Flag
        not-matches: '(?i)yes'
    post:
      url: https://app.example.com/hooks/mail
      backup-url: https://standby.example.com/hooks/mail
      format: form
      basic: { username: postern, password: { env: DESK_PASSWORD } }
      sign: [ { file: desk-new.key }, { env: DESK_OLD } ]
      timeout: 30s
    retry:
      interval: 60s
      period: 4d
    enabled: true
    """,
    """
    name: "raw \\u00e9"
    when: [{header: Subject, matches: "\\\\[ticket #\\\\d{1,9}\\\\]"}]
    post: {url: 'http://127.0.0.1:8080/x', format: raw, api-key: {value: {credential: k}, send: bearer}}
    """
  };

  private static final String[] PIECES = {
    ":",
    ": ",
    "-",
    "\n",
    "  ",
    "\t",
    "'",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a",
    "*a",
    "!t",
    "|",
    ">",
    "#",
    "%",
    "@",
    "\\",
    "\\0",
    "(",
    ")",
    "(?!",
    "{1000}",
    "*",
    "+",
    "\\1",
    "0",
    "99999999999999999999",
    "\u0000",
    "\ud800",
    "\u2028",
    "é",
    "日本",
    "\ufeff",
    "---\n",
    "...",
    "~",
    "null",
    "name: x\n",
    "..",
    "/",
    "//",
    "http://",
    "169.254.169.254",
    "user:pw@",
    "[::1]",
    "30",
    "s",
    "when:\n"
  };

  @Test
  void returnsWhateverTheFileHolds() {
    Random chance = new Random(Long.getLong("postern.seed", 20_261_122));
    RuleFiles files =
        new RuleFiles(new Settings(Path.of("rules"), Set.of(), true), Map.of(), Severity.WARNING);
    Address recipient = new Address("support", new Domain("in.example.com"));
    byte[] mail = "Subject: [ticket #1]\r\n\r\n".getBytes(StandardCharsets.UTF_8);
    Headers headers = Headers.read(mail, mail.length);
    int good = 0;
    int bad = 0;
    for (int i = 0; i < FILES; i++) {
      String text = mutated(SEEDS[i % SEEDS.length], chance);
      TreeMap<String, String> texts = new TreeMap<>();
      texts.put("x.yaml", text);
      switch (files.judge(new Sources(texts, List.of()))) {
        case Judgement.Good(Book book, List<Problem> warnings) -> {
          good++;
          assertEquals(1, book.rules().size(), text);
          book.decide(List.of(recipient), headers);
          assertFalse(book.explain(recipient, headers).getFirst().lines().isEmpty());
          warnings.forEach(problem -> check(problem, text));
        }
        case Judgement.Bad(List<Problem> problems) -> {
          bad++;
          assertTrue(
              problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR), text);
          problems.forEach(problem -> check(problem, text));
        }
      }
    }
    assertTrue(good > 100 && bad > 500, "good " + good + ", bad " + bad);
  }

  private static void check(Problem problem, String text) {
    assertEquals("rules/x.yaml", problem.place().file(), text);
    assertTrue(problem.text().length() < 600, problem::toString);
    assertTrue(problem.text().codePoints().noneMatch(Character::isISOControl), problem::toString);
  }

  private static String mutated(String seed, Random chance) {
    StringBuilder text = new StringBuilder(seed);
    int changes = 1 + chance.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = chance.nextInt(text.length() + 1);
      int to = Math.min(text.length(), at + chance.nextInt(12));
      switch (chance.nextInt(5)) {
        case 0 -> text.delete(at, to);
        case 1 -> text.insert(at, PIECES[chance.nextInt(PIECES.length)]);
        case 2 -> text.replace(at, to, PIECES[chance.nextInt(PIECES.length)]);
        case 3 -> text.insert(at, text.substring(at, to));
        default -> text.insert(at, (char) chance.nextInt(0x3000));
      }
    }
    return text.toString();
  }
}
