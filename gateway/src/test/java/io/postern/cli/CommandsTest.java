package io.postern.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.GatewayCase;
import io.postern.TestGateway;
import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.journal.Csv;
import io.postern.journal.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The commands as a person calls them, beside a gateway that runs.
final class CommandsTest extends GatewayCase {
  @BeforeEach
  void start() throws Exception {
    gateway.rule("desk", sink.url("/desk")).rule("down", sink.url("/down")).start();
  }

  @Test
  void theCsvHasEveryRowAndSurvivesWhateverAMailHolds() throws Exception {
    byte[] mail =
        """
        From: "O'Hara, \\"Ann\\"" <ann@sender.example>
        To: desk@in.example.com
        Message-ID: <a,"b"@sender.example>
        Subject: x

        x
        """
            .replace("\n", "\r\n")
            .getBytes(UTF_8);
    sink.alwaysAt("/down", SinkAnswer.status(422).body("no, \"never\"\n"));
    gateway.deliver(mail, "desk@in.example.com");
    gateway.deliver(mail, "down@in.example.com");
    gateway.deliver(mail, "nobody@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.await(Status.FAILED);
    gateway.await(Status.DENIED);

    Answer answer = run("log", "--csv");
    assertEquals(0, answer.code());
    assertTrue(!answer.out().contains("\r"), "lines end with LF");
    List<List<String>> rows = readCsv(answer.out());
    assertEquals(Csv.COLUMNS, rows.getFirst());
    assertEquals(5, rows.size() - 1);
    assertTrue(rows.stream().allMatch(row -> row.size() == Csv.COLUMNS.size()), rows.toString());
    List<String> failed =
        rows.stream().filter(row -> row.get(1).equals("failed")).findFirst().orElseThrow();
    assertEquals("ann@sender.example", failed.get(2));
    assertEquals("down@in.example.com", failed.get(3));
    assertEquals("<a,\"b\"@sender.example>", failed.get(5));
    assertEquals("down", failed.get(6));
    assertEquals("HTTP 422: no, \"never\"", failed.get(7));
    assertEquals("2026-01-02T03:04:05.678Z", failed.get(0));
  }

  @Test
  void theLogIsSearchedByStatusAddressRuleAndTime() throws Exception {
    sink.alwaysAt("/down", SinkAnswer.status(503));
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.deliver(Mails.plain(), "down@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.await(Status.DEFERRED);
    assertEquals(1, lines(run("log", "--status", "deferred")));
    assertEquals(2, lines(run("log", "--status", "queued,succeeded", "--to", "DESK@")));
    assertEquals(2, lines(run("log", "--rule", "down")));
    assertEquals(2, lines(run("log", "--now")));
    assertEquals(4, lines(run("log", "--since", "2026-01-02", "--until", "2026-01-03")));
    assertEquals("no matching rows", run("log", "--since", "2026-01-03").out().strip());
    assertEquals("no matching rows", run("log", "--from", "bob@").out().strip());
    assertTrue(run("log", "--limit", "1").out().contains("--page 2"));
    assertEquals(2, run("log", "--limit", "11", "--page", "10").code());
    assertEquals(2, run("log", "--status", "lost").code());
    assertEquals(2, run("log", "--since", "yesterday").code());
  }

  @Test
  void theLogIsFollowedUntilNobodyReadsIt() throws Exception {
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    ReaderThatLeaves reader = new ReaderThatLeaves("bob@");
    String config = folder.resolve("postern.yaml").toString();
    FutureTask<Integer> follow =
        new FutureTask<>(
            () ->
                Main.run(
                    new String[] {"log", "--csv", "--follow", "--config", config},
                    new PrintWriter(reader),
                    new PrintWriter(reader)));
    Thread.ofVirtual().start(follow);
    TestGateway.until("what was there is written", () -> reader.text().contains("succeeded"));
    gateway.deliver(
        Mails.plain("bob@sender.example", "desk@in.example.com", "x", "x"), "desk@in.example.com");
    assertEquals(1, follow.get(), "the reader has gone");
    List<List<String>> rows =
        readCsv(reader.text().substring(0, reader.text().lastIndexOf('\n') + 1));
    assertEquals("bob@sender.example", rows.getLast().get(2));
    assertEquals(rows.size(), rows.stream().distinct().count(), "a row was written twice");
  }

  /// Takes what is written until a word comes, and then breaks as a closed pipe does.
  private static final class ReaderThatLeaves extends Writer {
    private final StringWriter text = new StringWriter();
    private final String last;

    ReaderThatLeaves(String last) {
      this.last = last;
    }

    String text() {
      return text.toString();
    }

    @Override
    public void write(char[] chars, int offset, int length) throws IOException {
      if (text().contains(last)) {
        throw new IOException("broken pipe");
      }
      text.write(chars, offset, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void aMailsStoryIsToldByAnyOfItsIds() throws Exception {
    sink.nextAt("/down", SinkAnswer.status(503));
    String reply = gateway.deliver(Mails.plain(), "down@in.example.com");
    String id = reply.substring("250 2.0.0 ".length()).strip();
    String session = gateway.await(Status.DEFERRED).arrival().session();
    String story = run("show", id).out();
    assertTrue(story.contains("HTTP 503"), story);
    assertTrue(story.contains("ann@sender.example"), story);
    assertEquals(story, run("show", id + "-1").out());
    assertEquals(story, run("show", session).out());
    Answer unknown = run("show", "01nobodyknowsthis");
    assertEquals(1, unknown.code());
    assertTrue(unknown.err().contains("nothing is known"), unknown.err());
  }

  @Test
  void theQueueTellsItsLedgerAndWhatWaits() throws Exception {
    sink.alwaysAt("/down", SinkAnswer.status(410));
    gateway.deliver(Mails.plain(), "down@in.example.com");
    gateway.await(Status.DEFERRED);
    Answer status = run("queue", "status");
    assertEquals(0, status.code());
    assertTrue(status.out().contains("accepted     1"), status.out());
    assertTrue(status.out().contains("unaccounted  0"), status.out());
    assertTrue(status.out().contains("down: 1, the oldest received"), status.out());
    assertTrue(status.out().contains("Paused endpoints:"), status.out());
  }

  @Test
  void anEndpointIsPausedAndResumedBesideARunningGatewayAndWithoutOne() throws Exception {
    gateway.tellConsole();
    assertEquals("no endpoint is paused", run("endpoint", "list").out().strip());
    assertEquals("desk is paused", run("endpoint", "pause", "desk").out().strip());
    assertTrue(run("endpoint", "list").out().contains("desk  paused since"));
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.idle();
    assertEquals(0, sink.requests().size());
    assertEquals("desk is resumed", run("endpoint", "resume", "desk").out().strip());
    gateway.await(Status.SUCCEEDED);
    Answer twice = run("endpoint", "resume", "desk");
    assertEquals(1, twice.code());
    assertEquals("desk was not paused", twice.out().strip());
    gateway.close();
    assertEquals(0, run("endpoint", "pause", "desk").code());
    assertTrue(run("endpoint", "list").out().contains("desk  paused since"));
    assertEquals(0, run("endpoint", "resume", "desk").code());
  }

  @Test
  void aMistypedEndpointIsNamedAndNothingIsPaused() throws Exception {
    gateway.tellConsole();
    for (String order : List.of("pause", "resume")) {
      Answer slip = run("endpoint", order, "dsek");
      assertEquals(1, slip.code());
      assertTrue(
          slip.err()
              .contains("there is no rule \"dsek\", so nothing was done; did you mean \"desk\"?"),
          slip.err());
      Answer other = run("endpoint", order, "somewhere");
      assertTrue(other.err().contains("no rule \"somewhere\", so nothing was done"), other.err());
      assertFalse(other.err().contains("did you mean"), other.err());
    }
    assertEquals("no endpoint is paused", run("endpoint", "list").out().strip());
  }

  @Test
  void whatTheRuleFilesDoNotKnowNowCanBePausedAllTheSame() throws Exception {
    sink.nextAt("/down", SinkAnswer.status(503));
    gateway.deliver(Mails.plain(), "down@in.example.com");
    gateway.await(Status.DEFERRED);
    gateway.close();
    gateway.ruleFile(
        "down",
        "name: up\nwhen: [{header: To, matches: up}]\npost: {url: 'https://example.com/'}\n");
    assertEquals(0, run("endpoint", "pause", "down").code(), "mail waits for it");
    assertEquals(1, run("endpoint", "resume", "own").code());
    assertEquals(0, run("endpoint", "resume", "down").code());
    gateway.ruleFile("down", "name: [");
    Answer unchecked = run("endpoint", "pause", "desk");
    assertEquals(0, unchecked.code());
    assertTrue(unchecked.err().contains("the name was not checked"), unchecked.err());
  }

  @Test
  void checkPrintsEveryProblemOfEveryFile() throws Exception {
    gateway.ruleFile("a", "name: a\nwhne: []\n").ruleFile("b", "name: desk\n");
    Answer answer = run("check");
    assertEquals(1, answer.code());
    assertTrue(answer.out().contains("a.yaml:2:1: unknown key \"whne\""), answer.out());
    assertTrue(answer.out().contains("did you mean \"when\"?"), answer.out());
    assertTrue(answer.out().contains("b.yaml:1:1"), answer.out());
    assertTrue(answer.out().contains("not usable"), answer.out());
  }

  @Test
  void explainTellsTermByTerm() throws Exception {
    Path mail = Files.write(folder.resolve("mail.eml"), Mails.plain());
    Answer taken = run("explain", mail.toString(), "--to", "desk@in.example.com");
    assertEquals(0, taken.code());
    assertTrue(taken.out().contains("rule desk takes mail"), taken.out());
    Answer denied = run("explain", mail.toString(), "--to", "nobody@in.example.com");
    assertEquals(1, denied.code());
    assertTrue(denied.out().contains("it would be denied"), denied.out());
    assertEquals(2, run("explain", mail.toString(), "--to", "nobody").code());
    Answer missing = run("explain", mail + "x", "--to", "desk@in.example.com");
    assertEquals(1, missing.code());
    assertTrue(missing.err().contains("mail.emlx: there is no such file"), missing.err());
  }

  @Test
  void explainReadsAMailFromStandardInput() throws Exception {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(Mails.plain()));
    try {
      Answer taken = run("explain", "-", "--to", "desk@in.example.com");
      assertTrue(taken.out().contains("rule desk takes mail"), taken.out());
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void aMissingStoreAndAMissingConfigurationAreOneSentence() throws Exception {
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.createDirectories(other.resolve("rules"));
    Path file = other.resolve("postern.yaml");
    Files.writeString(
        file,
        """
        hostname: mx.example.com
        domains: [in.example.com]
        rules: rules
        store: { sqlite: nowhere/postern.db }
        """);
    Answer answer = Answer.to(file, "log");
    assertEquals(1, answer.code());
    assertEquals(1, answer.err().lines().count(), answer.err());
    assertTrue(answer.err().contains("nowhere/postern.db"), answer.err());
    Answer missing = Answer.to(other.resolve("missing.yaml"), "log");
    assertEquals(1, missing.code());
    assertTrue(missing.err().contains("missing.yaml"), missing.err());
  }

  private Answer run(String... arguments) {
    return Answer.to(folder.resolve("postern.yaml"), arguments);
  }

  private static long lines(Answer answer) {
    assertEquals(0, answer.code(), answer.err());
    return answer.out().lines().count();
  }

  /// RFC 4180, read by other means than it was written by: one character at a time.
  private static List<List<String>> readCsv(String text) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
        cell.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == ',' || c == '\n')) {
        row.add(cell.toString());
        cell.setLength(0);
        if (c == '\n') {
          rows.add(List.copyOf(row));
          row.clear();
        }
      } else {
        cell.append(c);
      }
    }
    assertTrue(row.isEmpty() && cell.isEmpty() && !quoted, "the text ends within a row");
    return rows;
  }
}
