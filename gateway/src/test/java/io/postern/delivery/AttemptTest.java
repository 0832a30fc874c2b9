package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.mail.Address;
import io.postern.mail.Mail;
import io.postern.mail.Message;
import io.postern.mime.Letters;
import io.postern.queue.Claim;
import io.postern.queue.Settlement;
import io.postern.rules.Pace;
import io.postern.rules.Retry;
import io.postern.rules.Rule;
import io.postern.settings.Place;
import io.postern.settings.Secret;
import io.postern.webhook.Dialect;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Authorization;
import io.postern.webhook.Endpoint.Exchange;
import io.postern.webhook.Format;
import io.postern.webhook.Payload;
import io.postern.webhook.Payloads;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AttemptTest {
  private static final Pattern PROOF =
      Pattern.compile("&timestamp=(\\d+)&token=([0-9a-f]{50})&signature=([0-9a-f]{64})&");

  private final FakeClock clock = new FakeClock();
  private final BusyCourier courier = new BusyCourier();
  private final Attempt attempt =
      new Attempt(
          courier,
          new Payload.Gateway("mx.example.com", "main"),
          clock,
          new Random(1),
          new Slots(8, 8));

  /// Defers all, as time goes by.
  private final class BusyCourier implements Courier {
    final List<byte[]> bodies = new ArrayList<>();

    @Override
    public Outcome carry(Post post) throws IOException {
      try (InputStream in = post.body().source().open()) {
        bodies.add(in.readAllBytes());
      }
      clock.tick(Duration.ofSeconds(30));
      return new Outcome.Deferred(503, "HTTP 503", "", null);
    }

    @Override
    public void close() {}
  }

  private static Secret secret(String value) {
    return new Secret() {
      @Override
      public String value() throws IOException {
        if (value.isEmpty()) {
          throw new IOException("the file is gone");
        }
        return value;
      }

      @Override
      public String name() {
        return "file k";
      }
    };
  }

  private Settlement make(Format format, Secret signingKey) throws IOException {
    Payload payload = Payloads.of(Letters.of("Subject: x\n\nhello\n"));
    return make(format, signingKey, payload.mail(), Duration.ZERO);
  }

  private Settlement make(Format format, Secret signingKey, Mail mail, Duration age) {
    URI url = URI.create("https://app.example.com/");
    Authentication authentication = new Authentication(new Authorization.None(), null, signingKey);
    Endpoint endpoint =
        new Endpoint(
            "desk",
            url,
            url,
            Dialect.of(format),
            authentication,
            List.of(),
            new Exchange(Duration.ofSeconds(9), null, null, true));
    Duration day = Duration.ofDays(1);
    Rule rule =
        new Rule(
            "desk",
            "",
            List.of(),
            endpoint,
            new Pace(null, null),
            new Retry(day, day, day, day),
            true,
            new Place("desk.yaml", 1, 1));
    Address to = mail.envelope().recipients().getFirst();
    Claim claim = new Claim("d-1", "desk", to, 1, false, age, Duration.ZERO, mail);
    return attempt.make(claim, rule, false).settlement();
  }

  @Test
  void postsTheSameBytesToBothUrlsAndAtEachAttempt() throws IOException {
    make(Format.FORM, secret("k"));
    make(Format.FORM, secret("k"));
    assertEquals(4, courier.bodies.size());
    for (byte[] body : courier.bodies) {
      assertArrayEquals(courier.bodies.getFirst(), body);
    }
  }

  @Test
  void signsEachCallAfreshAndChangesNothingElse() throws IOException {
    make(Format.MAILGUN, secret("k"));
    make(Format.MAILGUN, secret("k"));
    List<String> texts =
        courier.bodies.stream().map(it -> new String(it, StandardCharsets.UTF_8)).toList();
    assertEquals(4, texts.stream().map(AttemptTest::proof).distinct().count());
    assertEquals(1, texts.stream().map(it -> PROOF.matcher(it).replaceAll("&")).distinct().count());
    assertEquals(List.of(0L, 30L, 60L, 90L), texts.stream().map(this::age).toList());
  }

  @Test
  void waitsForASigningKeyThatCantBeRead() throws IOException {
    Settlement.Again again =
        assertInstanceOf(Settlement.Again.class, make(Format.MAILGUN, secret("")));
    assertEquals("secret unreadable: the file is gone", again.trial().reason());
    assertEquals(0, courier.bodies.size());
  }

  @Test
  void aMessageThatCantBeReadIsTriedMoreSeldomWithTime() throws IOException {
    Mail whole = Payloads.of(Letters.of("Subject: x\n\nhello\n")).mail();
    Mail damaged = new Mail(whole.id(), whole.envelope(), new Damaged());
    for (int[] seconds : new int[][] {{0, 10}, {60, 10}, {1_800, 180}, {500_000, 600}}) {
      Settlement came = make(Format.FORM, secret("k"), damaged, Duration.ofSeconds(seconds[0]));
      assertEquals(
          new Settlement.Unmade(clock.instant().plusSeconds(seconds[1]), true),
          came,
          seconds[0] + " s old");
    }
    assertEquals(0, courier.bodies.size());
  }

  private static final class Damaged implements Message {
    @Override
    public long size() {
      return 9;
    }

    @Override
    public InputStream open(long offset) throws IOException {
      throw new IOException("a chunk is gone");
    }
  }

  private static String proof(String body) {
    var found = PROOF.matcher(body);
    assertTrue(found.find(), body);
    assertNotEquals("0", found.group(1));
    return found.group();
  }

  private long age(String body) {
    var found = PROOF.matcher(body);
    assertTrue(found.find(), body);
    return Long.parseLong(found.group(1)) - (clock.instant().getEpochSecond() - 120);
  }
}
