package io.postern.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LiveCertificateTest {
  private static final String HOST = "mx.example.com";
  private static final Certificates.Made FIRST = Certificates.ec(HOST);
  private static final Certificates.Made SECOND = Certificates.rsa(HOST, 2048);

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-11-22T06:00:00Z");
  private LiveCertificate live;

  @BeforeEach
  void open() {
    live = live(Settings.files(HOST, folder.resolve("certificate.pem"), folder.resolve("key.pem")));
  }

  @Test
  void hasNoneWhenThereNeverWasAGoodOne() throws IOException {
    assertTrue(live.engine().isEmpty());
    live.start();
    assertTrue(live.engine().isEmpty());
    assertNull(live.state().identity());
    assertTrue(live.state().ending(now).isEmpty());
    assertTrue(live.state().stale());
    assertEquals(2, live.state().problems().size());
    write(FIRST.certificatePem(), FIRST.keyPem());
    live.look();
    live.look();
    assertShows(FIRST);
    assertFalse(live.state().stale());
    assertEquals(List.of(), live.state().problems());
  }

  @Test
  void takesNewFilesOnceTheyWereStillForTwoLooks() throws IOException {
    write(FIRST.certificatePem(), FIRST.keyPem());
    live.start();
    assertShows(FIRST);
    Instant end = FIRST.certificate().getNotAfter().toInstant();
    assertEquals(89, live.state().identity().daysLeft(end.minus(Duration.ofHours(90 * 24 - 1))));
    Files.writeString(folder.resolve("certificate.pem"), SECOND.certificatePem());
    live.look();
    Files.writeString(folder.resolve("key.pem"), SECOND.keyPem());
    live.look();
    assertShows(FIRST);
    assertEquals(List.of(), live.state().problems(), "half a change is no problem yet");
    live.look();
    assertShows(SECOND);
    assertFalse(live.state().stale());
  }

  @Test
  void keepsTheOneInForceWhenTheNewFilesAreBroken() throws IOException {
    write(FIRST.certificatePem(), FIRST.keyPem());
    live.start();
    for (String broken : List.of("", SECOND.keyPem(), "-----BEGIN PRIVATE KEY-----\n")) {
      write(FIRST.certificatePem(), broken);
      live.look();
      live.look();
      assertShows(FIRST);
      assertTrue(live.state().stale());
      assertEquals(1, live.state().problems().size());
      assertEquals(
          folder.resolve("key.pem").toString(), live.state().problems().getFirst().place().file());
    }
    Files.delete(folder.resolve("key.pem"));
    live.look();
    live.look();
    assertShows(FIRST);
    write(SECOND.certificatePem(), SECOND.keyPem());
    live.look();
    live.look();
    assertShows(SECOND);
    assertFalse(live.state().stale());
    assertEquals(List.of(), live.state().problems());
  }

  @Test
  void followsSymbolicLinks() throws IOException {
    write(FIRST.certificatePem(), FIRST.keyPem());
    Path next = Files.createDirectory(folder.resolve("next"));
    Files.writeString(next.resolve("certificate.pem"), SECOND.certificatePem());
    Files.writeString(next.resolve("key.pem"), SECOND.keyPem());
    live.start();
    for (String name : List.of("certificate.pem", "key.pem")) {
      Files.delete(folder.resolve(name));
      Files.createSymbolicLink(folder.resolve(name), next.resolve(name));
    }
    live.look();
    live.look();
    assertShows(SECOND);
  }

  @Test
  void offersOnlyWhatIsSound() throws IOException {
    write(FIRST.certificatePem(), FIRST.keyPem());
    live.start();
    SSLEngine engine = live.engine().orElseThrow();
    assertFalse(engine.getUseClientMode());
    assertFalse(engine.getNeedClientAuth() || engine.getWantClientAuth());
    assertEquals(List.of("TLSv1.3", "TLSv1.2"), List.of(engine.getEnabledProtocols()));
    List<String> suites = List.of(engine.getEnabledCipherSuites());
    assertTrue(suites.contains("TLS_AES_256_GCM_SHA384"));
    assertTrue(suites.contains("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
    assertTrue(suites.contains("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"));
    assertTrue(
        suites.indexOf("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")
            > suites.indexOf("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
    for (String suite : suites) {
      assertFalse(
          suite.matches("TLS_(RSA|ECDH|DHE|DH)_.*|.*_(anon|NULL|RC4|3DES|MD5)_.*|.*_SHA"), suite);
    }
    assertNotEquals(engine, live.engine().orElseThrow());
  }

  @Test
  void makesOneThatOnlyTheGatewayMayReadAndKeepsIt() throws IOException {
    Settings settings = Settings.selfMade(HOST, folder);
    live = live(settings);
    live.start();
    Identity made = live.state().identity();
    assertEquals(List.of(HOST), made.names());
    assertEquals(List.of(), live.state().problems());
    assertTrue(live.engine().isPresent());
    assertEquals("CN=" + HOST, made.own().getSubjectX500Principal().getName());
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(settings.certificate())));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(settings.certificate()), files.toList(), "nothing else is left");
    }
    LiveCertificate again = live(settings);
    again.start();
    assertEquals(made.own(), again.state().identity().own());
    again.look();
    assertEquals(made.own(), again.state().identity().own());
  }

  @Test
  void makesAnewWhatEndsSoonIsForAnotherHostOrIsBroken() throws IOException {
    Settings settings = Settings.selfMade(HOST, folder);
    Files.writeString(settings.certificate(), FIRST.certificatePem() + FIRST.keyPem());
    live = live(settings);
    live.start();
    assertShows(FIRST);
    now = FIRST.certificate().getNotAfter().toInstant().minus(Duration.ofDays(31));
    live.look();
    assertShows(FIRST);
    now = now.plus(Duration.ofDays(2));
    live.look();
    Identity renewed = live.state().identity();
    assertNotEquals(FIRST.certificate(), renewed.own());
    assertTrue(live.engine().isPresent());
    assertTrue(
        new SelfSigned(Settings.selfMade("mail.example.com", folder), new Random(5))
            .isDue(renewed, Instant.EPOCH));
    Files.writeString(settings.certificate(), "junk");
    live(settings).start();
    assertTrue(Files.readString(settings.certificate()).contains("BEGIN PRIVATE KEY"));
  }

  @Test
  void goesOnWithoutOneWhenNoneCanBeMadeAndTriesAgainLater() throws IOException {
    Path state = folder.resolve("state");
    live = live(Settings.selfMade(HOST, state));
    live.start();
    assertTrue(live.engine().isEmpty());
    String problem = live.state().problems().getFirst().toString();
    assertTrue(problem.contains("no certificate could be made"), problem);
    assertTrue(problem.contains("smtp.tls.certificate"), problem);
    Files.createDirectory(state);
    live.look();
    assertTrue(live.engine().isEmpty(), "not at every turn of the crank");
    now = now.plus(Duration.ofHours(2));
    live.look();
    assertTrue(live.engine().isPresent());
    assertEquals(List.of(), live.state().problems());
  }

  private LiveCertificate live(Settings settings) {
    return new LiveCertificate(settings, () -> now, new Random(5));
  }

  private void write(String certificate, String key) throws IOException {
    Files.writeString(folder.resolve("certificate.pem"), certificate);
    Files.writeString(folder.resolve("key.pem"), key);
  }

  private void assertShows(Certificates.Made made) {
    assertEquals(made.certificate(), live.state().identity().own());
    assertSame(made.certificate().getClass(), live.state().identity().own().getClass());
    assertTrue(live.engine().isPresent());
    assertTrue(Arrays.asList(live.engine().get().getEnabledProtocols()).contains("TLSv1.3"));
  }
}
