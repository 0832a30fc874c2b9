package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.postern.fixture.FakeClock;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import io.postern.settings.Secret;
import io.postern.webhook.Dialect;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Format;
import io.postern.webhook.Payload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
  private static final byte[] OLD = new byte[32];
  private static final byte[] NEW =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  @Test
  void whatIsShownIsWhatWasSentAndSigned() throws Exception {
    try (WebhookSink sink = WebhookSink.start()) {
      Endpoint endpoint =
          new Endpoint(
              "desk",
              sink.url("/desk"),
              null,
              Dialect.of(Format.JSON),
              Authentication.NONE,
              List.of(secret(NEW), secret(OLD)),
              new Endpoint.Exchange(Duration.ofSeconds(60), null, null, true));
      Rehearsal.Report report =
          Rehearsal.hold(
              endpoint,
              new Payload.Gateway("mx.example.com", "main"),
              new Settings(false, Set.of(400), 1, 1, 1, true, Duration.ofSeconds(5)),
              new Rehearsal.Given(new FakeClock(), new Random(1)));
      assertInstanceOf(Outcome.Accepted.class, report.outcome());
      assertEquals("fits each of 2 keys", report.signature());
      SinkRequest posted = sink.requests().getFirst();
      assertEquals(posted.body().length, report.bodyBytes());
      for (String name : List.of("webhook-id", "webhook-timestamp", "webhook-signature")) {
        String value = posted.header(name).orElseThrow();
        assertEquals(1, report.headers().stream().filter((name + ": " + value)::equals).count());
      }
      String head =
          posted.header("webhook-id").orElseThrow()
              + "."
              + posted.header("webhook-timestamp").orElseThrow()
              + ".";
      assertEquals(
          "v1," + hmac(NEW, head, posted.body()) + " v1," + hmac(OLD, head, posted.body()),
          posted.header("webhook-signature").orElseThrow());
    }
  }

  private static String hmac(byte[] key, String head, byte[] body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update(head.getBytes(StandardCharsets.UTF_8));
    return Base64.getEncoder().encodeToString(mac.doFinal(body));
  }

  private static Secret secret(byte[] key) {
    return new Secret() {
      @Override
      public String name() {
        return "a key";
      }

      @Override
      public String value() {
        return "whsec_" + Base64.getEncoder().encodeToString(key);
      }
    };
  }
}
