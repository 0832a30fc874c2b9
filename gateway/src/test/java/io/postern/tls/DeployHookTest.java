package io.postern.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.NeedsProgram;
import io.postern.fixture.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What certbot runs after a renewal: the script as it is shipped, in this user's name and in the
/// test's folder, with a `systemctl` that only notes what it was asked.
final class DeployHookTest {
  /// Tests run in the module's folder.
  private static final Path SHIPPED = Path.of("..", "systemd", "certbot-deploy-hook");

  private static final String OWNER = "-o root -g postern ";
  private static final String HOST = "mx.example.com";

  @TempDir private Path folder;
  private Path installed;
  private Path hook;

  @BeforeEach
  void prepare() throws Exception {
    installed = folder.resolve("tls");
    hook = folder.resolve("hook");
    String text = Files.readString(SHIPPED);
    assertEquals(3, text.split(Pattern.quote(OWNER), -1).length - 1, "all that it installs");
    Files.writeString(
        hook,
        text.replace("folder=/etc/postern/tls\n", "folder=" + installed + "\n")
            .replace(OWNER, "-o %s -g %s ".formatted(id("-u"), id("-g"))));
    program("systemctl", "echo \"$@\" >> " + asked());
    program("hostname", "echo " + HOST);
  }

  private static String id(String option) throws Exception {
    return Program.run("id", option).expect(0).text().strip();
  }

  private void program(String name, String command) throws IOException {
    Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + command + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private Path asked() {
    return folder.resolve("asked");
  }

  /// What certbot has got, below its folder of that name.
  private Path lineage(String name, Certificates.Made made) throws IOException {
    Path lineage = Files.createDirectories(folder.resolve(name));
    Files.writeString(lineage.resolve("fullchain.pem"), made.certificatePem());
    Files.writeString(lineage.resolve("privkey.pem"), made.keyPem());
    return lineage;
  }

  private Program.Run renewed(Path lineage, String domains, String... more) throws Exception {
    return Program.run(
        "env",
        Stream.of(
                Stream.of(
                    "PATH=" + folder.resolve("bin") + ":" + System.getenv("PATH"),
                    "RENEWED_LINEAGE=" + lineage,
                    "RENEWED_DOMAINS=" + domains),
                Stream.of(more),
                Stream.of("sh", hook.toString()))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }

  @Test
  @NeedsProgram("install")
  void aRenewedCertificateIsInstalledForTheServiceAndTakenByAGateway() throws Exception {
    Certificates.Made first = Certificates.ec(HOST);
    Instant from = first.certificate().getNotBefore().toInstant();
    Instant until = first.certificate().getNotAfter().toInstant().plus(Duration.ofDays(9));
    Certificates.Made second = Certificates.ec(HOST, from, until);
    renewed(lineage("first", first), "example.com " + HOST).expect(0);
    LiveCertificate live =
        new LiveCertificate(
            Settings.files(
                HOST, installed.resolve("fullchain.pem"), installed.resolve("privkey.pem")),
            Instant::now,
            new Random(1));
    assertEquals(List.of(), live.start().problems());
    assertInForce(first, live);
    renewed(lineage("second", second), HOST).expect(0);
    live.reload();
    assertInForce(second, live);
    assertEquals("rwxr-x---", mode(installed));
    try (Stream<Path> files = Files.list(installed)) {
      for (Path file : files.toList()) {
        assertTrue(
            List.of("fullchain.pem", "privkey.pem").contains(file.getFileName().toString()),
            () -> file + " is left");
        assertEquals("rw-r-----", mode(file));
      }
    }
    assertEquals(
        List.of("try-reload-or-restart postern.service", "try-reload-or-restart postern.service"),
        Files.readAllLines(asked()));
  }

  @Test
  @NeedsProgram("install")
  void anotherHostsCertificateIsLeftAloneUnlessItIsNamed() throws Exception {
    Path lineage = lineage("other", Certificates.ec("web.example.com"));
    renewed(lineage, "web.example.com not-" + HOST).expect(0);
    assertFalse(Files.exists(installed));
    assertFalse(Files.exists(asked()));
    renewed(lineage, "web.example.com", "POSTERN_NAME=web.example.com").expect(0);
    assertTrue(Files.exists(installed.resolve("privkey.pem")));
  }

  @Test
  @NeedsProgram("install")
  void aRenewalThatIsNotWholeChangesNothing() throws Exception {
    renewed(lineage("first", Certificates.ec(HOST)), HOST).expect(0);
    String key = Files.readString(installed.resolve("privkey.pem"));
    Path half = lineage("second", Certificates.ec(HOST));
    Files.delete(half.resolve("fullchain.pem"));
    renewed(half, HOST).expect(1);
    assertEquals(key, Files.readString(installed.resolve("privkey.pem")));
    assertEquals(1, Files.readAllLines(asked()).size());
  }

  private static void assertInForce(Certificates.Made made, LiveCertificate live) {
    assertEquals(
        made.certificate().getNotAfter().toInstant(),
        Objects.requireNonNull(live.state().identity()).notAfter());
    assertFalse(live.state().stale());
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
