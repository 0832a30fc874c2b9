package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.Exposition;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a running gateway tells Prometheus, and whoever asks whether it is ready, by real HTTP.
@Timeout(180)
final class WatchTest extends GatewayCase {
  @BeforeEach
  void prepare() throws IOException {
    gateway.rule("desk", sink.url("/desk"));
  }

  @Test
  void everyMailIsCountedByWhatBecameOfIt() throws Exception {
    gateway.start();
    deliver("desk@in.example.com", "250 ");
    deliver("nobody@in.example.com", "550 5.1.1 ");
    deliver("desk@elsewhere.example", "550 5.7.1 ");
    String forged =
        RawSmtp.deliver(
            gateway.smtp(),
            "ann@sender.example",
            List.of("desk@in.example.com"),
            Mails.forgedSelfMail());
    assertTrue(forged.startsWith("550 5.7.1 "), forged);
    try (RawSmtp client = RawSmtp.greeted(gateway.smtp())) {
      client.ask("MAIL FROM:<ann@sender.example>", "250");
      client.ask("RCPT TO:<desk@in.example.com>", "250");
      client.ask("DATA", "354");
      client.raw("Subject: a\rb\r\n\r\n.\r\n").expect("550 5.6.0");
    }
    Exposition page = page();
    assertEquals(1, page.value("postern_mails_total", "status", "accepted", "reason", "none"));
    assertEquals(1, page.value("postern_mails_total", "status", "refused", "reason", "self-mail"));
    assertEquals(1, page.value("postern_mails_total", "status", "refused", "reason", "malformed"));
    assertEquals(0, page.value("postern_mails_total", "status", "deferred", "reason", "no-store"));
    assertEquals(1, refused(page, "no-rule"));
    assertEquals(1, refused(page, "domain"));
    assertEquals(0, refused(page, "not-encrypted"));
  }

  private static double refused(Exposition page, String reason) {
    return page.value("postern_recipients_refused_total", "status", "refused", "reason", reason);
  }

