package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.fixture.PostOffice;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/// A whole gateway with the rules `desk` and `shop`, whose notices a mail server takes.
@Timeout(60)
abstract class NoticesCase extends GatewayCase {
  static final Duration HOUR = Duration.ofHours(1);

  PostOffice office;

  @BeforeEach
  void start() throws Exception {
    office = PostOffice.start();
    gateway.rule("desk", sink.url("/desk")).rule("shop", sink.url("/"));
    gateway.set(notices(office.port()));
  }

  @AfterEach
  void stop() throws IOException {
    // First, for it may be telling something.
    gateway.close();
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
  boolean hourLater() {
    gateway.clock.tick(HOUR);
    return gateway.gateway().tell();
  }

  void expectLast(String subject) {
    assertEquals("Postern mx.example.com: " + subject, office.last().subject());
  }

  /// Looks until so many mails were taken in all, by this thread's looking or the gateway's own,
  /// and expects the last one to be of this.
  void await(int mails, String subject) {
    TestGateway.until(
        mails + " mails were taken, the last of: " + subject,
        () -> {
          gateway.gateway().tell();
          return office.taken().size() >= mails;
        });
    assertEquals(mails, office.taken().size(), () -> office.subjects().toString());
    expectLast(subject);
  }
}
