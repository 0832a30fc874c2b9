package io.postern.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.NeedsProgram;
import io.postern.fixture.Program;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every format of a key, and every way in which two files can be wrong. The tool openssl makes
/// what it is known to make; where it isn't installed those tests are skipped.
final class CertificateFilesTest {
  private static final String HOST = "mx.example.com";
  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");

  @TempDir Path folder;

  @Test
  void readsACertificateAndAKeyOfPkcs8() throws IOException {
    var made = Certificates.ec(HOST);
    Identity identity = good(made.certificatePem(), made.keyPem());
    assertEquals(List.of(HOST), identity.names());
    assertEquals(made.certificate().getNotAfter().toInstant(), identity.notAfter());
    assertEquals(0, identity.daysLeft(identity.notAfter().minusSeconds(1)));
    assertEquals(-1, identity.daysLeft(identity.notAfter().plusSeconds(1)));
    assertEquals(5, identity.daysLeft(identity.notAfter().minus(Duration.ofHours(143))));
    assertEquals(Optional.empty(), identity.ending(identity.notAfter().minus(Duration.ofDays(14))));
    assertEquals(
        Optional.of("ends in 13 days"),
        identity.ending(identity.notAfter().minus(Duration.ofDays(14)).plusSeconds(1)));
    assertEquals(Optional.of("has ended"), identity.ending(identity.notAfter().plusSeconds(1)));
  }

  @Test
  void readsAnRsaKeyAsPkcs1HasIt() throws IOException {
    var made = Certificates.rsa(HOST, 2048);
    byte[] pkcs8 = made.privateKey().getEncoded();
    // The key is all that follows the 26 bytes of envelope that every RSA key of this size has.
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    good(made.certificatePem(), Certificates.pem("RSA PRIVATE KEY", pkcs1));
  }

  @Test
  void readsBothFromOneFileInAnyOrder() throws IOException {
    var made = Certificates.ec(HOST);
    for (String text :
        List.of(made.certificatePem() + made.keyPem(), made.keyPem() + made.certificatePem())) {
      Path file = Files.writeString(folder.resolve("both.pem"), text);
      Problems problems = new Problems();
      assertTrue(read(Settings.files(HOST, file, file), problems).isPresent());
      assertEquals(List.of(), problems.sorted());
    }
  }

  @Test
  void overlooksTextBesideTheBlocksAndWindowsLineEnds() throws IOException {
    var made = Certificates.ec(HOST);
    good(
        "Bag Attributes\n  friendlyName: größe\n" + made.certificatePem().replace("\n", "\r\n"),
        "# mine\r\n" + made.keyPem().replace("\n", "\r\n") + "\r\n");
  }

  @ParameterizedTest
  @NeedsProgram("openssl")
  @ValueSource(
      strings = {
        "genrsa -traditional 2048",
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072",
        "ecparam -name prime256v1 -genkey",
        "ecparam -name prime256v1 -genkey -noout",
        "ecparam -name secp384r1 -genkey -noout",
        "ecparam -name secp521r1 -genkey -noout",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "genpkey -algorithm ED25519"
      })
  void readsEveryKeyThatOpensslMakes(String command) throws Exception {
    String key = openssl(command);
    Problems problems = new Problems();
    Optional<Identity> identity = read(write(certificate(key), key), problems);
    assertFalse(problems.hasErrors(), () -> problems.sorted().toString());
    new ServerTls(identity.orElseThrow()).engine();
  }

  @ParameterizedTest
  @NeedsProgram("openssl")
  @ValueSource(
      strings = {
        "genrsa -traditional -aes128 -passout pass:secret 2048",
        "genpkey -algorithm ED25519 -aes128 -pass pass:secret"
      })
  void refusesAnEncryptedKeyAndTellsHowToDecryptIt(String command) throws Exception {
    String text = only(bad(Certificates.ec(HOST).certificatePem(), openssl(command)));
    assertTrue(text.startsWith(folder + "/key.pem:1:1: the key is encrypted; "), text);
    assertTrue(text.contains("openssl pkey -in key.pem -out new.key"), text);
  }

  @Test
  void refusesAKeyThatIsTooWeakForJavaOrForTheDay() throws IOException {
    var made = Certificates.rsa(HOST, 1024);
    String text = only(bad(made.certificatePem(), made.keyPem()));
    assertTrue(text.contains("key.pem:1:1: an RSA key of 1024 bits is too weak"), text);
  }

