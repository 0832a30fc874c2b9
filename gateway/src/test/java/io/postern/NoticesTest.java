package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.Exposition;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.journal.Status;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a whole gateway tells people by mail.
final class NoticesTest extends NoticesCase {
  private static final Duration LOOK = Duration.ofSeconds(30);

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
    sink.alwaysAt("/desk", SinkAnswer.status(200));
    gateway.gateway().queue().resume("desk");
    assertTrue(hourLater());
    expectLast("all clear: endpoint desk is no longer paused by the gateway");
  }

  @Test
  void anEndpointThatFailsForAnHourIsTold() throws Exception {
    startWithOneDeferred();
    pass(Duration.ofMinutes(59));
    assertFalse(gateway.gateway().tell(), "not yet an hour");
    pass(Duration.ofMinutes(2));
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
    startWithOneDeferred();
    pass(Duration.ofMinutes(63));
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

  /// The endpoint desk fails, and a delivery waits for its second attempt.
  private void startWithOneDeferred() throws Exception {
    sink.alwaysAt("/desk", SinkAnswer.status(500));
    gateway.start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.DEFERRED);
  }

  /// Lets time pass for rules: their clocks go by looks that are less than a minute apart.
  private void pass(Duration time) {
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(LOOK)) {
      gateway.tick(LOOK);
      gateway.idle();
    }
  }

  @Test
  void aRuleThatIsGoneWhileMailWaitsIsTold() throws Exception {
    startWithOneDeferred();
    gateway.removeRule("desk").gateway().reload();
    assertTrue(gateway.gateway().tell());
    expectLast("rule desk is gone and deliveries wait for it");
    assertTrue(office.last().text().contains("what    1 wait, the oldest since 2026-01-02T"));
    gateway.rule("desk", sink.url("/desk")).gateway().reload();
    assertTrue(hourLater());
    expectLast("all clear: nothing waits for a missing rule desk any more");
  }

  @Test
  void aDiskWithoutRoomIsTold() throws Exception {
    gateway.store("{ sqlite: data/postern.db, disk-reserve: 1024GB }").start();
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("452 "));
    assertFalse(gateway.gateway().tell(), "it may have passed by the next look");
    gateway.clock.tick(Duration.ofSeconds(10));
    assertTrue(gateway.gateway().tell());
    expectLast("the disk reserve is reached");
    gateway.store("{ sqlite: data/postern.db, disk-reserve: 64MB }").restart();
    assertTrue(hourLater());
    expectLast("all clear: there is room on the disk again");
  }

  @Test
  void aStoreThatCannotBeWrittenIsToldAndItsEnd() throws Exception {
    gateway.start();
    Path log = Path.of(gateway.database() + "-wal");
    Path away = Files.move(log, folder.resolve("away"));
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("451 "));
    assertFalse(gateway.gateway().tell(), "it may have passed by the next look");
    gateway.clock.tick(Duration.ofSeconds(10));
    await(1, "the store can't be used");
    String text = office.last().text();
    assertTrue(text.contains(" was removed while the gateway runs"), text);
    Files.move(away, log);
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    gateway.clock.tick(HOUR);
    await(2, "all clear: the store works again");
  }

  @Test
  void aStoreThatCannotBeReadIsToldAndNothingElseCountsAsOver() throws Exception {
    sink.alwaysAt("/desk", SinkAnswer.status(410));
    gateway.start();
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    await(1, "endpoint desk is paused");
    sql("ALTER TABLE pauses RENAME TO hidden");
    assertFalse(hourLater(), "it may have passed by the next look");
    gateway.clock.tick(Duration.ofSeconds(10));
    await(2, "the store can't be read");
    String text = office.last().text();
    assertTrue(text.contains("what    The store can't list the pauses: "), text);
    assertFalse(text.contains("desk"), text);
    sql("ALTER TABLE hidden RENAME TO pauses");
    gateway.clock.tick(HOUR);
    await(3, "all clear: the store can be read again");
    sink.alwaysAt("/desk", SinkAnswer.status(200));
    assertTrue(gateway.gateway().queue().resume("desk"));
    gateway.clock.tick(HOUR);
    await(4, "all clear: endpoint desk is no longer paused by the gateway");
  }

  private void sql(String statement) throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + gateway.database());
        Statement any = other.createStatement()) {
      any.execute(statement);
    }
  }

  /// Nothing but a fault that nobody foresaw ends these threads; here they are ended from outside.
  @Test
  void threadsThatHaveEndedAreTold() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    gateway.subscriber("ops-feed", sink.url("/feed"), "validate: false").start();
    for (String name : List.of("dispatcher", "feed")) {
      Thread thread =
          Thread.getAllStackTraces().keySet().stream()
              .filter(it -> it.getName().equals(name) && !before.contains(it))
              .findAny()
              .orElseThrow();
      thread.interrupt();
      assertTrue(thread.join(TestGateway.PATIENCE), name + " has ended");
    }
    await(1, "nothing is delivered any more (and 1 more)");
    assertTrue(office.last().text().contains("* No subscriber is told any more\n"));
    gateway.restart();
    gateway.clock.tick(HOUR);
    await(2, "all clear: mail is delivered again (and 1 more)");
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
    gateway.clock.tick(Duration.ofDays(20));
    assertTrue(gateway.gateway().tell());
    assertTrue(office.last().text().contains("what    it has ended\n"), office.last().text());
    Files.writeString(folder.resolve("own.pem"), "spoilt");
    gateway.gateway().reload();
    assertTrue(gateway.gateway().tell());
    expectLast("the certificate files can't be used");
    Certificates.Made next =
        Certificates.ec(
            "mx.example.com",
            FakeClock.START.minus(Duration.ofDays(1)),
            FakeClock.START.plus(Duration.ofDays(90)));
    Files.writeString(folder.resolve("own.pem"), next.certificatePem() + next.keyPem());
    gateway.gateway().reload();
    assertTrue(hourLater());
    expectLast("all clear: the certificate has been renewed (and 1 more)");
    assertTrue(
        office.last().text().contains("* The certificate files are in force again\n"),
        office.last().text());
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
    startWithOneDeferred();
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
