package io.postern.delivery;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Ids;
import io.postern.mail.Mail;
import io.postern.mail.Message;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.mime.ParsedMail;
import io.postern.settings.Secret;
import io.postern.webhook.Body;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Payload;
import io.postern.webhook.Signature;
import io.postern.webhook.Target;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Posts a sample mail, marked as one, to an endpoint as a delivery would be posted, and tells what
/// came of it. It has no queue and leaves no trace in one.
public final class Rehearsal {
  /// The length of a key that nobody knows.
  private static final int FORGED_BYTES = 32;

  private final HttpCourier courier;
  private final Payload.Gateway gateway;
  private final Instant now;
  private final Ids ids;
  private final RandomGenerator chance;

  private Rehearsal(
      HttpCourier courier, Payload.Gateway gateway, Instant now, RandomGenerator chance) {
    this.courier = courier;
    this.gateway = gateway;
    this.now = now;
    this.ids = new Ids(InstantSource.fixed(now), chance);
    this.chance = chance;
  }

  /// What was posted, and what came of it.
  ///
  /// @param requestLine method and URL
  /// @param headers name, colon and value; what proves us is not shown
  /// @param bodyBytes the length of the body
  /// @param signature what checking the signature with the endpoint's keys came to
  /// @param outcome what a delivery would make of the answer
  /// @param elapsed how long it took
  public record Report(
      String requestLine,
      List<String> headers,
      long bodyBytes,
      String signature,
      Outcome outcome,
      Duration elapsed) {}

  /// Makes one post to the endpoint's URL.
  ///
  /// @param endpoint whose
  /// @param gateway who we are
  /// @param settings which codes refuse the request itself, and which addresses are allowed
  /// @param world the time and chance, for ids
  /// @throws IOException when the post can't be made, such as for a secret that can't be read
  public static Report hold(
      Endpoint endpoint, Payload.Gateway gateway, Settings settings, Given world)
      throws IOException {
    // One instant for all: what is shown is signed as what is sent.
    Instant now = world.clock().instant();
    try (HttpCourier courier =
        new HttpCourier(
            InstantSource.fixed(now), settings.permanentFailures(), settings.privateAllowed())) {
      return new Rehearsal(courier, gateway, now, world.chance()).hold(endpoint);
    }
  }

  /// Connects to the target's URL, with TLS where it asks for that, and posts nothing.
  ///
  /// @param settings which addresses are allowed
  /// @return what a delivery would be told; empty when there is a connection
  public static Optional<String> reach(Target target, Settings settings, InstantSource clock) {
    try (HttpCourier courier =
        new HttpCourier(clock, settings.permanentFailures(), settings.privateAllowed())) {
      return courier.reach(target);
    }
  }

  /// The same endpoint with keys that nobody knows: a post to it should be refused.
  ///
  /// @param chance draws them
  /// @return empty when its posts are not signed
  public static Optional<Endpoint> forged(Endpoint endpoint, RandomGenerator chance) {
    Authentication real = endpoint.authentication();
    boolean isSigned = !endpoint.signingKeys().isEmpty();
    if (!isSigned && real.signingKey() == null) {
      return Optional.empty();
    }
    byte[] key = new byte[FORGED_BYTES];
    chance.nextBytes(key);
    Secret unknown = new Drawn("whsec_" + Base64.getEncoder().encodeToString(key));
    return Optional.of(
        new Endpoint(
            endpoint.rule(),
            endpoint.url(),
            endpoint.backupUrl(),
            endpoint.dialect(),
            new Authentication(
                real.authorization(), real.keyField(), real.signingKey() == null ? null : unknown),
            isSigned ? List.of(unknown) : List.of(),
            endpoint.exchange()));
  }

  /// A key that was drawn just now.
  private static final class Drawn implements Secret {
    private final String value;

    Drawn(String value) {
      this.value = value;
    }

    @Override
    public String value() {
      return value;
    }

    @Override
    public String name() {
      return "a key that nobody knows";
    }
  }

  /// What comes from outside.
  ///
  /// @param clock the time
  /// @param chance for ids
  public record Given(InstantSource clock, RandomGenerator chance) {}

  private Report hold(Endpoint endpoint) throws IOException {
    Mail mail = sample(endpoint.rule());
    String delivery = mail.id() + "-1";
    Payload payload =
        new Payload(
            delivery,
            endpoint.rule(),
            mail.envelope().recipients().getFirst(),
            mail,
            ParsedMail.parse(mail.message()),
            gateway);
    Body body = endpoint.dialect().body(payload, endpoint.authentication().proof(now, chance));
    Courier.Post post = new Courier.Post(endpoint, endpoint.url(), delivery, 1, false, body);
    HttpRequest request = courier.prepared(post);
    long start = System.nanoTime();
    Outcome outcome = courier.carry(post);
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    return new Report(
        "POST " + endpoint.url(),
        shown(request),
        body.length(),
        checked(request, post),
        outcome,
        elapsed);
  }

  private Mail sample(String rule) {
    Domain host = new Domain(gateway.hostName());
    Address sender = new Address("postern-test", host);
    Address recipient = new Address("test", host);
    String id = ids.next();
    Envelope envelope =
        new Envelope(
            ids.next(),
            new Peer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), host.ascii(), true, ""),
            new ReversePath.Of(sender),
            List.of(recipient),
            now,
            false);
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC));
    String text =
        """
        From: Postern <%s>
        To: <%s>
        Subject: Test of the endpoint %s
        Date: %s
        Message-ID: <%s@%s>
        X-Postern-Test: yes
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8

        This is no real mail: an operator tries the endpoint of the rule %s.
        """
            .formatted(sender.text(), recipient.text(), rule, date, id, host.ascii(), rule);
    return new Mail(
        id, envelope, new Sample(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
  }

  /// A message in memory.
  private static final class Sample implements Message {
    private final byte[] bytes;

    Sample(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open(long offset) {
      return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
    }
  }

  private static List<String> shown(HttpRequest request) {
    List<String> shown = new ArrayList<>();
    request
        .headers()
        .map()
        .forEach(
            (name, values) ->
                values.forEach(
                    value ->
                        shown.add(
                            name
                                + ": "
                                + (name.equals("authorization")
                                    ? value.substring(0, value.indexOf(' ')) + " (not shown)"
                                    : value))));
    return shown;
  }

  /// Signs anew with each key alone, as a receiver does that knows but one of them.
  private String checked(HttpRequest request, Courier.Post post) throws IOException {
    List<Secret> keys = post.target().signingKeys();
    if (keys.isEmpty()) {
      return "not signed: the rule has no key under sign";
    }
    String sent = request.headers().firstValue("webhook-signature").orElse("");
    List<String> each = List.of(sent.split(" ", -1));
    for (Secret key : keys) {
      String expected =
          Signature.header(
              List.of(Signature.key(key.value())),
              post.delivery(),
              now.getEpochSecond(),
              post.body());
      if (!each.contains(expected)) {
        return "WRONG: the signature does not fit the key " + key.name();
      }
    }
    return keys.size() == 1 ? "fits the rule's key" : "fits each of " + keys.size() + " keys";
  }
}
