package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Exposition;
import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkAnswer.Twist;
import io.postern.fixture.SinkRequest;
import io.postern.journal.Status;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
import io.postern.store.sqlite.SqliteStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// Trouble of our own while mail is being delivered: nothing is lost, and nothing is posted that
/// was not meant to be.
final class DeliveryTroubleTest extends GatewayCase {

  /// A message whose blocks can't be read is no attempt: the number is given back, and the endpoint
  /// hears of it only when it can be read again. Whoever watches sees that something was not made.
  @Test
  void anAttemptThatCouldNotBeMadeHasNoNumberAndIsCountedAsSuch() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    MailQueue queue = gateway.gateway().queue();
    queue.pause(new Pause("desk", gateway.clock.instant(), "by hand"));
    gateway.gateway().wake();
    gateway.idle();
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    sql("ALTER TABLE chunks RENAME TO hidden");
    queue.resume("desk");
    gateway.gateway().wake();
    gateway.idle();
    assertEquals(List.of(), sink.requests());
    assertEquals(List.of(Status.QUEUED), gateway.statuses());
    Exposition page = Exposition.read(gateway.get("/metrics").body());
    String attempts = "postern_attempts_total";
    assertEquals(1, page.value(attempts, "rule", "desk", "outcome", "not-made", "answer", "none"));
    sql("ALTER TABLE hidden RENAME TO chunks");
    gateway.tick(Duration.ofSeconds(11));
    SinkRequest request = sink.take(TestGateway.PATIENCE);
    assertEquals("1", request.header("postern-attempt").orElseThrow());
    gateway.await(Status.SUCCEEDED);
    assertEquals(0, gateway.gateway().journal().ledger().unaccounted());
  }

  /// The endpoint has answered, and the store can't note it: the slot is held, the post is not made
  /// again, and the outcome is noted when the store can be written again.
  @Test
  void anOutcomeWaitsForAStoreThatCannotNoteIt() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    sink.next(SinkAnswer.status(200).heldBy(answer));
    gateway.rule("desk", sink.url("/desk")).start();
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    sink.take(TestGateway.PATIENCE);
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + gateway.database());
        Statement lock = other.createStatement()) {
      lock.execute("BEGIN IMMEDIATE");
      answer.countDown();
      SqliteStore store = (SqliteStore) gateway.gateway().queue();
      TestGateway.until("the settlement has failed", () -> store.fault().isPresent());
      assertEquals(1, gateway.gateway().inFlight(), "in flight until its settlement is on disk");
      lock.execute("ROLLBACK");
    }
    gateway.await(Status.SUCCEEDED);
    gateway.idle();
    assertEquals(1, sink.requests().size());
    assertEquals(0, gateway.gateway().journal().ledger().unaccounted());
  }

  /// A stop cuts off what hangs, after its grace. That is no fault of the endpoint's, and the next
  /// start makes the attempt again under the same id.
  @Test
  void aStopWithAttemptsInFlightLosesNothing() throws Exception {
    sink.alwaysAt("/hanging", SinkAnswer.twisted(Twist.NEVER));
    CountDownLatch answer = new CountDownLatch(1);
    sink.alwaysAt("/slow", SinkAnswer.status(200).heldBy(answer));
    gateway.set("delivery: { stop-grace: 1s }");
    gateway.rule("hanging", sink.url("/hanging")).rule("slow", sink.url("/slow")).start();
    assertTrue(
        gateway
            .deliver(Mails.plain(), "hanging@in.example.com", "slow@in.example.com")
            .startsWith("250 "));
    List<SinkRequest> first = sink.await(2, TestGateway.PATIENCE);
    answer.countDown();
    gateway.await(Status.SUCCEEDED);
    gateway.gateway().close();
    sink.alwaysAt("/hanging", SinkAnswer.status(200));
    gateway.start();
    gateway.tick(Duration.ofMinutes(1));
    gateway.await(Status.SUCCEEDED, row -> row.step().rule().equals("hanging"));
    List<SinkRequest> all = sink.requests();
    assertEquals(3, all.size(), "what was answered is posted again: " + all);
    assertEquals(
        first.stream()
            .filter(request -> request.target().equals("/hanging"))
            .findFirst()
            .orElseThrow()
            .header("webhook-id"),
        all.getLast().header("webhook-id"));
    assertEquals(0, gateway.gateway().journal().ledger().unaccounted());
  }

  private void sql(String statement) throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + gateway.database());
        Statement any = other.createStatement()) {
      any.execute(statement);
    }
  }
}
