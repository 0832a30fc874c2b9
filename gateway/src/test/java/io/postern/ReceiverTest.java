package io.postern;

import static io.postern.journal.Status.DEFERRED;
import static io.postern.journal.Status.FAILED;
import static io.postern.journal.Status.SUCCEEDED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkAnswer.Twist;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.queue.Pause;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A receiver that answers in every way of the outcome table, and what the status log then says: a
/// gateway, a rule a row, and one mail for each, all under way at once.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReceiverTest {
  private static final Set<String> ENDLESS =
      Set.of("never", "stall-in-headers", "drip-headers", "endless-headers", "stall-in-body");

  private WebhookSink sink;
  private WebhookSink untrusted;
  private WebhookSink misnamed;
  private WebhookSink.Refusing refusing;
  private TestGateway gateway;

  /// One way to answer.
  ///
  /// @param name of the rule, and of the path
  /// @param answer what the receiver says
  /// @param status what becomes of the delivery
  /// @param httpStatus in the row
  /// @param reason with which the row's reason begins
  record Answered(String name, SinkAnswer answer, Status status, int httpStatus, String reason) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Answered code(int code, Status status, String reason) {
    return new Answered("code-" + code, SinkAnswer.status(code).body(""), status, code, reason);
  }

  private static Answered twist(Twist twist, Status status, int code, String reason) {
    String name = twist.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    return new Answered(name, SinkAnswer.twisted(twist), status, code, reason);
  }

  private static List<Answered> answers() {
    String credentials = ", the endpoint does not accept our credentials";
    String redirect = ", a redirect, which is not followed: to https://elsewhere.example.com/";
    return List.of(
        code(200, SUCCEEDED, ""),
        code(201, SUCCEEDED, ""),
        code(204, SUCCEEDED, ""),
        redirect(301, redirect),
        redirect(302, redirect),
        redirect(308, redirect),
        code(400, FAILED, "HTTP 400"),
        code(401, DEFERRED, "HTTP 401" + credentials),
        code(403, DEFERRED, "HTTP 403" + credentials),
        code(404, DEFERRED, "HTTP 404"),
        code(406, FAILED, "HTTP 406"),
        code(408, DEFERRED, "HTTP 408"),
        code(410, DEFERRED, "HTTP 410; the endpoint is paused"),
        code(413, FAILED, "HTTP 413"),
        code(425, DEFERRED, "HTTP 425"),
        code(429, DEFERRED, "HTTP 429"),
        code(500, DEFERRED, "HTTP 500"),
        code(501, FAILED, "HTTP 501"),
        code(502, DEFERRED, "HTTP 502"),
        code(503, DEFERRED, "HTTP 503"),
        code(504, DEFERRED, "HTTP 504"),
        // A reset before and after the headers, and in the midst of our own body.
        twist(Twist.RESET, DEFERRED, 0, "the connection broke"),
        twist(Twist.RESET_IN_REQUEST, DEFERRED, 0, "the connection broke"),
        twist(Twist.RESET_IN_BODY, SUCCEEDED, 200, ""),
        twist(Twist.NEVER, DEFERRED, 0, "time-out after 3 s"),
        twist(Twist.STALL_IN_HEADERS, DEFERRED, 0, "time-out after 3 s"),
        twist(Twist.DRIP_HEADERS, DEFERRED, 0, "time-out after 3 s"),
        twist(Twist.ENDLESS_HEADERS, DEFERRED, 0, ""),
        twist(Twist.STALL_IN_BODY, SUCCEEDED, 200, ""),
        twist(Twist.DRIP_BODY, SUCCEEDED, 200, ""),
        twist(Twist.ENDLESS_BODY, SUCCEEDED, 200, ""),
        twist(Twist.CUT_BODY, SUCCEEDED, 200, ""),
        twist(Twist.NO_HTTP, DEFERRED, 0, "the connection broke"));
  }

  private static Answered redirect(int code, String reason) {
    return new Answered(
        "code-" + code,
        SinkAnswer.redirect(code, "https://elsewhere.example.com/").body(""),
        DEFERRED,
        code,
        "HTTP " + code + reason);
  }

  @BeforeAll
  void sendOneMailToEach(@TempDir Path folder) throws Exception {
    sink = WebhookSink.start();
    Certificates.Made misnaming = Certificates.ec("other.example.com");
    misnamed = WebhookSink.start(shows(misnaming));
    untrusted = WebhookSink.start(shows(Certificates.ec("localhost")));
    refusing = WebhookSink.refusing();
    Path ca = Files.writeString(folder.resolve("ca.pem"), misnaming.certificatePem());
    gateway = new TestGateway(folder);
    for (Answered answered : answers()) {
      sink.alwaysAt("/" + answered.name(), answered.answer());
      rule(answered.name(), sink.url("/" + answered.name()));
    }
    rule("misnamed", misnamed.url("/"), "ca: " + ca);
    rule("untrusted", untrusted.url("/"));
    rule("refused", refusing.url("/"));
    rule("unknown", URI.create("https://nobody.invalid/"));
    rule("asked-seconds", sink.url("/asked-seconds"));
    rule("asked-date", sink.url("/asked-date"));
    rule("kept", sink.url("/kept"));
    rule("silent", sink.url("/silent"), "log-answer: false");
    sink.alwaysAt("/silent", SinkAnswer.status(500).body("a secret"));
    sink.alwaysAt("/asked-seconds", SinkAnswer.status(429).header("Retry-After", "77"));
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            gateway.clock.instant().plusSeconds(120).atOffset(ZoneOffset.UTC));
    sink.alwaysAt("/asked-date", SinkAnswer.status(429).header("Retry-After", date));
    gateway.start();
    for (Answered answered : answers()) {
      send(answered.name());
    }
    for (String name :
        List.of("misnamed", "untrusted", "refused", "unknown", "asked-seconds", "asked-date")) {
      send(name);
    }
    send("silent");
  }

  /// A receiver that never ends is waited for to the end of the time-out, and one that does may
  /// take its time on a machine that makes forty calls at once.
  private void rule(String name, URI url, String... more) throws IOException {
    String timeout = ENDLESS.contains(name) ? "timeout: 3s" : "timeout: 60s";
    String[] lines = Stream.concat(Stream.of(timeout), Stream.of(more)).toArray(String[]::new);
    gateway.rule(name, url, lines);
  }

  private void send(String rule) throws IOException {
    String reply = gateway.deliver(Mails.plain(), rule + "@in.example.com");
    assertTrue(reply.startsWith("250 "), reply);
  }

  @AfterAll
  void stop() throws IOException {
    gateway.close();
    sink.close();
    misnamed.close();
    untrusted.close();
    refusing.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void becomesWhatTheTableSays(Answered answered) throws Exception {
    Row row = outcome(answered.name());
    assertEquals(answered.status(), row.status(), row.toString());
    assertEquals(answered.httpStatus(), row.step().httpStatus());
    assertTrue(row.reason().startsWith(answered.reason()), row.reason());
    assertEquals(answered.status() == DEFERRED, row.step().next() != null);
  }

  @Test
  void goneIsAPauseOfThatEndpointAlone() throws Exception {
    outcome("code-410");
    assertEquals(
        List.of("code-410"), gateway.gateway().queue().pauses().stream().map(Pause::rule).toList());
  }

  @Test
  void retryAfterIsObeyedInBothItsForms() throws Exception {
    assertEquals(77_000, waits("asked-seconds").toMillis());
    // The date has no fraction of a second, the clock of this test has.
    assertEquals(119_322, waits("asked-date").toMillis());
  }

  private Duration waits(String rule) throws Exception {
    Row row = outcome(rule);
    return Duration.between(row.at(), row.step().next());
  }

  @Test
  void aCertificateOfAnotherHostIsNamed() throws Exception {
    Row row = outcome("misnamed");
    assertEquals(DEFERRED, row.status());
    assertTrue(row.reason().contains("No subject alternative DNS name matching"), row.reason());
    assertEquals(0, misnamed.requests().size());
  }

  @Test
  void aCertificateThatNobodyVouchesForIsNamed() throws Exception {
    Row row = outcome("untrusted");
    assertEquals(DEFERRED, row.status());
    assertTrue(row.reason().contains("unable to find valid certification path"), row.reason());
    assertEquals(0, untrusted.requests().size());
  }

  @Test
  void aPortWhereNobodyListensAndANameThatNobodyHasAreNamed() throws Exception {
    assertTrue(outcome("refused").reason().startsWith("no connection"));
    assertEquals("unknown host", outcome("unknown").reason());
  }

  @Test
  void theAnswerIsKeptOutOfTheLogWhereTheRuleSaysSo() throws Exception {
    assertEquals("HTTP 500", outcome("silent").reason());
  }

  @Test
  void aKeptConnectionThatWasClosedUnderThePostCostsNoInterval() throws Exception {
    sink.alwaysAt("/kept", SinkAnswer.twisted(Twist.CLOSE_SILENTLY));
    for (int i = 1; i <= 3; i++) {
      send("kept");
      int count = i;
      TestGateway.until(
          "delivered " + i,
          () ->
              sink.requests().stream()
                      .filter(request -> request.target().equals("/kept"))
                      .map(SinkRequest::headers)
                      .distinct()
                      .count()
                  >= count);
    }
    TestGateway.until("all are settled", () -> succeeded("kept") == 3);
  }

  private long succeeded(String rule) {
    try {
      return gateway.rows().stream()
          .filter(row -> row.step().rule().equals(rule) && row.status() == SUCCEEDED)
          .count();
    } catch (io.postern.journal.StoreUnavailable e) {
      throw new AssertionError(e);
    }
  }

  private Row outcome(String rule) throws Exception {
    long deadline = System.nanoTime() + 2 * TestGateway.PATIENCE.toNanos();
    while (true) {
      for (Row row : gateway.rows()) {
        if (row.step().rule().equals(rule) && row.status() != Status.QUEUED) {
          return row;
        }
      }
      assertTrue(System.nanoTime() < deadline, "nothing became of " + rule);
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  private static SSLContext shows(Certificates.Made made) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "sink", made.privateKey(), new char[0], new Certificate[] {made.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
