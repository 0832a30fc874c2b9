package io.postern.doctor;

import static io.postern.doctor.Clinic.assertIs;
import static io.postern.doctor.Clinic.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.doctor.Finding.Level;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.WebhookSink;
import io.postern.journal.Posting;
import io.postern.journal.Status;
import io.postern.queue.Cursor;
import io.postern.queue.Pause;
import io.postern.queue.Samples;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Subscribers that take events, refuse them, or can't be reached: real ones, on loopback; and how
/// the store says that they stand.
final class SubscriberExamTest {
  private static final String KEY = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private static final String SIGNED = "  sign: [ { file: ../ops.key } ]\n";
  private static final String OPS = "subscriber ops";

  @TempDir private Path folder;
  private Clinic clinic;
  private WebhookSink sink;

  @BeforeEach
  void open() throws Exception {
    clinic = new Clinic(folder).configure("subscribers: subscribers");
    clinic.rule(Clinic.DESK.formatted("http://127.0.0.1:9/") + "enabled: false\n");
    Files.writeString(folder.resolve("ops.key"), KEY);
    sink = WebhookSink.start();
  }

  @AfterEach
  void close() throws Exception {
    sink.close();
  }

  @Test
  void oneThatTakesATestEventIsFine() throws Exception {
    subscriber(sink.url("/events"), SIGNED);
    List<Finding> findings = clinic.examine();
    only(findings, OPS, Level.OK, "it took a test event, HTTP 200");
    only(findings, "subscribers", Level.OK, "1 enabled, 0 disabled");
    assertEquals(1, sink.requests().size());
    assertTrue(sink.requests().getFirst().text().contains("\"test\":true"));
    assertTrue(sink.requests().getFirst().header("webhook-signature").isPresent());
  }

  @Test
  void oneThatIsNotEnabledIsLeftAlone() throws Exception {
    subscriber(sink.url("/events"), SIGNED + "enabled: false\n");
    List<Finding> findings = clinic.examine();
    only(findings, "subscribers", Level.OK, "0 enabled, 1 disabled");
    assertEquals(List.of(), of(OPS, findings));
    assertEquals(0, sink.requests().size());
  }

  @Test
  void whatAPostWouldMeetIsAWarningForMailFlows() throws Exception {
    subscriber(sink.url("/events"), SIGNED);
    sink.next(SinkAnswer.status(401));
    Finding key = only(clinic.examine(), OPS, Level.WARNING, "HTTP 401, key mismatch");
    assertTrue(key.cure().startsWith("compare the keys"), key.cure());
    sink.next(SinkAnswer.status(422).body("no such field"));
    only(clinic.examine(), OPS, Level.WARNING, "HTTP 422: no such field");
    sink.next(SinkAnswer.status(410));
    only(clinic.examine(), OPS, Level.WARNING, "the subscriber is paused by that");
  }

  @Test
  void postsThatProveNothingAreTold() throws Exception {
    subscriber(sink.url("/events"), "");
    List<Finding> findings = of(OPS, clinic.examine());
    assertIs(findings.getFirst(), Level.OK, "it took a test event");
    assertIs(findings.getLast(), Level.WARNING, "neither signed nor authenticated");
    subscriber(
        sink.url("/events"), "  basic: { username: postern, password: { file: ../ops.key } }\n");
    only(clinic.examine(), OPS, Level.OK, "it took a test event");
  }

  @Test
  void aBackupIsLookedAtToo() throws Exception {
    sink.alwaysAt("/standby", SinkAnswer.status(500));
    subscriber(sink.url("/events"), SIGNED + "  backup-url: %s\n".formatted(sink.url("/standby")));
    List<Finding> findings = clinic.examine();
    only(findings, OPS, Level.OK, "it took a test event");
    only(findings, OPS + " (backup)", Level.WARNING, "HTTP 500");
  }

  @Test
  void whoCanNotBeReachedIsToldWithOrWithoutPosts() throws Exception {
    List<URI> urls;
    try (WebhookSink.Refusing nobody = WebhookSink.refusing()) {
      urls =
          List.of(
              nobody.url("/events"),
              URI.create("https://127.0.0.1:%d/events".formatted(sink.port())),
              URI.create("https://nobody.invalid/events"));
      List<String> words = List.of("no connection", "TLS: ", "unknown host");
      for (int i = 0; i < urls.size(); i++) {
        subscriber(urls.get(i), SIGNED);
        for (boolean posts : new boolean[] {true, false}) {
          List<Finding> findings = new Doctor(clinic.instruments()).examine(clinic.order(posts));
          Finding finding = only(findings, OPS, Level.WARNING, words.get(i));
          assertTrue(finding.cure().startsWith("look at its name in DNS"), finding.cure());
        }
      }
    }
    assertEquals(0, sink.requests().size());
  }

  @Test
  void withoutPostsItIsOnlyConnectedTo() throws Exception {
    subscriber(sink.url("/events"), SIGNED);
    List<Finding> findings = new Doctor(clinic.instruments()).examine(clinic.order(false));
    only(findings, OPS, Level.OK, "it can be connected to");
    assertEquals(0, sink.requests().size());
  }