  @ParameterizedTest
  @NeedsProgram("openssl")
  @ValueSource(strings = {"ecparam -name secp256k1 -genkey -noout", "genpkey -algorithm X25519"})
  void refusesAKeyThatTlsHasNoUseFor(String command) throws Exception {
    String text = only(bad(Certificates.ec(HOST).certificatePem(), openssl(command)));
    assertTrue(text.contains("key.pem:1:1: not a key that can be used; RSA, EC ("), text);
  }

  @Test
  void refusesTheKeyOfAnotherCertificate() throws IOException {
    var made = Certificates.ec(HOST);
    for (var other : List.of(Certificates.ec("other.example.com"), Certificates.rsa(HOST, 2048))) {
      assertEquals(
          folder
              + "/key.pem: the key is not that of the certificate in "
              + folder
              + "/certificate.pem; name the two that were made together",
          only(bad(made.certificatePem(), other.keyPem())));
    }
  }

  @Test
  void tellsWhichCertificateOfAChainTheKeyBelongsTo() throws IOException {
    var own = Certificates.ec(HOST);
    var other = Certificates.ec("other.example.com");
    assertEquals(
        folder
            + "/certificate.pem: the key belongs to certificate 2 of this file; write that one"
            + " first",
        only(bad(other.certificatePem() + own.certificatePem(), own.keyPem())));
  }

  @Test
  void warnsOfAChainOutOfOrder() throws IOException {
    var own = Certificates.ec(HOST);
    String text =
        only(
            warned(
                own.certificatePem() + Certificates.ec("other.example.com").certificatePem(),
                own.keyPem()));
    assertTrue(text.contains("certificate 2 of this file did not issue the one before it"), text);
  }

  @Test
  void warnsOfACertificateThatDoesNotHoldNowOrIsForAnotherHost() throws IOException {
    var old = Certificates.ec(HOST, NOW.minusSeconds(9), NOW.minusSeconds(5));
    String text = only(warned(old.certificatePem(), old.keyPem()));
    assertTrue(
        text.endsWith(
            ": warning: the certificate has expired on " + NOW.minusSeconds(5) + "; renew it"),
        text);
    var next = Certificates.ec(HOST, NOW.plusSeconds(5), NOW.plusSeconds(9));
    text = only(warned(next.certificatePem(), next.keyPem()));
    assertTrue(text.contains("the certificate is not valid before " + NOW.plusSeconds(5)), text);
    var other = Certificates.ec("other.example.com");
    text = only(warned(other.certificatePem(), other.keyPem()));
    assertTrue(
        text.endsWith(
            "is for [other.example.com], and not for mx.example.com; have it"
                + " issued for that name too"),
        text);
  }

  @Test
  void knowsWildcardsForOneLabelOnly() throws IOException {
    var wild = Certificates.ec("*.example.com");
    Identity identity = good(wild.certificatePem(), wild.keyPem());
    assertTrue(identity.isFor("mx.example.com"));
    assertFalse(identity.isFor("a.mx.example.com"));
    assertFalse(identity.isFor("example.com"));
  }

  @Test
  void tellsWhatElseStandsInTheFile() throws IOException {
    var made = Certificates.ec(HOST);
    assertEquals(
        folder
            + "/certificate.pem: no certificate; name the PEM file that has"
            + " -----BEGIN CERTIFICATE-----",
        only(bad("", made.keyPem())));
    assertEquals(
        folder
            + "/key.pem: no private key; name the PEM file that has"
            + " -----BEGIN PRIVATE KEY-----",
        only(bad(made.certificatePem(), made.certificatePem())));
    assertTrue(
        only(bad(Certificates.pem("CERTIFICATE REQUEST", new byte[9]), made.keyPem()))
            .contains("a request for a certificate; name the file with what"));
    assertTrue(
        only(bad("0\u0082\u0001", made.keyPem())).contains("a binary file, not PEM; convert"));
    assertTrue(
        only(bad(made.certificatePem(), made.keyPem() + Certificates.ec("b.example").keyPem()))
            .contains(
                "key.pem:%d:1: a second private key; leave"
                    .formatted(1 + made.keyPem().lines().count())));
  }

