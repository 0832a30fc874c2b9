package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.journal.Ledger;
import io.postern.journal.Status;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A store in trouble puts mail off, and the gateway goes on when the trouble is over.
final class StoreTroubleTest extends GatewayCase {
  @BeforeEach
  void start() throws Exception {
    gateway.rule("desk", sink.url("/desk")).start();
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    gateway.await(Status.SUCCEEDED);
  }

  @Test
  void aLockedDatabaseIs451AndThenTakesMailAgain() throws Exception {
    try (Connection other = other();
        Statement lock = other.createStatement()) {
      lock.execute("BEGIN IMMEDIATE");
      String reply = gateway.deliver(Mails.plain(), "desk@in.example.com");
      assertTrue(reply.startsWith("451 4.3.0 "), reply);
      awaitHealth("nothing can be written: ");
      lock.execute("ROLLBACK");
    }
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    sink.await(2, TestGateway.PATIENCE);
    assertEquals(0, gateway.gateway().journal().ledger().unaccounted());
  }

  /// What waits for a lock is a transaction under way, and a clock that is set right no disk that
  /// hangs.
  @Test
  void aClockThatLeapsDuringATransactionIsNoFault() throws Exception {
    try (Connection other = other();
        Statement lock = other.createStatement()) {
      lock.execute("BEGIN IMMEDIATE");
      CompletableFuture<String> reply = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> reply.complete(delivered()));
      // A lock is waited for five seconds; sooner or later in the first the transaction begins.
      long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
      while (System.nanoTime() < end) {
        gateway.clock.tick(Duration.ofHours(1));
        assertEquals("{\"ready\":true,\"reasons\":[]}\n", gateway.get("/ready").body());
      }
      lock.execute("ROLLBACK");
      assertTrue(reply.get(60, TimeUnit.SECONDS).startsWith("250 "));
    }
  }

  private String delivered() {
    try {
      return gateway.deliver(Mails.plain(), "desk@in.example.com");
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void everyLoopTurnsThoughNothingHappens() {
    // A loop that only waits must not look like one that hangs: the service manager would kill us.
    Map<String, Long> before = gateway.gateway().turns();
    assertEquals(Set.of("writer", "dispatcher", "rules", "retention"), before.keySet());
    TestGateway.until(
        "every loop has turned",
        () ->
            gateway.gateway().turns().entrySet().stream()
                .allMatch(turns -> turns.getValue() > before.get(turns.getKey())));
  }

  @Test
  void aClockThatJumpsBackAndForthLosesNothing() throws Exception {
    sink.nextAt("/desk", SinkAnswer.status(503));
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    gateway.await(Status.DEFERRED);
    gateway.idle();
    gateway.tick(Duration.ofHours(-3));
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    sink.await(3, TestGateway.PATIENCE);
    // What was put off would be due in three hours, and no wait is so long.
    sink.await(4, TestGateway.PATIENCE);
    gateway.idle();
    sink.nextAt("/desk", SinkAnswer.status(503));
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    sink.await(5, TestGateway.PATIENCE);
    gateway.idle();
    gateway.tick(Duration.ofHours(5));
    sink.await(6, TestGateway.PATIENCE);
    gateway.idle();
    assertEquals(new Ledger(4, 4, 0, 0, 0), gateway.gateway().journal().ledger());
  }

  @Test
  void mailOfAClockThatWasAheadIsPostedAfterARestartWithTheRightOne() throws Exception {
    gateway.tick(Duration.ofHours(9));
    sink.nextAt("/desk", SinkAnswer.status(503));
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    gateway.await(Status.DEFERRED);
    gateway.idle();
    gateway.gateway().close();
    gateway.clock.tick(Duration.ofHours(-9));
    gateway.start();
    sink.await(3, TestGateway.PATIENCE);
    gateway.idle();
    assertEquals(new Ledger(2, 2, 0, 0, 0), gateway.gateway().journal().ledger());
  }

  private void awaitHealth(String text) throws Exception {
    URI address =
        URI.create("http:/" + gateway.gateway().consoleAddress().orElseThrow() + "/health");
    long deadline = System.nanoTime() + TestGateway.PATIENCE.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      String health = "";
      while (!health.contains(text)) {
        assertTrue(System.nanoTime() < deadline, "health stays " + health);
        health =
            client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
      }
    }
  }

  private Connection other() throws Exception {
    return DriverManager.getConnection("jdbc:sqlite:" + gateway.database());
  }
}
