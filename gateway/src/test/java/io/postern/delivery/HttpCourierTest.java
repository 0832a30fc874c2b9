package io.postern.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkAnswer.Twist;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import io.postern.settings.Secret;
import io.postern.webhook.Body;
import io.postern.webhook.Dialect;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Authorization;
import io.postern.webhook.Endpoint.Exchange;
import io.postern.webhook.Format;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The outcome table, against a real receiver that misbehaves in every way of it.
final class HttpCourierTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Body HELLO = body("hello");

  private final FakeClock clock = new FakeClock();
  private WebhookSink sink;
  private HttpCourier courier;

  @BeforeEach
  void start() throws IOException {
    sink = WebhookSink.start();
    courier = new HttpCourier(clock, Settings.PERMANENT_FAILURES, true);
  }

  @AfterEach
  void stop() throws IOException {
    courier.close();
    sink.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 299})
  void anyTwoHundredIsAccepted(int status) throws Exception {
    sink.next(SinkAnswer.status(status).body(""));
    assertEquals(new Outcome.Accepted(status), carry(LONG));
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 307, 308, 401, 402, 403, 404, 407, 408, 409, 418, 421})
  void whatMayChangeIsDeferred(int status) throws Exception {
    sink.next(SinkAnswer.status(status));
    Outcome.Deferred deferred = assertInstanceOf(Outcome.Deferred.class, carry(LONG));
    assertEquals(status, deferred.httpStatus());
  }

  @ParameterizedTest
  @ValueSource(ints = {425, 429, 500, 502, 503, 504, 507, 599})
  void troubleOfTheEndpointIsDeferred(int status) throws Exception {
    sink.next(SinkAnswer.status(status));
    Outcome.Deferred deferred = assertInstanceOf(Outcome.Deferred.class, carry(LONG));
    assertEquals(status, deferred.httpStatus());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 405, 406, 411, 413, 414, 415, 422, 431, 501})
  void aRefusedRequestIsFinal(int status) throws Exception {
    sink.next(SinkAnswer.status(status));
    Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, carry(LONG));
    assertEquals(status, refused.httpStatus());
    assertEquals("HTTP " + status, refused.reason());
    assertEquals("answer " + status, refused.detail());
  }

  @Test
  void theListOfFinalCodesIsTheOperators() throws Exception {
    try (HttpCourier lenient = new HttpCourier(clock, Set.of(418), true)) {
      sink.next(SinkAnswer.status(400), SinkAnswer.status(418));
      assertInstanceOf(Outcome.Deferred.class, lenient.carry(post(sink.url("/"), LONG, HELLO)));
      assertInstanceOf(Outcome.Refused.class, lenient.carry(post(sink.url("/"), LONG, HELLO)));
    }
  }

  @Test
  void goneIsGone() throws Exception {
    sink.next(SinkAnswer.status(410));
    assertInstanceOf(Outcome.Gone.class, carry(LONG));
  }

  @Test
  void aRedirectIsNamedAndNeverFollowed() throws Exception {
    sink.next(SinkAnswer.redirect(308, sink.url("/elsewhere").toString()));
    Outcome.Deferred deferred = assertInstanceOf(Outcome.Deferred.class, carry(LONG));
    assertEquals("HTTP 308, a redirect, which is not followed", deferred.reason());
    assertTrue(deferred.detail().startsWith("to " + sink.url("/elsewhere")), deferred.detail());
    assertEquals(1, sink.requests().size());
  }

  @Test
  void retryAfterIsReadAsSecondsAndAsDate() throws Exception {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            clock.instant().plusSeconds(120).atOffset(ZoneOffset.UTC));
    sink.next(
        SinkAnswer.status(503).header("Retry-After", "77"),
        SinkAnswer.status(429).header("Retry-After", date),
        SinkAnswer.status(503).header("Retry-After", "soon"),
        SinkAnswer.status(503).header("Retry-After", "99999999999999999999999"));
    assertEquals(Duration.ofSeconds(77), deferred(carry(LONG)).retryAfter());
    assertEquals(119, deferred(carry(LONG)).retryAfter().toSeconds());
    assertEquals(null, deferred(carry(LONG)).retryAfter());
    assertEquals(null, deferred(carry(LONG)).retryAfter());
  }

  @Test
  void aPortWhereNobodyListensIsDeferred() throws Exception {
    try (WebhookSink.Refusing nobody = WebhookSink.refusing()) {
      Outcome outcome = courier.carry(post(nobody.url("/"), LONG, HELLO));
      assertTrue(deferred(outcome).reason().startsWith("no connection"), outcome.toString());
      assertEquals(0, outcome.httpStatus());
    }
  }

  @Test
  void anUnknownHostIsDeferred() throws Exception {
    Outcome outcome = courier.carry(post(URI.create("https://nobody.invalid/"), LONG, HELLO));
    assertEquals("unknown host", deferred(outcome).reason());
  }

  @Test
  void aReceiverWithoutTlsIsDeferred() throws Exception {
    sink.always(SinkAnswer.twisted(Twist.NO_HTTP));
    URI url = URI.create("https://127.0.0.1:" + sink.port() + "/");
    Outcome outcome = courier.carry(post(url, SHORT, HELLO));
    assertInstanceOf(Outcome.Deferred.class, outcome);
  }

  @ParameterizedTest
  @EnumSource(names = {"NEVER", "STALL_IN_HEADERS", "ENDLESS_HEADERS"})
  void aHangIsCutOffByTheDeadline(Twist twist) throws Exception {
    sink.next(SinkAnswer.twisted(twist));
    assertInstanceOf(Outcome.Deferred.class, carry(SHORT));
  }

  @ParameterizedTest
  @EnumSource(names = {"STALL_IN_BODY", "ENDLESS_BODY", "RESET_IN_BODY"})
  void theStatusDecidesOnceTheHeadersAreComplete(Twist twist) throws Exception {
    // Only a body that stalls is waited for to the end, and its headers must have come by then.
    Duration timeout = twist == Twist.STALL_IN_BODY ? Duration.ofSeconds(2) : LONG;
    sink.next(SinkAnswer.twisted(twist));
    assertEquals(new Outcome.Accepted(200), carry(timeout));
    sink.next(SinkAnswer.status(400).with(twist));
    assertInstanceOf(Outcome.Refused.class, carry(timeout));
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET", "RESET_IN_REQUEST", "NO_HTTP"})
  void aBrokenConnectionIsDeferred(Twist twist) throws Exception {
    sink.always(SinkAnswer.twisted(twist));
    assertInstanceOf(Outcome.Deferred.class, carry(LONG));
  }

  @Test
  void aKeptConnectionThatWasClosedUnderAPostCostsNoInterval() throws Exception {
    sink.next(SinkAnswer.twisted(Twist.CLOSE_SILENTLY));
    assertEquals(new Outcome.Accepted(200), carry(LONG));
    assertEquals(new Outcome.Accepted(200), carry(LONG));
    List<SinkRequest> requests = sink.await(2, PATIENCE);
    assertEquals(
        requests.get(0).header("webhook-id"),
        requests.get(requests.size() - 1).header("webhook-id"));
  }

  @Test
  void aSecondPostOfACallHasATimestampOfItsOwn() throws Exception {
    AtomicLong seconds = new AtomicLong();
    InstantSource ticking = () -> Instant.ofEpochSecond(seconds.incrementAndGet());
    sink.next(SinkAnswer.twisted(Twist.CLOSE_UNANSWERED));
    try (HttpCourier aging = new HttpCourier(ticking, Set.of(), true)) {
      assertEquals(new Outcome.Accepted(200), aging.carry(post(sink.url("/"), LONG, HELLO)));
    }
    List<SinkRequest> requests = sink.await(2, PATIENCE);
    assertNotEquals(
        requests.get(0).header("webhook-timestamp"), requests.get(1).header("webhook-timestamp"));
  }

  @Test
  void headersCarryTheDeliveryAndNothingOfTheMail() throws Exception {
    courier.carry(
        new Courier.Post(
            endpoint(LONG, new Authorization.None(), List.of()),
            sink.url("/hook?x=1"),
            "01abc-1",
            7,
            true,
            HELLO));
    SinkRequest request = sink.take(PATIENCE);
    assertEquals("POST", request.method());
    assertEquals("/hook?x=1", request.target());
    assertEquals("01abc-1", request.header("webhook-id").orElseThrow());
    assertEquals("7", request.header("postern-attempt").orElseThrow());
    assertEquals("true", request.header("postern-replay").orElseThrow());
    assertEquals(
        Long.toString(clock.instant().getEpochSecond()),
        request.header("webhook-timestamp").orElseThrow());
    assertEquals("text/plain", request.header("content-type").orElseThrow());
    assertEquals("5", request.header("content-length").orElseThrow());
    assertTrue(request.header("webhook-signature").isEmpty());
    assertTrue(request.header("authorization").isEmpty());
    assertTrue(request.header("upgrade").isEmpty());
    assertEquals("hello", request.text());
  }

  @Test
  void basicAndBearerAreSent() throws Exception {
    courier.carry(
        post(endpoint(LONG, new Authorization.Basic("pöstern", secret("p:w")), List.of()), HELLO));
    assertEquals(
        "Basic " + Base64.getEncoder().encodeToString("pöstern:p:w".getBytes(UTF_8)),
        sink.take(PATIENCE).header("authorization").orElseThrow());
    courier.carry(post(endpoint(LONG, new Authorization.Bearer(secret("tok")), List.of()), HELLO));
    assertEquals("Bearer tok", sink.take(PATIENCE).header("authorization").orElseThrow());
  }

  @Test
  void aSignatureVerifiesByTheBytesThatArrived() throws Exception {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 7);
    String whsec = "whsec_" + Base64.getEncoder().encodeToString(key);
    courier.carry(post(endpoint(LONG, new Authorization.None(), List.of(secret(whsec))), HELLO));
    SinkRequest request = sink.take(PATIENCE);
    assertEquals(signature(key, request), request.header("webhook-signature").orElseThrow());
  }

  @Test
  void aReceiverThatKnowsOneOfTwoLiveKeysCanTell() throws Exception {
    byte[] fresh = new byte[24];
    byte[] old = new byte[64];
    Arrays.fill(old, (byte) 9);
    List<Secret> keys =
        List.of(
            secret("whsec_" + Base64.getEncoder().encodeToString(fresh)),
            secret(Base64.getEncoder().encodeToString(old)));
    courier.carry(post(endpoint(LONG, new Authorization.None(), keys), HELLO));
    SinkRequest request = sink.take(PATIENCE);
    assertEquals(
        signature(fresh, request) + " " + signature(old, request),
        request.header("webhook-signature").orElseThrow());
  }

  /// As a receiver makes it that has this key (Standard Webhooks 1.0.0).
  private static String signature(byte[] key, SinkRequest request) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update(
        (request.header("webhook-id").orElseThrow()
                + "."
                + request.header("webhook-timestamp").orElseThrow()
                + ".")
            .getBytes(UTF_8));
    return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(request.body()));
  }

  @Test
  void anUnreadableSecretDefersAndIsNamed() throws Exception {
    Secret gone =
        new Secret() {
          @Override
          public String value() throws IOException {
            throw new IOException("the file desk.key is not there");
          }

          @Override
          public String name() {
            return "file desk.key";
          }
        };
    Outcome outcome =
        courier.carry(post(endpoint(LONG, new Authorization.Bearer(gone), List.of()), HELLO));
    assertEquals(new Outcome.NotMade("secret unreadable: the file desk.key is not there"), outcome);
    assertEquals(0, sink.requests().size());
  }

  @Test
  void aKeyThatNoHeaderCanHoldIsNeverQuoted() throws Exception {
    Outcome outcome =
        courier.carry(
            post(
                endpoint(LONG, new Authorization.Bearer(secret("geheim\u20ac")), List.of()),
                HELLO));
    Outcome.NotMade notMade = assertInstanceOf(Outcome.NotMade.class, outcome);
    assertTrue(!notMade.reason().contains("geheim"), notMade.reason());
    assertEquals(0, sink.requests().size());
  }

  @Test
  void aCallThatOurStopCutsOffIsNoFaultOfTheEndpoint() throws Exception {
    sink.next(SinkAnswer.twisted(Twist.NEVER));
    var call =
        new java.util.concurrent.FutureTask<>(
            () -> courier.carry(post(sink.url("/hook"), LONG, HELLO)));
    Thread.ofVirtual().start(call);
    sink.take(PATIENCE);
    courier.close();
    assertInstanceOf(Outcome.NotMade.class, call.get());
  }

  @Test
  void aLargeBodyIsStreamedWithItsLength() throws Exception {
    byte[] bytes = new byte[5_000_000];
    Arrays.fill(bytes, (byte) 'x');
    Body large = new Body("text/plain", bytes.length, () -> new ByteArrayInputStream(bytes));
    assertEquals(new Outcome.Accepted(200), courier.carry(post(sink.url("/"), LONG, large)));
    SinkRequest request = sink.take(PATIENCE);
    assertEquals("5000000", request.header("content-length").orElseThrow());
    assertArrayEquals(bytes, request.body());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, Slices.SLICE - 1, Slices.SLICE, Slices.SLICE + 1, 3 * Slices.SLICE, 1_000_000})
  void aBodyInMemoryIsPostedWhole(int length) throws Exception {
    byte[] bytes = new byte[length + 10];
    new Random(length).nextBytes(bytes);
    Body body = new Body("text/plain", length, new Body.Bytes(ByteBuffer.wrap(bytes, 0, length)));
    assertEquals(new Outcome.Accepted(200), courier.carry(post(sink.url("/"), LONG, body)));
    SinkRequest request = sink.take(PATIENCE);
    assertEquals(Integer.toString(length), request.header("content-length").orElseThrow());
    assertArrayEquals(Arrays.copyOf(bytes, length), request.body());
  }

  @Test
  void aFaultInOurOwnStoreIsNotTheEndpoints() {
    Body broken =
        new Body(
            "text/plain",
            1_000_000,
            () ->
                new InputStream() {
                  @Override
                  public int read() throws IOException {
                    throw new IOException("the disk is gone");
                  }

                  @Override
                  public int read(byte[] bytes, int offset, int length) throws IOException {
                    throw new IOException("the disk is gone");
                  }
                });
    assertThrows(IOException.class, () -> courier.carry(post(sink.url("/"), LONG, broken)));
  }

  private static Outcome.Deferred deferred(Outcome outcome) {
    return assertInstanceOf(Outcome.Deferred.class, outcome);
  }

  private Outcome carry(Duration timeout) throws IOException {
    return courier.carry(post(sink.url("/hook"), timeout, HELLO));
  }

  private Courier.Post post(Endpoint endpoint, Body body) {
    return new Courier.Post(endpoint, endpoint.url(), "01abc-1", 1, false, body);
  }

  private Courier.Post post(URI url, Duration timeout, Body body) {
    Endpoint endpoint =
        new Endpoint(
            "desk",
            url,
            null,
            Dialect.of(Format.FORM),
            Authentication.NONE,
            List.of(),
            exchange(timeout));
    return new Courier.Post(endpoint, url, "01abc-1", 1, false, body);
  }

  private Endpoint endpoint(
      Duration timeout, Authorization authorization, List<Secret> signingKeys) {
    return new Endpoint(
        "desk",
        sink.url("/hook"),
        null,
        Dialect.of(Format.FORM),
        new Authentication(authorization, null, null),
        signingKeys,
        exchange(timeout));
  }

  private static Exchange exchange(Duration timeout) {
    return new Exchange(timeout, null, null, true);
  }

  private static Body body(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return new Body("text/plain", bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  private static Secret secret(String value) {
    return new Secret() {
      @Override
      public String value() {
        return value;
      }

      @Override
      public String name() {
        return "a test's";
      }
    };
  }
}
