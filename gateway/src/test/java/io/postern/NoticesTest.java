package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.Exposition;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.fixture.PostOffice;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.WebhookSink;
import io.postern.journal.Status;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a whole gateway tells people by mail.
@Timeout(60)
final class NoticesTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path folder;
  private WebhookSink sink;
  private PostOffice office;
  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    sink = WebhookSink.start();
    office = PostOffice.start();
    gateway = new TestGateway(folder).rule("desk", sink.url("/desk")).rule("shop", sink.url("/"));
    gateway.set(notices(office.port()));
  }

  @AfterEach
  void stop() throws IOException {
    gateway.close();
    sink.close();
    office.close();
  }

  private static String notices(int port) {
    return """
    notices:
      to: [ops@example.com]
      from: postern@example.com
      relay: smtp://127.0.0.1:%d
      starttls: optional
    """
        .formatted(port);
  }

  /// Looks an hour later, when everything may be told again.
  private boolean hourLater() {
    gateway.clock.tick(HOUR);
    // To a transaction that is under way, the leap of the clock is a disk that hangs.
    TestGateway.until(
        "no transaction is older than the leap",
        () -> !gateway.gateway().status().contains("nothing can be written"));
    return gateway.gateway().tell();
  }

  private void expectLast(String subject) {
    assertEquals("Postern mx.example.com: " + subject, office.last().subject());
  }

  @Test
  void aBrokenRuleEditIsToldAndItsEnd() throws Exception {
    gateway.start();
    assertFalse(gateway.gateway().tell());
    gateway.ruleFile("desk", "name: [").gateway().reload();
    assertTrue(gateway.gateway().tell());
    expectLast("the rule files can't be used");
    String text = office.last().text();
    assertTrue(text.contains("what    in force is version "), text);
    assertTrue(text.contains("desk.yaml:1:"), text);
    gateway.rule("desk", sink.url("/desk")).gateway().reload();
    assertFalse(gateway.gateway().tell(), "less than an hour later");
    assertTrue(hourLater());
    expectLast("all clear: the rule files are in force again");
    assertEquals(2, office.taken().size());
  }

  @Test
  void anEndpointThatIsGoneIsTold() throws Exception {
    sink.alwaysAt("/desk", SinkAnswer.status(410));
    gateway.start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    // By itself: the pause calls the notifier.
    TestGateway.until("it is told", () -> !office.taken().isEmpty());
    expectLast("endpoint desk is paused");
    assertTrue(office.last().text().contains("what    the endpoint answered 410 Gone\n"));
    assertFalse(gateway.gateway().tell());
    gateway.gateway().queue().resume("desk");
    assertTrue(hourLater());
    expectLast("all clear: endpoint desk is no longer paused by the gateway");
  }

  @Test
  void anEndpointThatFailsForAnHourIsTold() throws Exception {
    sink.alwaysAt("/desk", SinkAnswer.status(500));
    gateway.start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.DEFERRED);
    // The clock of a rule goes by looks that are less than a minute apart.
    for (int i = 0; i < 59 * 2; i++) {
      gateway.tick(Duration.ofSeconds(30));
      gateway.idle();
    }
    assertFalse(gateway.gateway().tell(), "not yet an hour");
    for (int i = 0; i < 4; i++) {
      gateway.tick(Duration.ofSeconds(30));
      gateway.idle();
    }
    assertTrue(gateway.gateway().tell());
    expectLast("endpoint desk has been failing for an hour");
    assertTrue(office.last().text().contains("since   2026-01-02T03:0"), office.last().text());
    sink.alwaysAt("/desk", SinkAnswer.status(200));
    gateway.clock.tick(Duration.ofMinutes(1));
    gateway.gateway().wake();
    gateway.await(Status.SUCCEEDED);
    assertTrue(hourLater());
    expectLast("all clear: endpoint desk no longer counts as failing");
  }

  @Test
  void whileAPersonHasPausedItNothingIsSaidOfAnEndpointThatFails() throws Exception {
    sink.alwaysAt("/desk", SinkAnswer.status(500));
    gateway.start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.DEFERRED);
    for (int i = 0; i < 63 * 2; i++) {
      gateway.tick(Duration.ofSeconds(30));
      gateway.idle();
    }
    assertTrue(gateway.gateway().tell());
    expectLast("endpoint desk has been failing for an hour");
    MailQueue queue = gateway.gateway().queue();
    queue.pause(new Pause("desk", gateway.clock.instant(), "by hand"));
    assertFalse(hourLater(), "it works no better than before");
    gateway.clock.tick(Duration.ofDays(1));
    assertFalse(hourLater(), "nor is it tried, as the notice would say");
    assertTrue(queue.resume("desk"));
    assertTrue(hourLater());
    expectLast("all clear: endpoint desk no longer counts as failing");
  }

  @Test
  void aRuleThatIsGoneWhileMailWaitsIsTold() throws Exception {
    sink.alwaysAt("/desk", SinkAnswer.status(500));
    gateway.start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.DEFERRED);
    gateway.removeRule("desk").gateway().reload();
    assertTrue(gateway.gateway().tell());
    expectLast("rule desk is gone and deliveries wait for it");
    assertTrue(office.last().text().contains("what    1 wait, the oldest since 2026-01-02T"));
    gateway.rule("desk", sink.url("/desk")).gateway().reload();
    assertTrue(hourLater());
    expectLast("all clear: nothing waits for a missing rule desk any more");
  }

  @Test
  void aSubscriberThatIsGoneIsToldAndWhatItLosesToo() throws Exception {
    sink.alwaysAt("/feed", SinkAnswer.status(410));
    gateway
        .subscriber("ops-feed", sink.url("/feed"), "validate: false", "retry: { period: 1d }")
        .start();
    gateway.deliver(Mails.plain(), "shop@in.example.com");
    gateway.await(Status.SUCCEEDED);
    TestGateway.until(
        "it is told",
        () -> {
          gateway.tick(Duration.ofSeconds(1));
          return gateway.gateway().tell();
        });
    expectLast("subscriber ops-feed is paused");
    // What is held is kept for as long as the log is: 90 days.
    TestGateway.until(
        "what was skipped is told",
        () -> {
          gateway.tick(Duration.ofDays(30));
          gateway.gateway().tell();
          return office.subjects().stream().anyMatch(it -> it.contains("were skipped"));
        });
    expectLast("events for subscriber ops-feed were skipped (and 1 more)");
    assertTrue(office.last().text().contains("held, and older than 90 d"), office.last().text());
    assertTrue(office.last().text().contains("still   told before"), office.last().text());
  }

  @Test
  void brokenSubscriberFilesAreTold() throws Exception {
    gateway.subscriber("ops-feed", sink.url("/feed")).start();
    gateway.subscriber("ops-feed", sink.url("/feed"), "nonsense: 1").gateway().reload();
    assertTrue(gateway.gateway().tell());
    expectLast("the subscriber files can't be used");
    assertTrue(office.last().text().contains("unknown key \"nonsense\""), office.last().text());
  }

  @Test
  void aDiskWithoutRoomIsTold() throws Exception {
    gateway.store("{ sqlite: data/postern.db, disk-reserve: 1024GB }").start();
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("452 "));
    assertFalse(gateway.gateway().tell(), "it may have passed by the next look");
    assertTrue(gateway.gateway().tell());
    expectLast("the disk reserve is reached");
  }

  @Test
  void aCertificateThatEndsSoonIsTold() throws Exception {
    Certificates.Made made =
        Certificates.ec(
            "mx.example.com",
            FakeClock.START.minus(Duration.ofDays(1)),
            FakeClock.START.plus(Duration.ofDays(15)));
    Files.writeString(folder.resolve("own.pem"), made.certificatePem() + made.keyPem());
    gateway.tls("{ certificate: own.pem }").start();
    assertFalse(gateway.gateway().tell());
    gateway.clock.tick(Duration.ofDays(2));
    assertTrue(gateway.gateway().tell());
    expectLast("the certificate ends soon");
    assertTrue(office.last().text().contains("what    it ends in 12 days\n"), office.last().text());
    Files.writeString(folder.resolve("own.pem"), "spoilt");
    gateway.gateway().reload();
    assertTrue(gateway.gateway().tell());
    expectLast("the certificate files can't be used");
  }

  @Test
  void withoutTheSectionNobodyIsTold() throws Exception {
    try (TestGateway silent = new TestGateway(folder.resolve("silent"))) {
      silent.ruleFile("desk", "name: [").start();
      assertFalse(silent.gateway().tell());
    }
  }

  @Test
  void whatWasToldBeforeARestartIsOverAfterIt() throws Exception {
    gateway.start();
    gateway.ruleFile("desk", "name: [").gateway().reload();
    assertTrue(gateway.gateway().tell());
    gateway.restart();
    assertFalse(gateway.gateway().tell(), "it was told a moment ago");
    gateway.rule("desk", sink.url("/desk")).restart();
    assertTrue(hourLater());
    expectLast("all clear: the rule files are in force again");
  }

  @Test
  void thePageCountsAndHealthSaysWhenNobodyCanBeTold() throws Exception {
    gateway.start();
    gateway.ruleFile("desk", "name: [").gateway().reload();
    assertTrue(gateway.gateway().tell());
    assertEquals(List.of(1.0, 0.0, 0.0), counts());
    assertFalse(gateway.get("/health").body().contains("told by mail"));
    office.close();
    gateway.rule("desk", sink.url("/desk")).gateway().reload();
    assertFalse(hourLater());
    assertEquals(List.of(1.0, 1.0, 0.0), counts());
    String health = gateway.get("/health").body();
    assertTrue(health.contains("nobody can be told by mail: "), health);
  }

  @Test
  void withoutABookNothingIsKnownToBeOver() throws Exception {
    sink.alwaysAt("/desk", SinkAnswer.status(500));
    gateway.start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.DEFERRED);
    gateway.removeRule("desk").gateway().reload();
    assertTrue(gateway.gateway().tell());
    expectLast("rule desk is gone and deliveries wait for it");
    gateway.ruleFile("shop", "name: [").restart();
    assertTrue(hourLater());
    expectLast("the rule files can't be used");
    assertFalse(office.last().text().contains("desk"), office.last().text());
  }

  private List<Double> counts() throws Exception {
    Exposition page = Exposition.read(gateway.get("/metrics").body());
    return List.of("sent", "failed", "dropped").stream()
        .map(it -> page.value("postern_notices_total", "outcome", it))
        .toList();
  }
}
