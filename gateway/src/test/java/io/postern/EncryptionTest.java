package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.journal.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Encryption at the door of a whole gateway.
@Timeout(180)
final class EncryptionTest extends GatewayCase {
  private static final Certificates.Made MADE = Certificates.ec("mx.example.com");

  @BeforeEach
  void prepare() throws IOException {
    gateway.rule("desk", sink.url("/desk"));
    gateway.tls("{ certificate: own.pem, key: own.key }");
    write(MADE);
  }

  @Test
  void theReceivedLineSaysThatTheMailCameEncrypted() throws Exception {
    gateway.start();
    assertTrue(deliver(MADE).startsWith("250 2.0.0 "));
    String posted = sink.take(TestGateway.PATIENCE).text();
    assertTrue(posted.contains("with ESMTPS id "), posted);
    assertTrue(gateway.deliver(Mails.plain(), "desk@in.example.com").startsWith("250 2.0.0 "));
    assertTrue(sink.take(TestGateway.PATIENCE).text().contains("with ESMTP id "));
  }

  @Test
  void aDomainThatWantsEncryptionGetsNoMailInClearText() throws Exception {
    gateway.tls("{ certificate: own.pem, key: own.key, required-for: [in.example.com] }");
    gateway.set("postmaster: desk").start();
    try (RawSmtp client = RawSmtp.greeted(gateway.smtp())) {
      client.ask("MAIL FROM:<ann@sender.example>", "250");
      client.ask("RCPT TO:<desk@in.example.com>", "530 5.7.0 must issue a STARTTLS command first");
      client.ask("RCPT TO:<nobody@in.example.com>", "530 5.7.0 ");
      // Whoever can't encrypt must be able to say so (spec 1.2).
      client.ask("RCPT TO:<postmaster@in.example.com>", "250");
      client.ask("RCPT TO:<nobody@a.sub.example.com>", "550 5.1.1 ");
    }
    assertEquals(
        "not encrypted",
        gateway
            .await(Status.DENIED, row -> row.arrival().to().equals("desk@in.example.com"))
            .reason());
    assertTrue(deliver(MADE).startsWith("250 2.0.0 "));
  }

  @Test
  void aNewCertificateIsTakenAndABrokenOneReported() throws Exception {
    gateway.start();
    Certificates.Made next = Certificates.ec("mx.example.com");
    write(next);
    gateway.gateway().reload();
    assertTrue(deliver(next).startsWith("250 2.0.0 "));
    assertThrows(SSLHandshakeException.class, () -> deliver(MADE));
    assertFalse(health().body().contains("certificate"), health().body());

    Files.writeString(folder.resolve("own.key"), MADE.keyPem());
    gateway.gateway().reload();
    assertTrue(deliver(next).startsWith("250 2.0.0 "));
    HttpResponse<String> health = health();
    assertTrue(health.body().contains("own.key: the key is not that of"), health.body());
    assertEquals(200, health.statusCode(), "mail flows");
    assertTrue(gateway.gateway().certificate().orElseThrow().stale());
  }

  @Test
  void healthTellsThatTheCertificateEndsSoon() throws Exception {
    write(
        Certificates.ec(
            "mx.example.com",
            FakeClock.START.minus(Duration.ofDays(80)),
            FakeClock.START.plus(Duration.ofDays(10))));
    gateway.start();
    assertTrue(health().body().contains("the certificate in force ends in 9 days; renew it"));
    gateway.clock.tick(Duration.ofDays(12));
    assertTrue(health().body().contains("the certificate in force has ended; renew it"));
  }

  @Test
  void aConfiguredCertificateThatCannotBeUsedStopsTheStart() throws IOException {
    Files.writeString(folder.resolve("own.key"), "no key");
    IOException refused = assertThrows(IOException.class, () -> gateway.start());
    assertEquals(
        folder + "/own.key: no private key; name the PEM file that has -----BEGIN PRIVATE KEY-----",
        refused.getMessage());
  }

  @Test
  void withoutACertificateOneIsMadeAndWithoutEncryptionNone() throws Exception {
    gateway.tls("{ enabled: true }").start();
    Path file = gateway.database().resolveSibling("self-signed.pem");
    X509Certificate made =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    assertTrue(deliver(new Certificates.Made(made, null)).startsWith("250 2.0.0 "));
    gateway.close();
    gateway.tls("{ enabled: false }").start();
    try (RawSmtp client = RawSmtp.connect(gateway.smtp())) {
      client.expect("220");
      assertFalse(client.ask("EHLO peer.example.net", "250").contains("STARTTLS"));
      client.ask("STARTTLS", "502 5.5.1 ");
    }
  }

  private void write(Certificates.Made made) throws IOException {
    Files.writeString(folder.resolve("own.pem"), made.certificatePem());
    Files.writeString(folder.resolve("own.key"), made.keyPem());
  }

  /// Sends one mail over TLS, trusting only the certificate given.
  private String deliver(Certificates.Made trusted) throws IOException {
    try (RawSmtp client = RawSmtp.greeted(gateway.smtp())) {
      client.startTls(trusted.trusting());
      client.ask("EHLO peer.example.net", "250");
      return client.mail("ann@sender.example", List.of("desk@in.example.com"), Mails.plain());
    }
  }

  private HttpResponse<String> health() throws Exception {
    int port = gateway.gateway().consoleAddress().orElseThrow().getPort();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build(),
          BodyHandlers.ofString());
    }
  }
}
