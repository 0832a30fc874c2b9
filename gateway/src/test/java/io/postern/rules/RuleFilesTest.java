package io.postern.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.settings.Judgement;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Sources;
import io.postern.webhook.Dialect;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Authorization;
import io.postern.webhook.Endpoint.Exchange;
import io.postern.webhook.Format;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleFilesTest {
  private static final String GOOD =
      """
      name: desk
      when:
        - header: To
          matches: '^desk@'
      post:
        url: https://app.example.com/hooks/mail
      """;

  @TempDir Path temp;
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(temp.resolve("rules"));
  }

  @Test
  void fillsInTheDefaults() throws IOException {
    write("desk.yaml", GOOD);
    Rule rule = good().whole().rule("desk").orElseThrow();
    assertEquals("", rule.account());
    assertEquals(Duration.ofSeconds(60), rule.retry().interval());
    assertEquals(Duration.ofSeconds(60), rule.retry().intervalMax());
    assertEquals(Duration.ofDays(4), rule.retry().period());
    assertEquals(Duration.ofDays(3), rule.retry().pauseAfter());
    assertEquals(new Pace(null, null), rule.pace());
    assertTrue(rule.enabled());
    assertEquals(folder + "/desk.yaml:1:7", rule.place().toString());
    assertEquals("desk", rule.endpoint().rule());
    assertEquals(URI.create("https://app.example.com/hooks/mail"), rule.endpoint().url());
    assertEquals(null, rule.endpoint().backupUrl());
    assertEquals(Format.FORM, rule.endpoint().dialect().format());
    assertEquals(Authentication.NONE, rule.endpoint().authentication());
    assertEquals(List.of(), rule.endpoint().signingKeys());
    assertEquals(
        new Exchange(Duration.ofSeconds(30), null, null, true), rule.endpoint().exchange());
  }

  @Test
  void readsEveryKey() throws IOException {
    Files.writeString(folder.resolve("desk-new.key"), "whsec_x\n");
    write(
        "desk.yaml",
        """
        name: support-desk
        when:
          - header: To
            matches: '^support(\\+[\\w-]+)?@in\\.example\\.com$'
          - { header: X-Spam-Flag, not-matches: '(?i)yes' }
        post:
          url: https://app.example.com/hooks/mail
          backup-url: https://standby.example.com/hooks/mail
          format: json
          basic: { username: postern, password: { env: DESK_PASSWORD } }
          api-key: { value: { env: DESK_KEY }, send: field }
          sign: [ { file: desk-new.key }, { env: DESK_OLD } ]
          timeout: 999s
          rate: 50/s
          concurrency: 10
          ca: missing.pem
          log-answer: false
        retry:
          interval: 10s
          interval-max: 12h
          period: 10d
          pause-after: 36h
          permanent-failures: [400, 404]
        enabled: false
        """);
    Rule rule =
        good(Map.of("DESK_PASSWORD", "p", "DESK_OLD", "o", "DESK_KEY", "k"))
            .whole()
            .rules()
            .getFirst();
    assertEquals("standby.example.com", rule.endpoint().backupUrl().getHost());
    assertEquals(Format.JSON, rule.endpoint().dialect().format());
    Authorization.Basic basic =
        assertInstanceOf(
            Authorization.Basic.class, rule.endpoint().authentication().authorization());
    assertEquals("k", rule.endpoint().authentication().keyField().value());
    assertEquals("postern", basic.username());
    assertEquals("p", basic.password().value());
    assertEquals("whsec_x", rule.endpoint().signingKeys().getFirst().value());
    assertEquals("o", rule.endpoint().signingKeys().get(1).value());
    assertEquals(Duration.ofSeconds(999), rule.endpoint().timeout());
    assertEquals(Duration.ofSeconds(10), rule.retry().interval());
    assertEquals(Duration.ofHours(12), rule.retry().intervalMax());
    assertEquals(Duration.ofDays(10), rule.retry().period());
    assertEquals(Duration.ofHours(36), rule.retry().pauseAfter());
    assertEquals(new Pace(new Rate(50, Duration.ofSeconds(1)), 10), rule.pace());
    assertEquals(folder.resolve("missing.pem"), rule.endpoint().exchange().ca().path());
    assertEquals(Set.of(400, 404), rule.endpoint().exchange().permanentFailures());
    assertEquals(false, rule.endpoint().exchange().answerLogged());
    assertEquals(false, rule.enabled());
    assertEquals(List.of(false, true), rule.terms().stream().map(Term::negated).toList());
  }

  /// Each row changes one line of a good file.
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name: desk | nmae: desk | 1:1: the key \"name\" is missing; write name: support-desk ~"
            + " 1:1: unknown key \"nmae\"; did you mean \"name\"?",
        "name: desk | name: ' desk' | 1:7: name: a space at its start or end; remove it",
        "header: To | header: 'Subject:' | 3:13: header: \"Subject:\" is not a header name; write"
            + " the name only, such as Subject",
        "header: To | heder: To | 3:5: the key \"header\" is missing; write header: Subject ~ 3:5:"
            + " unknown key \"heder\"; did you mean \"header\"?",
        "matches: '^desk@' | match: '^desk@' | 3:5: neither matches nor not-matches; write matches:"
            + " '(?i)word' ~ 4:5: unknown key \"match\"; did you mean \"matches\"?",
        "matches: '^desk@' | {matches: a} | 3:5: x",
        "matches: '^desk@' | matches: '(' | 4:14: matches: a ( without its ); close it, or write"
            + " \\( for a parenthesis",
        "matches: '^desk@' | not-matches: '[a' | 4:18: not-matches: a [ without its ] (\"[a\");"
            + " close it, or write \\[ for a bracket",
        "matches: '^desk@' | matches: '(?!x)' | 4:14: matches: look-ahead and look-behind are not"
            + " in RE2 (\"(?!\"); write a second term, with not-matches if it is a no",
        "matches: '^desk@' | matches: '(?<=x)y' | 4:14: matches: look-ahead and look-behind are not"
            + " in RE2 (\"(?<=x)y\"); write a second term, with not-matches if it is a no",
        "matches: '^desk@' | matches: '(a)\\1' | 4:14: matches: back-references are not in RE2"
            + " (\"\\1\"); write the text out",
        "matches: '^desk@' | matches: '(?>a)' | 4:14: matches: atomic groups are not in RE2"
            + " (\"(?>\"), which never backtracks; write (?: instead",
        "matches: '^desk@' | matches: 'a++' | 4:14: matches: two repetitions in a row (\"++\");"
            + " keep one (RE2 has no possessive ones)",
        "matches: '^desk@' | matches: '*@x' | 4:14: matches: nothing before \"*\" to repeat; write"
            + " \\* for the character itself",
        "matches: '^desk@' | matches: '\\Z' | 4:14: matches: \"\\Z\" is not in RE2; write the"
            + " character without a backslash, or \\x and its hexadecimal digits",
        "matches: '^desk@' | matches: 'a\\' | 4:14: matches: a backslash at the end; write \\\\ for"
            + " a backslash",
        "matches: '^desk@' | matches: '[z-a]' | 4:14: matches: \"z-a\" is no range of characters;"
            + " write the lower end first, and - last or as \\-",
        "matches: '^desk@' | matches: 'a{2,1}' | 4:14: matches: the repetition \"{2,1}\"; write {n}"
            + " or {n,m}, from 0 to 1000, the smaller first",
        "matches: '^desk@' | matches: 'a)' | 4:14: matches: a ) without its (; remove it, or write"
            + " \\) for a parenthesis",
        "matches: '^desk@' | matches: '((a{99}){99}){99}' | 4:14: matches: too large when its"
            + " repetitions are written out; repeat less often, or use * or +",
        "matches: '^desk@' | matches: \"\\d\" | 4:16: a backslash in double quotes starts an"
            + " escape; put the value in 'single quotes', where a backslash is only a backslash",
        "post: | psot: | 1:1: the key \"post\" is missing; write post: { url:"
            + " https://app.example.com/hooks/mail } ~ 5:1: unknown key \"psot\"; did you mean"
            + " \"post\"?",
        "url: https://app.example.com/hooks/mail | format: form | 6:3: the key \"url\" is missing;"
            + " write url: https://app.example.com/hooks/mail",
      })
  void tellsPlaceAndCure(String line, String instead, String expected) throws IOException {
    String changed = instead.equals("{matches: a}") ? "matches: a\n    not-matches: b" : instead;
    if (instead.equals("{matches: a}")) {
      expected =
          "3:5: both matches and not-matches; keep one, and write a second term for the other";
    }
    assertTrue(GOOD.contains(line), line);
    write("desk.yaml", GOOD.replace(line, changed));
    assertEquals(
        List.of(expected.split(" ~ ")).stream().map(each -> folder + "/desk.yaml:" + each).toList(),
        problems());
  }

  /// Each row is added to the section `post` of a good file, as line 7.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "format: xml | 7:11: format: \"xml\" is not known; write form, json, raw, postern,"
            + " sendgrid, mailgun, postmark or cloudmailin",
        "raw: true | 7:8: raw: the format form has no such option, only sendgrid, mailgun,"
            + " postmark; remove it, or change the format",
        "inline-max: 1MB | 7:15: inline-max: the format form has no such option, only postern;"
            + " remove it, or change the format",
        "signing-key: {env: P} | 7:16: signing-key: the format form has no such option, only"
            + " mailgun; remove it, or change the format",
        "format: mailgun | 6:3: the key \"signing-key\" is missing; write signing-key: { file:"
            + " mailgun.key }",
        "timeout: 0s | 7:12: timeout: 0s is out of range; write 1s to 999s",
        "timeout: 1000s | 7:12: timeout: 1000s is out of range; write 1s to 999s",
        "timeout: 30 | 7:12: timeout: 30 has no unit; write s, m, h or d after the number, 1s to"
            + " 999s",
        "rate: 50 | 7:9: rate: \"50\" is not a rate; write 50/s, 30/m or 100/h, from 1 to 100000"
            + " before the /",
        "rate: 0/s | 7:9: rate: \"0/s\" is not a rate; write 50/s, 30/m or 100/h, from 1 to 100000"
            + " before the /",
        "rate: 100001/h | 7:9: rate: \"100001/h\" is not a rate; write 50/s, 30/m or 100/h, from 1"
            + " to 100000 before the /",
        "concurrency: 0 | 7:16: concurrency: 0 is out of range; write 1 to 1000",
        "log-answer: no | 7:15: log-answer: \"no\" is not known; write true or false",
        "basic: postern | 7:10: basic: keys are expected here; write basic: { key: value }",
        "basic: {username: a} | 7:10: the key \"password\" is missing; write password: { env:"
            + " DESK_PASSWORD }",
        "basic: {username: 'a:b', password: {env: P}} | 7:21: username: a colon, which Basic"
            + " authentication can't send; remove it",
        "basic: {username: a, password: hunter2} | 7:34: password: a secret doesn't stand in the"
            + " file itself; write { env: NAME }, { file: PATH } or { credential: NAME }",
        "api-key: {value: {env: P}} | 7:12: the key \"send\" is missing; write send: bearer",
        "api-key: {value: {env: P}, send: header} | 7:36: send: \"header\" is not known; write"
            + " bearer or field",
        "sign: {env: P} | 7:9: sign: a list is expected here; write sign: [ ... ]",
        "sing: [{env: P}] | 7:3: unknown key \"sing\"; did you mean \"sign\"?",
        "backup-url: http://standby.example.com | 7:15: backup-url: http would send mail in clear"
            + " text to standby.example.com; write https, or add the host to"
            + " delivery.allow-http-hosts in the configuration",
      })
  void tellsWhatIsWrongWithAnEndpoint(String line, String expected) throws IOException {
    write("desk.yaml", GOOD + "  " + line + "\n");
    assertEquals(List.of(folder + "/desk.yaml:" + expected), problems(Map.of("P", "x")));
  }

  @Test
  void readsTheOptionsOfFormats() throws IOException {
    write("a.yaml", GOOD.replace("desk", "a") + "  format: sendgrid\n  raw: true\n");
    write("b.yaml", GOOD.replace("desk", "b") + "  format: postern\n  inline-max: 0KB\n");
    write("c.yaml", GOOD.replace("desk", "c") + "  format: postmark\n");
    write("d.yaml", GOOD.replace("desk", "d") + "  format: mailgun\n  signing-key: {env: P}\n");
    write("e.yaml", GOOD.replace("desk", "e") + "  format: postern\n  inline-max: 11MB\n");
    assertEquals(
        List.of(folder + "/e.yaml:8:15: inline-max: 11MB is out of range; write 0KB to 10MB"),
        problems(Map.of("P", "x")));
    Files.delete(folder.resolve("e.yaml"));
    List<Endpoint> endpoints =
        good(Map.of("P", "x")).whole().rules().stream().map(Rule::endpoint).toList();
    assertEquals(
        List.of(
            new Dialect(Format.SENDGRID, true, Dialect.INLINE_MAX),
            new Dialect(Format.POSTERN, false, 0),
            Dialect.of(Format.POSTMARK),
            Dialect.of(Format.MAILGUN)),
        endpoints.stream().map(Endpoint::dialect).toList());
    assertEquals("x", endpoints.get(3).authentication().signingKey().value());
    assertNull(endpoints.get(0).authentication().signingKey());
  }

  @Test
  void refusesBasicWithBearerAndAFieldWhereThereAreNone() throws IOException {
    write(
        "a.yaml",
        GOOD
            + """
              basic: {username: a, password: {env: P}}
              api-key: {value: {env: P}, send: bearer}
            """);
    write(
        "b.yaml",
        GOOD.replace("desk", "raw")
            + """
              format: raw
              api-key: {value: {env: P}, send: field}
            """);
    assertEquals(
        List.of(
            folder
                + "/a.yaml:8:12: basic and bearer both use the header Authorization; keep one of"
                + " them",
            folder
                + "/b.yaml:8:36: send: the format raw has no field for a key; write send: bearer,"
                + " or format: form"),
        problems(Map.of("P", "x")));
  }

  @Test
  void refusesARuleWithoutTerms() throws IOException {
    write("a.yaml", GOOD.replaceFirst("(?s)when:.*post", "when: []\npost"));
    write("b.yaml", GOOD.replaceFirst("(?s)when:.*post", "post").replace("desk", "b"));
    String example = "- { header: To, matches: '^support@' }";
    assertEquals(
        List.of(
            folder
                + "/a.yaml:2:7: when: no term, and a rule must not take all mail unsaid; write "
                + example,
            folder
                + "/b.yaml:1:1: the key \"when\" is missing; write when: and below it "
                + example),
        problems());
  }

  @ParameterizedTest
  @CsvSource({
    "'interval: 9s', 10s to 10m", "'interval: 11m', 10s to 10m",
    "'period: 23h', 1d to 10d", "'period: 11d', 1d to 10d",
    "'interval-max: 13h', 10s to 12h", "'pause-after: 59m', 1h to 10d",
  })
  void boundsTheRetries(String key, String range) throws IOException {
    write("desk.yaml", GOOD + "retry:\n  " + key + "\n");
    String value = key.substring(key.indexOf(' ') + 1);
    String name = key.substring(0, key.indexOf(':'));
    assertEquals(
        List.of(
            "%s/desk.yaml:8:%d: %s: %s is out of range; write %s"
                .formatted(folder, name.length() + 5, name, value, range)),
        problems());
  }

  @ParameterizedTest
  @CsvSource({
    "'interval-max: 50s', 'less than the interval; write more, or remove it'",
    "'pause-after: 5d', 'more than the period; write less, or the period itself for never'",
    "'permanent-failures: [410]', '\"410\" pauses the endpoint and fails nothing; remove it'",
  })
  void refusesRetriesThatContradictThemselves(String key, String problem) throws IOException {
    write("desk.yaml", GOOD + "retry:\n  " + key + "\n");
    String name = key.substring(0, key.indexOf(':'));
    assertEquals(
        List.of("%s/desk.yaml:8:%d: %s: %s".formatted(folder, name.length() + 5, name, problem)),
        problems());
  }

  @Test
  void warnsOfAFileOfCertificatesThatHoldsNone() throws IOException {
    write("a.yaml", GOOD + "  ca: ../ca.pem\n");
    Files.writeString(temp.resolve("ca.pem"), "nothing\n");
    List<Problem> warnings = good().warnings();
    assertTrue(
        warnings.getFirst().text().startsWith("ca: the file ")
            && warnings
                .getFirst()
                .text()
                .endsWith(" holds no certificate; write it in PEM, -----BEGIN CERTIFICATE-----"),
        warnings.toString());
  }

  @Test
  void tellsBothPlacesOfANameThatStandsTwice() throws IOException {
    write("a.yaml", GOOD);
    write("z/b.yaml", GOOD);
    assertEquals(
        List.of(
            "%s/z/b.yaml:1:7: name: \"desk\" is the name of the rule at %s/a.yaml:1:7; give each rule a"
                    .formatted(folder, folder)
                + " name of its own"),
        problems());
  }

  @Test
  void tellsTheProblemsOfAllFilesAtOnce() throws IOException {
    write("a.yaml", GOOD.replace("https", "ftp"));
    write("b.yaml", "name: [\n");
    write("c.yaml", "# nothing\n");
    write("d.yml", GOOD);
    assertEquals(
        List.of(
            folder
                + "/a.yaml:6:8: url: \"ftp://app.example.com/hooks/mail\" is not an https URL;"
                + " write https://app.example.com/hooks/mail",
            folder
                + "/b.yaml:2:1: a value is missing here, or a bracket above is not closed; write"
                + " the value, or close it",
            folder
                + "/c.yaml:1:1: no rule in this file; write one, or give the file another ending,"
                + " such as .yaml.off",
            folder + "/d.yml: warning: not read; rename it so that it ends in .yaml"),
        problems());
  }

  @Test
  void takesTheFirstFolderForTheAccount() throws IOException {
    write("a.yaml", GOOD);
    write("Acme Ltd/b.yaml", GOOD.replace("desk", "b"));
    write("Acme Ltd/deep/er/c.yaml", GOOD.replace("desk", "c"));
    Book book = good().whole();
    assertEquals("", book.rule("desk").orElseThrow().account());
    assertEquals("Acme Ltd", book.rule("b").orElseThrow().account());
    assertEquals("Acme Ltd", book.rule("c").orElseThrow().account());
    assertEquals(List.of("b", "c", "desk"), book.rules().stream().map(Rule::name).toList());
  }

  @Test
  void readsSecretsBesideTheirRuleFile() throws IOException {
    write("acme/b.yaml", GOOD + "  sign: [{file: b.key}]\n");
    Files.writeString(folder.resolve("acme/b.key"), "k");
    Rule rule = good().whole().rules().getFirst();
    assertEquals("k", rule.endpoint().signingKeys().getFirst().value());
  }

  @Test
  void followsSymbolicLinksButNotInCircles() throws IOException {
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("x.yaml"), GOOD);
    Files.createSymbolicLink(folder.resolve("linked.yaml"), elsewhere.resolve("x.yaml"));
    assertEquals("desk", good().whole().rules().getFirst().name());

    Files.createDirectory(folder.resolve("acme"));
    Files.createSymbolicLink(folder.resolve("acme/loop"), folder);
    assertEquals(
        List.of(
            folder
                + "/acme/loop: a symbolic link leads back to a folder above it; remove the link"),
        problems());
  }

  @Test
  void tellsALinkThatLeadsNowhere() throws IOException {
    Files.createSymbolicLink(folder.resolve("gone.yaml"), temp.resolve("nowhere"));
    assertEquals(
        List.of(
            folder
                + "/gone.yaml: can't be read: there is no such file; create it, or correct the"
                + " path"),
        problems());
  }

  @Test
  void passesOverWhatIsHidden() throws IOException {
    write(".#desk.yaml", "name: [");
    write("..data/desk.yaml", "name: [");
    write("notes.txt", "name: [");
    Judgement.Good<Book> good = good();
    assertEquals(List.of(), good.whole().rules());
    assertEquals(
        List.of(folder + ": warning: no rule here, so no mail is taken; write one"),
        good.warnings().stream().map(Problem::toString).toList());
  }

  @Test
  void tellsAFolderThatIsNotThere() throws IOException {
    Files.delete(folder);
    assertEquals(
        List.of(
            folder
                + ": there is no such folder; create it, or correct the key rules in the"
                + " configuration"),
        problems());
  }

  @Test
  void warnsOfASecretThatCannotBeReadUnlessAskedToRefuse() throws IOException {
    write("desk.yaml", GOOD + "  sign: [{env: NOT_SET}]\n");
    String text = "sign: the environment variable NOT_SET is not set; set it for the service";
    assertEquals(
        List.of(folder + "/desk.yaml:7:10: warning: " + text),
        good().warnings().stream().map(Problem::toString).toList());
    Judgement<Book> asService = new RuleFiles(settings(), Map.of(), Severity.ERROR).read();
    assertEquals(List.of(folder + "/desk.yaml:7:10: " + text), problems(asService));

    write("desk.yaml", GOOD + "  sign: [{env: NOT_SET}]\nenabled: false\n");
    assertInstanceOf(
        Judgement.Good.class, new RuleFiles(settings(), Map.of(), Severity.ERROR).read());
  }

  @Test
  void givesTheSameFilesTheSameVersionAndOthersAnother() throws IOException {
    write("a.yaml", GOOD);
    Book first = good().whole();
    assertEquals(32, first.version().length());
    assertEquals(first.version(), good().whole().version());
    write("a.yaml", GOOD + "# a comment\n");
    assertNotEquals(first.version(), good().whole().version());
    write("a.yaml", GOOD);
    Files.move(folder.resolve("a.yaml"), folder.resolve("b.yaml"));
    assertNotEquals(first.version(), good().whole().version());
  }

  @Test
  void readsABookBackFromItsArchive() throws IOException {
    write("a.yaml", GOOD + "  sign: [{file: a.key}]\n# \"quoted\" 日本語\n");
    write("acme/b.yaml", GOOD.replace("desk", "b"));
    Files.writeString(folder.resolve("a.key"), "k");
    RuleFiles files = files(Map.of());
    Sources sources = files.look();

    Files.delete(folder.resolve("a.yaml"));
    Sources kept = Sources.fromArchive(sources.archive()).orElseThrow();
    assertEquals(sources, kept);
    Book back = good(files.judge(kept)).whole();
    assertEquals(sources.version(), back.version());
    assertEquals("acme", back.rule("b").orElseThrow().account());
    assertEquals("k", back.rule("desk").orElseThrow().endpoint().signingKeys().getFirst().value());
    assertEquals(folder + "/a.yaml:1:7", back.rule("desk").orElseThrow().place().toString());
  }

  @Test
  void aKeptFileThatCanNotExistIsAProblem() {
    String text = "{\"format\":1,\"files\":[{\"path\":\"a\\u0000.yaml\",\"text\":\"\"}]}";
    Sources kept = Sources.fromArchive(text).orElseThrow();
    assertEquals(
        List.of(
            folder + ": what was kept names a file that can't exist; reload with good rule files"),
        problems(files(Map.of()).judge(kept)));
  }

  private Settings settings() {
    return new Settings(folder, Set.of("receiver.example.com"), true);
  }

  private RuleFiles files(Map<String, String> environment) {
    return new RuleFiles(settings(), environment, Severity.WARNING);
  }

  private Judgement.Good<Book> good() {
    return good(Map.of());
  }

  private Judgement.Good<Book> good(Map<String, String> environment) {
    return good(files(environment).read());
  }

  private static Judgement.Good<Book> good(Judgement<Book> judgement) {
    return switch (judgement) {
      case Judgement.Good<Book> good -> good;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private List<String> problems() {
    return problems(Map.of());
  }

  private List<String> problems(Map<String, String> environment) {
    return problems(files(environment).read());
  }

  private static List<String> problems(Judgement<Book> judgement) {
    return switch (judgement) {
      case Judgement.Good<Book> _ -> throw new AssertionError("the files were taken");
      case Judgement.Bad(var problems) -> problems.stream().map(Problem::toString).toList();
    };
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