  @Test
  void aStoreThatCannotBeWrittenIsToldAsSuch() throws Exception {
    // A dispatcher that claims would write, too.
    gateway.set("delivery: { paused: true }").start();
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + gateway.database());
        Statement lock = other.createStatement()) {
      lock.execute("BEGIN IMMEDIATE");
      deliver("desk@in.example.com", "451 4.3.0 ");
      TestGateway.until("it is known", () -> page().value("postern_store_writable") == 0);
      assertEquals(0, page().value("postern_ready"));
      HttpResponse<String> ready = gateway.get("/ready");
      assertEquals(503, ready.statusCode());
      assertTrue(
          ready.body().startsWith("{\"ready\":false,\"reasons\":[\"nothing can be written: "));
      lock.execute("ROLLBACK");
    }
    // Nobody sends mail to a gateway that is not ready, so it must find out by itself.
    TestGateway.until("it is ready again", () -> status("/ready") == 200);
    Exposition page = page();
    assertEquals(1, page.value("postern_store_writable"));
    assertTrue(page.value("postern_store_lost_transactions_total") >= 1);
    assertEquals(1, page.value("postern_mails_total", "status", "deferred", "reason", "no-store"));
  }

  @Test
  void attemptsAreCountedByEndpointAndWhatCameOfThem() throws Exception {
    sink.nextAt("/desk", SinkAnswer.status(500));
    sink.alwaysAt("/gone", SinkAnswer.status(410));
    gateway.rule("gone", sink.url("/gone")).start();
    deliver("desk@in.example.com", "250 ");
    gateway.await(Status.DEFERRED);
    gateway.idle();
    gateway.tick(Duration.ofSeconds(30));
    gateway.await(Status.SUCCEEDED);
    deliver("gone@in.example.com", "250 ");
    gateway.await(Status.DEFERRED, row -> row.step().rule().equals("gone"));
    gateway.idle();
    gateway.tick(Duration.ofSeconds(90));

    Exposition page = page();
    assertEquals(1, attempts(page, "desk", "deferred", "5xx"));
    assertEquals(1, attempts(page, "desk", "succeeded", "2xx"));
    assertEquals(1, attempts(page, "gone", "deferred", "4xx"));
    assertEquals(2, page.value("postern_attempt_duration_seconds_count", "rule", "desk"));
    String latency = "postern_delivery_latency_seconds";
    assertEquals(30, page.value(latency + "_sum", "rule", "desk"), 0.1);
    assertEquals(0, page.value(latency + "_bucket", "rule", "desk", "le", "5.0"));
    assertEquals(1, page.value(latency + "_bucket", "rule", "desk", "le", "60.0"));
    assertEquals(0, page.value(latency + "_count", "rule", "gone"));
    assertEquals(1, page.value("postern_endpoint_paused", "rule", "gone", "cause", "gone"));
    assertEquals(0, page.value("postern_attempts_in_flight"));

    assertEquals(0, page.value("postern_queue_deliveries", "rule", "desk"));
    assertEquals(1, page.value("postern_queue_deliveries", "rule", "gone"));
    assertEquals(90, page.value("postern_queue_oldest_age_seconds", "rule", "gone"), 0.1);
    assertEquals(2, page.value("postern_ledger_accepted_total"));
    assertEquals(1, page.value("postern_ledger_deliveries", "state", "succeeded"));
    assertEquals(1, page.value("postern_ledger_deliveries", "state", "waiting"));
    assertEquals(0, page.value("postern_ledger_unaccounted"));
    assertEquals(0, page.value("postern_queue_deliveries_without_rule"));

    gateway.removeRule("gone").gateway().reload();
    gateway.idle();
    gateway.tick(Duration.ofSeconds(11));
    gateway.idle();
    page = page();
    assertEquals(1, page.value("postern_queue_deliveries_without_rule"));
    assertEquals(1, page.value("postern_queue_deliveries", "rule", "gone"));
    assertFalse(page.has("postern_attempt_duration_seconds_count", "rule", "gone"));
  }

  @Test
  void subscribersAreToldWithTheirStateAndWhatWaitsForThem() throws Exception {
    sink.nextAt("/events", SinkAnswer.status(500));
    gateway.subscriber("ops", sink.url("/events")).start();
    TestGateway.until("it is tried", () -> state("unverified") == 1);
    assertEquals(1, posts("deferred", "5xx"));
    deliver("desk@in.example.com", "250 ");
    gateway.await(Status.SUCCEEDED);
    gateway.tick(Duration.ofSeconds(70));
    TestGateway.until("all is told", () -> posts("succeeded", "2xx") == 2);
    TestGateway.until("and noted", () -> waiting(page()) == 0);
    Exposition good = page();
    assertEquals(1, state("good"));
    assertEquals(0, state("unverified"));
    assertFalse(good.has("postern_subscriber_oldest_age_seconds", "subscriber", "ops"));
    assertEquals(0, good.value("postern_subscriber_missed_events_total", "subscriber", "ops"));

    sink.alwaysAt("/events", SinkAnswer.status(410));
    deliver("desk@in.example.com", "250 ");
    TestGateway.until("it was posted", () -> rows() == 4);
    gateway.tick(Duration.ofSeconds(20));
    TestGateway.until("it is gone", () -> state("paused") == 1);
    assertEquals(2, waiting(page()));
    assertEquals(
        20, page().value("postern_subscriber_oldest_age_seconds", "subscriber", "ops"), 0.1);
    assertEquals(1, posts("deferred", "4xx"));
    assertEquals(0, state("good"));
  }

  private int rows() {
    try {
      return gateway.rows().size();
    } catch (StoreUnavailable e) {
      throw new AssertionError(e);
    }
  }

  private double state(String state) {
    return value("postern_subscriber_state", "subscriber", "ops", "state", state);
  }

  private double posts(String outcome, String answer) {
    return value(
        "postern_subscriber_posts_total",
        "subscriber",
        "ops",
        "outcome",
        outcome,
        "answer",
        answer);
  }

  private static double waiting(Exposition page) {
    return page.value("postern_subscriber_rows_waiting", "subscriber", "ops");
  }

  /// 0 while there is none.
  private double value(String name, String... labels) {
    Exposition page = page();
    return page.has(name, labels) ? page.value(name, labels) : 0;
  }

  private static double attempts(Exposition page, String rule, String outcome, String answer) {
    return page.value("postern_attempts_total", "rule", rule, "outcome", outcome, "answer", answer);
  }

  @Test
  void aDeliveryThatIsLostShowsAsUnaccounted() throws Exception {
    gateway.set("delivery: { paused: true }").start();
    deliver("desk@in.example.com", "250 ");
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + gateway.database());
        Statement sql = other.createStatement()) {
      sql.execute("UPDATE counters SET value = value + 1 WHERE name = 'accepted'");
      assertEquals(1, page().value("postern_ledger_unaccounted"));
      sql.execute("UPDATE counters SET value = value - 1 WHERE name = 'accepted'");
      assertEquals(1, page().value("postern_ledger_unaccounted"), "an answer is kept for a moment");
      gateway.tick(Duration.ofSeconds(11));
      assertEquals(0, page().value("postern_ledger_unaccounted"));
    }
  }

  @Test
  void theDoorIsCountedByLimitsAndEndings() throws Exception {
    Certificates.Made made =
        Certificates.ec(
            "mx.example.com",
            FakeClock.START.minus(Duration.ofDays(1)),
            FakeClock.START.plus(Duration.ofDays(40)));
    Files.writeString(folder.resolve("own.pem"), made.certificatePem());
    Files.writeString(folder.resolve("own.key"), made.keyPem());
    gateway.tls("{ certificate: own.pem, key: own.key }").start();
    try (RawSmtp client = RawSmtp.greeted(gateway.smtp())) {
      client.ask("NONSENSE", "500");
      client.ask("RCPT TO:<desk@in.example.com>", "503");
      assertEquals(1, page().value("postern_smtp_sessions"));
      client.startTls(made.trusting());
      client.ask("QUIT", "221");
    }
    try (RawSmtp client = RawSmtp.greeted(gateway.smtp())) {
      client.raw("STARTTLS\r\nRSET\r\n").expect("220");
      client.raw("no handshake\r\n");
    }
    TestGateway.until(
        "both sessions are over",
        () ->
            page().value("postern_smtp_sessions") == 0
                && page().value("postern_smtp_sessions_ended_total", "why", "HANDSHAKE") == 1);
    Exposition page = page();
    assertEquals(2, page.value("postern_smtp_connections_total"));
    assertEquals(1, page.value("postern_smtp_replies_total", "code", "500"));
    assertEquals(1, page.value("postern_smtp_replies_total", "code", "503"));
    assertEquals(1, page.value("postern_smtp_sessions_ended_total", "why", "QUIT"));
    assertEquals(0, page.value("postern_smtp_refused_total", "limit", "rate"));
    assertEquals(1, page.value("postern_smtp_tls_sessions_total"));
    assertEquals(1, page.value("postern_smtp_tls_failures_total"));
    assertEquals(6, page.value("postern_smtp_tls_discarded_bytes_total"));
    assertEquals(
        (double) made.certificate().getNotAfter().toInstant().getEpochSecond(),
        page.value("postern_certificate_expiry_timestamp_seconds"));
    assertEquals(1, page.value("postern_certificate_last_reload_successful"));
  }

  @Test
  void aBrokenRuleEditShows() throws Exception {
    gateway.start();
    Exposition before = page();
    String version = gateway.gateway().books().version();
    assertEquals(1, before.value("postern_rules_info", "version", version));
    assertEquals(1, before.value("postern_rules_in_force", "enabled", "true"));
    assertEquals(1, before.value("postern_rules_last_reload_successful"));
    assertEquals(
        (double) FakeClock.START.getEpochSecond(),
        before.value("postern_rules_taken_timestamp_seconds"));
    gateway.ruleFile("broken", "name: [\n").gateway().reload();
    Exposition after = page();
    assertEquals(1, after.value("postern_rules_info", "version", version));
    assertEquals(0, after.value("postern_rules_last_reload_successful"));
    assertTrue(after.value("postern_rules_problems", "severity", "error") >= 1);
    assertEquals(200, status("/ready"), "mail is taken by the rules before");
  }

  @Test
  void storeAndProcessTellTheirSizes() throws Exception {
    gateway.start();
    RawSmtp.deliver(
        gateway.smtp(), "ann@sender.example", List.of("desk@in.example.com"), Mails.big(900_000));
    gateway.await(Status.SUCCEEDED);
    Exposition page = page();
    assertTrue(page.value("postern_store_commit_duration_seconds_count") >= 2);
    assertTrue(page.value("postern_store_group_size_sum") >= 2);
    assertTrue(page.value("postern_store_bytes", "part", "database") > 0);
    assertTrue(page.value("postern_store_bytes", "part", "segments") >= 900_000);
    assertTrue(page.value("postern_store_bytes", "part", "wal") > 0);
    assertEquals(1 << 30, page.value("postern_disk_reserve_bytes"));
    assertTrue(page.value("postern_disk_free_bytes") > 0);
    assertTrue(page.value("jvm_memory_used_bytes") > 1_000_000);
    assertTrue(page.value("process_open_fds") > 3);
    assertTrue(page.value("process_resident_memory_bytes") > 10_000_000);
    for (String loop : List.of("dispatcher", "retention", "rules", "writer")) {
      assertTrue(page.has("postern_loop_turns_total", "loop", loop), loop);
    }
  }

  /// Whatever a sender writes, it must never become a label: there is no end of what he can write.
  @Test
  void nothingOfAMailIsOnThePageAndARuleNameIsQuoted() throws Exception {
    String odd = "a\"b\\c{},d";
    gateway.ruleFile(
        "odd",
        """
        name: 'a"b\\c{},d'
        when: [ { header: To, matches: '^odd@' } ]
        post: { url: %s }
        """
            .formatted(sink.url("/odd")));
    gateway.start();
    try (RawSmtp client = RawSmtp.connect(gateway.smtp())) {
      client.expect("220");
      client.ask("EHLO helo-7f3a.example", "250");
      client.mail(
          "sender-7f3a@sender.example",
          List.of("odd@in.example.com"),
          Mails.plain("from-7f3a@a.example", "to-7f3a@b.example", "subject-7f3a", "text-7f3a"));
    }
    gateway.await(Status.SUCCEEDED);
    HttpResponse<String> answer = gateway.get("/metrics");
    assertFalse(answer.body().contains("7f3a"), answer.body());
    assertFalse(answer.body().contains("in.example.com"), answer.body());
    assertEquals(1, attempts(Exposition.read(answer.body()), odd, "succeeded", "2xx"));
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        answer.headers().firstValue("content-type").orElseThrow());
  }

  @Test
  void aGatewayThatStopsIsNotReadyWhileItDrains() throws Exception {
    gateway.start();
    assertEquals("{\"ready\":true,\"reasons\":[]}\n", gateway.get("/ready").body());
    assertEquals(200, status("/ready"));
    assertEquals(404, status("/readyz"));
    assertEquals(404, status("/metrics/"));
    try (RawSmtp client = RawSmtp.greeted(gateway.smtp())) {
      client.ask("MAIL FROM:<ann@sender.example>", "250");
      client.ask("RCPT TO:<desk@in.example.com>", "250");
      Gateway stopped = gateway.gateway();
      Thread stopping = Thread.ofPlatform().start(stopped::close);
      TestGateway.until("it says so", () -> status("/ready") == 503);
      assertEquals(
          "{\"ready\":false,\"reasons\":[\"the gateway is stopping\"]}\n",
          gateway.get("/ready").body());
      assertEquals("the gateway is stopping", stopped.status());
      client.send("DATA").expect("354");
      client.message(Mails.plain()).expect("250 2.0.0");
      stopping.join(Duration.ofSeconds(20));
    }
  }

  @Test
  void withoutRulesNoMailIsTakenAndThatIsTold() throws Exception {
    gateway.removeRule("desk").ruleFile("broken", "name: [\n").start();
    HttpResponse<String> ready = gateway.get("/ready");
    assertEquals(503, ready.statusCode());
    assertEquals("{\"ready\":false,\"reasons\":[\"there is no good rule book\"]}\n", ready.body());
    assertEquals("mail is put off: there is no good rule book", gateway.gateway().status());
    assertEquals(1, page().value("postern_rules_info", "version", ""));
  }

  /// What waits is of rules that nobody can read just now, not of rules that are gone.
  @Test
  void withoutRulesNoneOfThemIsSaidToBeGone() throws Exception {
    sink.alwaysAt("/desk", SinkAnswer.status(503));
    gateway.start();
    deliver("desk@in.example.com", "250 ");
    gateway.await(Status.DEFERRED);
    gateway.gateway().close();
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + gateway.database());
        Statement sql = other.createStatement()) {
      sql.execute("DELETE FROM books");
    }
    gateway.ruleFile("desk", "name: [\n").start();
    Exposition page = page();
    assertEquals(1, page.value("postern_queue_deliveries", "rule", "desk"));
    assertFalse(page.has("postern_queue_deliveries_without_rule"));
    String health = gateway.get("/health").body();
    assertTrue(health.contains("there is no good rule book"), health);
    assertFalse(health.contains("gone"), health);
  }

  @Test
  void aDiskReserveThatIsReachedIsToldBeforeMailIsPutOff() throws Exception {
    gateway.store("{ sqlite: data/postern.db, disk-reserve: 1024GB }").start();
    HttpResponse<String> ready = gateway.get("/ready");
    assertEquals("{\"ready\":false,\"reasons\":[\"the disk reserve is reached\"]}\n", ready.body());
    deliver("desk@in.example.com", "452 4.3.1 ");
    assertEquals("mail is put off: the disk reserve is reached", gateway.gateway().status());
    assertEquals(1, page().value("postern_mails_total", "status", "deferred", "reason", "no-room"));
  }

  private void deliver(String to, String reply) throws IOException {
    String said = gateway.deliver(Mails.plain(), to);
    assertTrue(said.startsWith(reply), said);
  }

  private int status(String path) {
    try {
      return gateway.get(path).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Exposition page() {
    try {
      HttpResponse<String> answer = gateway.get("/metrics");
      assertEquals(200, answer.statusCode(), answer.body());
      return Exposition.read(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