  @Test
  void tellsTheLineOfWhatIsBroken() throws IOException {
    var made = Certificates.ec(HOST);
    String text = made.certificatePem();
    assertTrue(
        only(bad(text.substring(0, text.length() - 20), made.keyPem()))
            .contains(" the block that begins in line 1 is not ended; the file was cut off"));
    assertTrue(
        only(bad(text.substring(0, text.indexOf("-----END")), made.keyPem()))
            .contains("certificate.pem:1:1: this block has no end; the file was cut off"));
    assertTrue(
        only(bad("\n" + text.replaceFirst("\n.", "\n<"), made.keyPem()))
            .contains("certificate.pem:3:1: this is not base64; "));
    assertTrue(
        only(bad(text + text.replaceFirst("-----END.*\n", "") + text, made.keyPem()))
            .contains(" is not ended; "));
    assertTrue(
        only(bad(text.replaceFirst("\n(.{30}).*", "\n$1"), made.keyPem()))
            .contains("certificate.pem:1:1: "));
    assertTrue(
        only(bad(Certificates.pem("CERTIFICATE", new byte[99]), made.keyPem()))
            .contains("certificate.pem:1:1: this is not a certificate; "));
    assertTrue(
        only(bad(text, Certificates.pem("EC PRIVATE KEY", new byte[] {48, (byte) 0x84, 1, 1, 1})))
            .contains("key.pem:1:1: not a key that can be used"));
  }

  @Test
  void tellsWhichFileCannotBeRead() throws IOException {
    var made = Certificates.ec(HOST);
    Settings settings = write(made.certificatePem(), made.keyPem());
    Files.delete(settings.key());
    Problems problems = new Problems();
    assertTrue(read(settings, problems).isEmpty());
    assertEquals(
        folder + "/key.pem: can't be read: there is no such file; create it, or correct the path",
        only(problems.sorted()));
    Files.createDirectory(settings.key());
    problems = new Problems();
    read(settings, problems);
    assertEquals(folder + "/key.pem: not a regular file; name a file", only(problems.sorted()));
    Files.delete(settings.key());
    Files.write(settings.key(), new byte[300_000]);
    problems = new Problems();
    read(settings, problems);
    assertEquals(folder + "/key.pem: larger than 256KB; name a PEM file", only(problems.sorted()));
  }

  @Test
  void saysNeverWhatAKeyIs() throws IOException {
    var made = Certificates.ec(HOST);
    Settings settings = write(made.certificatePem(), made.keyPem());
    String secret = made.keyPem().lines().toList().get(1);
    assertFalse(Contents.of(settings).toString().contains(secret));
    assertFalse(read(settings, new Problems()).orElseThrow().toString().contains(secret));
  }

  private static String openssl(String arguments) throws Exception {
    return Program.run("openssl", arguments.split(" ")).expect(0).text();
  }

  private String certificate(String key) throws Exception {
    Path file = Files.writeString(folder.resolve("for-request.key"), key);
    return openssl(
        "req -x509 -new -days 9 -subj /CN=mx.example.com -addext subjectAltName=DNS:mx.example.com"
            + " -key "
            + file);
  }

  private Settings write(String certificate, String key) throws IOException {
    return Settings.files(
        HOST,
        Files.writeString(folder.resolve("certificate.pem"), certificate, ISO_8859_1),
        Files.writeString(folder.resolve("key.pem"), key));
  }

  private Identity good(String certificate, String key) throws IOException {
    Problems problems = new Problems();
    Optional<Identity> identity = read(write(certificate, key), problems);
    assertEquals(List.of(), problems.sorted());
    return identity.orElseThrow();
  }

  private List<Problem> warned(String certificate, String key) throws IOException {
    Problems problems = new Problems();
    assertTrue(read(write(certificate, key), problems).isPresent());
    return problems.sorted();
  }

  private List<Problem> bad(String certificate, String key) throws IOException {
    Problems problems = new Problems();
    assertTrue(read(write(certificate, key), problems).isEmpty());
    assertTrue(problems.hasErrors());
    return problems.sorted();
  }

  private static Optional<Identity> read(Settings settings, Problems problems) {
    return CertificateFiles.read(settings, NOW, Severity.ERROR, problems);
  }

  private static String only(List<Problem> problems) {
    assertEquals(1, problems.size(), problems::toString);
    return problems.getFirst().toString();
  }
}
