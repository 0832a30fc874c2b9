package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.SinkAnswer;
import io.postern.journal.Status;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a waiting delivery when its rule is edited, renamed, disabled or removed: it
/// obeys the book in force, and nothing fails because a file changed.
final class RuleChangesTest extends GatewayCase {
  private static final Duration INTERVAL = Duration.ofSeconds(12);

  /// Leaves one delivery waiting for its second attempt.
  @BeforeEach
  void start() throws Exception {
    sink.alwaysAt("/down", SinkAnswer.status(500));
    gateway.rule("desk", sink.url("/down")).start();
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    gateway.await(Status.DEFERRED);
  }

  @Test
  void anEditedUrlIsUsedByTheNextAttempt() throws Exception {
    gateway.rule("desk", sink.url("/up"));
    gateway.gateway().reload();
    gateway.tick(INTERVAL);
    assertEquals(2, gateway.await(Status.SUCCEEDED).step().attempt());
    assertEquals("/up", sink.requests().getLast().target());
  }

  @Test
  void anEditIsTakenWithoutBeingAskedFor() throws Exception {
    gateway.rule("desk", sink.url("/up"));
    String before = gateway.gateway().books().version();
    TestGateway.until(
        "the edit was taken", () -> !gateway.gateway().books().version().equals(before));
    gateway.tick(INTERVAL);
    gateway.await(Status.SUCCEEDED);
  }

  @Test
  void aDisabledRuleTakesNoMailAndHoldsWhatWaits() throws Exception {
    gateway.ruleFile("desk", disabled(sink.url("/up")));
    gateway.gateway().reload();
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("550 5.1.1 "));
    gateway.tick(INTERVAL);
    gateway.idle();
    assertEquals(1, gateway.gateway().journal().ledger().waiting());
    assertEquals(1, sink.requests().size());
    gateway.rule("desk", sink.url("/up"));
    gateway.gateway().reload();
    gateway.await(Status.SUCCEEDED);
  }

  @Test
  void aRemovedRuleHoldsItsDeliveriesUntilItReturnsAndHealthSaysSo() throws Exception {
    gateway.rule("other", sink.url("/up")).removeRule("desk");
    gateway.gateway().reload();
    gateway.tick(INTERVAL);
    gateway.idle();
    assertEquals(1, gateway.gateway().journal().ledger().waiting());
    assertTrue(health().contains("rule desk is gone and 1 of its deliveries wait"), health());
    gateway.rule("desk", sink.url("/up"));
    gateway.gateway().reload();
    gateway.await(Status.SUCCEEDED, row -> row.step().rule().equals("desk"));
  }

  @Test
  void aRenamedRuleLeavesTheOldOnesDeliveriesWaiting() throws Exception {
    gateway.removeRule("desk").rule("front-desk", sink.url("/up"));
    gateway.gateway().reload();
    gateway.tick(INTERVAL);
    gateway.idle();
    assertEquals("desk", gateway.gateway().queue().waiting().getFirst().rule());
    assertTrue(gateway.deliver(Mails.plain(), "front-desk@in.example.com").startsWith("250 "));
    gateway.await(Status.SUCCEEDED, row -> row.step().rule().equals("front-desk"));
    assertEquals(1, gateway.gateway().journal().ledger().waiting());
  }

  @Test
  void aBadEditKeepsTheBookInForceAlsoOverARestartAndHealthIsRed() throws Exception {
    String before = gateway.gateway().books().version();
    gateway.ruleFile("desk", "name: desk\nwhen: nonsense\n");
    gateway.gateway().reload();
    assertEquals(before, gateway.gateway().books().version());
    assertTrue(health().contains("desk.yaml:2:"), health());
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
    gateway.restart();
    assertEquals(before, gateway.gateway().books().version());
    assertTrue(health().contains("\"status\":\"failing\""), health());
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 "));
  }

  @Test
  void withoutAnyGoodBookMailIsPutOff(@TempDir Path other) throws Exception {
    try (TestGateway broken = new TestGateway(other)) {
      broken.ruleFile("desk", "name: [").start();
      assertTrue(broken.deliver(Mails.plain(), "desk@in.example.com").startsWith("451 4.3.5 "));
    }
  }

  private String health() throws IOException, InterruptedException {
    String address = "http:/" + gateway.gateway().consoleAddress().orElseThrow() + "/health";
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(address)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static String disabled(URI url) {
    return """
    name: desk
    when:
      - { header: To, matches: '^desk@' }
    post: { url: "%s" }
    enabled: false
    """
        .formatted(url);
  }
}
