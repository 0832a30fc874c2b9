package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.FakeClock;
import io.postern.fixture.WebhookSink;
import io.postern.settings.CertificateFile;
import io.postern.webhook.Body;
import io.postern.webhook.Dialect;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Exchange;
import io.postern.webhook.Format;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whom the courier believes to be the endpoint.
final class TrustTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final HttpCourier courier = new HttpCourier(clock, Set.of(), true);

  @AfterEach
  void stop() {
    courier.close();
  }

  @Test
  void takesNoCertificateThatNobodyVouchesFor() throws Exception {
    try (WebhookSink sink = sink(Certificates.ec("localhost"))) {
      assertTls(carry(sink, null), "unable to find valid certification path");
      assertEquals(0, sink.requests().size());
    }
  }

  @Test
  void takesTheOneThatTheRulesAuthorityVouchesFor() throws Exception {
    Certificates.Made made = Certificates.ec("localhost");
    try (WebhookSink sink = sink(made)) {
      assertEquals(new Outcome.Accepted(200), carry(sink, ca(made)));
      assertTls(carry(sink, null), "unable to find valid certification path");
    }
  }

  @Test
  void takesNoOtherAuthorityThanTheRules() throws Exception {
    try (WebhookSink sink = sink(Certificates.ec("localhost"))) {
      assertTls(carry(sink, ca(Certificates.ec("ca.example.com"))), "certification path");
    }
  }

  @Test
  void takesNoCertificateOfAnotherHost() throws Exception {
    Certificates.Made made = Certificates.ec("other.example.com");
    try (WebhookSink sink = sink(made)) {
      assertTls(carry(sink, ca(made)), "No subject alternative DNS name matching localhost found");
      assertEquals(0, sink.requests().size());
    }
  }

  @Test
  void readsTheFileAnewWhenItChanges() throws Exception {
    Certificates.Made before = Certificates.ec("localhost");
    Certificates.Made after = Certificates.ec("localhost");
    CertificateFile ca = ca(before);
    try (WebhookSink old = sink(before);
        WebhookSink renewed = sink(after)) {
      assertEquals(new Outcome.Accepted(200), carry(old, ca));
      assertTls(carry(renewed, ca), "");
      Files.writeString(ca.path(), before.certificatePem() + after.certificatePem());
      // Clocks of file systems are coarse; nobody renews within a tick of the first use.
      Files.setLastModifiedTime(ca.path(), FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
      assertEquals(new Outcome.Accepted(200), carry(renewed, ca));
      assertEquals(new Outcome.Accepted(200), carry(old, ca));
    }
  }

  @Test
  void anAuthorityCountsOnlyWhileItIsInForce() throws Exception {
    Instant now = clock.instant();
    Certificates.Made made =
        Certificates.ec("localhost", now.minusSeconds(60), now.plusSeconds(60));
    CertificateFile ca = ca(made);
    try (WebhookSink sink = sink(made)) {
      assertEquals(new Outcome.Accepted(200), carry(sink, ca));
      clock.tick(Duration.ofSeconds(62));
      Outcome.NotMade ended = assertInstanceOf(Outcome.NotMade.class, carry(sink, ca));
      assertTrue(ended.reason().contains("is in force: the first is from "), ended.reason());
      Files.writeString(
          ca.path(), made.certificatePem() + Certificates.ec("localhost").certificatePem());
      assertTls(carry(sink, ca), "");
      clock.tick(Duration.ofDays(-1));
      try (HttpCourier early = new HttpCourier(clock, Set.of(), true)) {
        assertInstanceOf(Outcome.NotMade.class, early.carry(post(sink.url("/"), ca(made))));
      }
      assertEquals(1, sink.requests().size());
    }
  }

  @Test
  void aFileThatIsGoneIsOurFaultAndNotTheEndpoints() throws Exception {
    Certificates.Made made = Certificates.ec("localhost");
    CertificateFile ca = ca(made);
    try (WebhookSink sink = sink(made)) {
      Files.delete(ca.path());
      Outcome.NotMade gone = assertInstanceOf(Outcome.NotMade.class, carry(sink, ca));
      assertTrue(gone.reason().startsWith("ca: the file " + ca.path()), gone.reason());
      Files.writeString(ca.path(), made.certificatePem());
      assertEquals(new Outcome.Accepted(200), carry(sink, ca));
      Files.delete(ca.path());
      assertInstanceOf(Outcome.NotMade.class, carry(sink, ca));
    }
  }

  private static void assertTls(Outcome outcome, String words) {
    Outcome.Deferred deferred = assertInstanceOf(Outcome.Deferred.class, outcome);
    assertTrue(
        deferred.reason().startsWith("TLS: ") && deferred.reason().contains(words),
        deferred.reason());
  }

  private CertificateFile ca(Certificates.Made made) throws IOException {
    return new CertificateFile(Files.writeString(folder.resolve("ca.pem"), made.certificatePem()));
  }

  private Outcome carry(WebhookSink sink, @Nullable CertificateFile ca) throws IOException {
    return courier.carry(post(sink.url("/hook"), ca));
  }

  /// A post of two bytes.
  static Courier.Post post(URI url, @Nullable CertificateFile ca) {
    Endpoint endpoint =
        new Endpoint(
            "desk",
            url,
            null,
            Dialect.of(Format.FORM),
            Authentication.NONE,
            List.of(),
            new Exchange(LONG, ca, null, true));
    Body body = new Body("text/plain", 2, () -> new ByteArrayInputStream(new byte[] {'h', 'i'}));
    return new Courier.Post(endpoint, url, "01abc-1", 1, false, body);
  }

  /// A receiver under the name `localhost` that shows this certificate.
  static WebhookSink sink(Certificates.Made made) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "sink", made.privateKey(), new char[0], new Certificate[] {made.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return WebhookSink.start(context);
  }
}
