package io.postern.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.feed.Subscriber.Receiver;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Exchange;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which URLs are looked at, and with how much patience.
final class TargetUrlTest {
  private static final URI FIRST = URI.create("https://one.example.com/");
  private static final URI BACKUP = URI.create("https://two.example.com/");

  @Test
  void eachUrlIsLookedAtUnderItsOwnName() {
    Exchange exchange = exchange(Duration.ofSeconds(10));
    assertEquals(
        List.of(new TargetUrl("endpoint desk", FIRST, exchange)),
        TargetUrl.of("endpoint desk", target(null, exchange)));
    assertEquals(
        List.of(
            new TargetUrl("endpoint desk", FIRST, exchange),
            new TargetUrl("endpoint desk (backup)", BACKUP, exchange)),
        TargetUrl.of("endpoint desk", target(BACKUP, exchange)));
  }

  @Test
  void anAnswerIsWaitedForNoLongerThanFifteenSecondsOnAnyUrl() {
    List<TargetUrl> urls =
        TargetUrl.of("endpoint desk", target(BACKUP, exchange(Duration.ofMinutes(2))));
    for (TargetUrl url : urls) {
      assertEquals(exchange(Duration.ofSeconds(15)), url.exchange());
    }
  }

  private static Receiver target(URI backup, Exchange exchange) {
    return new Receiver(FIRST, backup, Authentication.NONE, List.of(), exchange);
  }

  private static Exchange exchange(Duration timeout) {
    return new Exchange(timeout, null, Set.of(422), false);
  }
}