  @Test
  void aFileThatCanNotBeUsedIsTold() throws Exception {
    subscriber(sink.url("/events"), SIGNED + "evnets: []\n");
    Finding finding = only(clinic.examine(), "subscribers", Level.ERROR, "unknown key \"evnets\"");
    assertTrue(finding.text().contains("ops.yaml:"), finding.text());
    Files.delete(folder.resolve("ops.key"));
    subscriber(sink.url("/events"), SIGNED);
    List<Finding> findings = clinic.examine();
    assertIs(of("subscribers", findings).getFirst(), Level.WARNING, "ops.key");
    only(findings, OPS, Level.WARNING, "no post was made: secret unreadable");
  }

  @Test
  void howItStandsIsToldFromTheStore() throws Exception {
    subscriber(sink.url("/events"), "");
    try (SqliteStore store = SqliteStore.open(Settings.of(clinic.database(), 0), clinic.clock)) {
      assertEquals(List.of(), standing(), "no gateway has seen it");
      store.keep(Set.of("ops"), clinic.clock.instant());
      Samples.put(
          store, Samples.mail("m1", clinic.clock.instant(), "desk", "desk"), Samples.bytes(10));
      told(Level.WARNING, "unverified: its URL has taken no test event of the gateway; 2 rows");

      Cursor verified = store.cursors().getFirst().verified(sink.url("/events") + " postern");
      store.save(verified, List.of());
      told(Level.OK, "it takes what comes; 0 events missed");
      clinic.clock.tick(Duration.ofMinutes(16));
      told(Level.WARNING, "it is behind since 2026-01-02T03:04:05.678Z; 2 rows");

      Cursor failing = verified.with(verified.standing().ill(clinic.clock.instant(), true));
      store.save(failing, List.of());
      Finding finding = told(Level.WARNING, "it has not taken a post 1 times; 2 rows");
      assertTrue(finding.cure().contains("postern subscriber skip ops"), finding.cure());

      store.pauseSubscriber(new Pause("ops", clinic.clock.instant(), "by hand"));
      Finding held =
          told(Level.WARNING, "it is paused since 2026-01-02T03:20:05.678Z: by hand; 2 rows");
      assertEquals("when it is mended: postern subscriber resume ops", held.cure());
      store.resumeSubscriber("ops");
      store.pauseSubscriber(
          new Pause("ops", clinic.clock.instant(), Pause.Cause.FAILING, "3 d of failures"));
      Finding probed = told(Level.WARNING, "3 d of failures; 2 rows");
      assertTrue(probed.cure().startsWith("the gateway tries it hourly"), probed.cure());
      store.resumeSubscriber("ops");
      Cursor good = failing.at(2).with(Samples.fresh(clinic.clock.instant()));
      store.save(good, List.of());
      told(Level.OK, "it takes what comes; 0 events missed");

      store.save(
          good.with(new Cursor.Missed(5, null)),
          List.of(failed("b1-1", "HTTP 413; its events are posted in smaller batches")));
      told(Level.OK, "it takes what comes; 5 events missed");
      store.save(
          good.with(new Cursor.Missed(5, null)),
          List.of(failed("b2", "5 events skipped: older than 4 d; last: HTTP 503")));
      store.save(good.with(new Cursor.Missed(5, null)), List.of(failed("b3-1", "5 things")));
      told(
          Level.OK,
          "5 events missed, the last at 2026-01-02T03:20:05.678Z: 5 events skipped: older than 4 d;"
              + " last: HTTP 503");
    }
  }

  @Test
  void thatTheStoreDoesNotTellIsTold() throws Exception {
    subscriber(sink.url("/events"), SIGNED);
    SqliteStore.open(Settings.of(clinic.database(), 0), clinic.clock).close();
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + clinic.database());
        Statement any = other.createStatement()) {
      any.execute("ALTER TABLE cursors RENAME TO hidden");
    }
    List<Finding> findings = of("subscribers", clinic.examine());
    assertIs(findings.getLast(), Level.WARNING, "the store does not tell how they stand: ");
  }

  private Posting failed(String id, String reason) {
    Instant now = clinic.clock.instant();
    Posting.Trial trial =
        new Posting.Trial(
            now, 0, "mx.example.com", "https://ops.example.com/", 0, Duration.ZERO, reason);
    return new Posting(0, id, "ops", now, Status.FAILED, "5 deliveries", trial);
  }

  private Finding told(Level level, String words) {
    List<Finding> findings = standing();
    assertEquals(1, findings.size(), findings.toString());
    assertIs(findings.getFirst(), level, words);
    return findings.getFirst();
  }

  private List<Finding> standing() {
    Doctor.Order order = new Doctor.Order(clinic.file(), false, false, false);
    return of(OPS, new Doctor(clinic.instruments()).examine(order)).stream()
        .filter(it -> !it.text().startsWith("it can be connected to"))
        .toList();
  }

  private static List<Finding> of(String subject, List<Finding> findings) {
    return findings.stream().filter(it -> it.subject().equals(subject)).toList();
  }

  /// Writes its file.
  ///
  /// @param lines of `post`; then of the file
  private void subscriber(URI url, String lines) throws IOException {
    Path files = Files.createDirectories(folder.resolve("subscribers"));
    Files.writeString(
        files.resolve("ops.yaml"),
        """
        name: ops
        events: [deliveries]
        post:
          url: %s
          format: postern
        """
                .formatted(url)
            + lines);
  }
}
