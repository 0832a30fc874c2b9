package io.postern.doctor;

import static io.postern.doctor.Clinic.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.config.Check;
import io.postern.doctor.Finding.Level;
import io.postern.fixture.Certificates;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.WebhookSink;
import io.postern.queue.Samples;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole examination, and the part of it that reads files.
final class DoctorTest {
  @TempDir private Path folder;
  private Clinic clinic;

  @BeforeEach
  void open() throws Exception {
    clinic = new Clinic(folder);
    clinic.rule(Clinic.DESK.formatted("http://127.0.0.1:9/"));
  }

  @Test
  void aGatewayInHealthHasNoComplaintInTheOrderOfTheRoad() throws Exception {
    Files.writeString(
        folder.resolve("desk.key"), "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    SqliteStore.open(Settings.of(clinic.database(), 0), clinic.clock).close();
    try (WebhookSink sink = WebhookSink.start()) {
      sink.next(SinkAnswer.status(200), SinkAnswer.status(401));
      clinic.rule(Clinic.DESK.formatted(sink.url("/desk")) + "  sign: [ { file: ../desk.key } ]\n");
      clinic.configure("postmaster: desk");
      List<Finding> findings = clinic.examine();
      assertEquals(
          List.of(), findings.stream().filter(finding -> finding.level() != Level.OK).toList());
      assertEquals(
          List.of(
              "configuration",
              "rules",
              "certificate",
              "clock",
              "disk",
              "store",
              "store",
              "dns",
              "dns",
              "door",
              "endpoint desk",
              "endpoint desk"),
          findings.stream().map(Finding::subject).toList());
    }
  }

  @Test
  void aConfigurationThatCanNotBeUsedIsAllThereIsToSay() throws Exception {
    clinic.configure("hostnaem: x");
    List<Finding> findings = clinic.examine();
    only(findings, "configuration", Level.ERROR, "unknown key");
    assertEquals(1, findings.size());
  }

  @Test
  void rulesThatCanNotBeUsedAreToldAndTheRestIsExamined() throws Exception {
    clinic.rule("name: desk\n");
    List<Finding> findings = clinic.examine();
    Finding rules =
        findings.stream().filter(it -> it.subject().equals("rules")).findFirst().orElseThrow();
    Clinic.assertIs(rules, Level.ERROR, "desk.yaml:1:1");
    assertTrue(findings.stream().anyMatch(it -> it.subject().equals("dns")), findings.toString());
  }

  /// The gateway goes on with the rules from before; to drop what waits for them would lose it.
  @Test
  void withBrokenRuleFilesNoRuleIsSaidToBeGone() throws Exception {
    try (SqliteStore store = SqliteStore.open(Settings.of(clinic.database(), 0), clinic.clock)) {
      Samples.put(store, Samples.mail("m1", clinic.clock.instant(), "desk"), new byte[10]);
    }
    clinic.rule("name: desk\n");
    List<Finding> findings = clinic.examine();
    assertTrue(
        findings.stream().anyMatch(it -> it.text().contains("1 deliveries accepted, 1 wait")),
        findings.toString());
    assertTrue(
        findings.stream().noneMatch(it -> (it.text() + it.cure()).matches(".*(gone|drop).*")),
        findings.toString());
  }

  @Test
  void whatHangsIsLeftAfterTheTimeThereIsAndTheRestIsTold() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Dns hanging =
        (name, type) -> {
          try {
            // Longer than the doctor waits, and not for ever should he wait so long.
            boolean isOver = never.await(20, TimeUnit.SECONDS);
            throw new IOException("nobody answers: " + isOver);
          } catch (InterruptedException e) {
            throw new InterruptedIOException(e.getMessage());
          }
        };
    Doctor.Instruments instruments =
        new Doctor.Instruments(clinic.clock, new Random(1), hanging, clinic.machine());
    List<Finding> findings =
        new Doctor(instruments, Duration.ofSeconds(2)).examine(clinic.order(false));
    only(findings, "dns", Level.WARNING, "was not examined to its end in 2 s");
    only(findings, "store", Level.WARNING, "there is no store yet");
  }

  @Test
  void aCertificateIsToldWithItsDaysAndNames() throws Exception {
    certificate("mx.example.com", 30);
    only(
        files(), "certificate", Level.OK, "for [mx.example.com], with its key; it ends in 30 days");
    certificate("mx.example.com", 13);
    only(files(), "certificate", Level.WARNING, "it ends in 13 days");
    clinic.clock.tick(Duration.ofDays(20));
    assertTrue(
        files().stream().anyMatch(it -> it.text().endsWith("with its key; it has ended")),
        files().toString());
  }

  @Test
  void aCertificateForAnotherHostOrWithAnotherKeyIsTold() throws Exception {
    certificate("web.example.com", 30);
    List<Finding> other =
        files().stream().filter(it -> it.subject().equals("certificate")).toList();
    Clinic.assertIs(other.getFirst(), Level.WARNING, "and not for mx.example.com");
    Files.writeString(folder.resolve("tls.key"), Certificates.ec("mx.example.com").keyPem());
    only(files(), "certificate", Level.ERROR, "is not that of the certificate");
  }

  @Test
  void noEncryptionAtAllIsTold() throws Exception {
    clinic.configure("smtp: { listen: [\"127.0.0.1:0\"], tls: { enabled: false } }");
    only(files(), "certificate", Level.WARNING, "nothing is encrypted");
  }

  @Test
  void anotherUserThanTheStoresIsTold() throws Exception {
    SqliteStore.open(Settings.of(clinic.database(), 0), clinic.clock).close();
    clinic.machine(new Machine("somebody", Set.of(), Optional.of(true), Map.of()));
    only(files(), "user", Level.WARNING, "this runs as somebody");
  }

  @Test
  void aClockThatNothingKeepsRightIsTold() {
    clinic.machine(new Machine("me", Set.of(), Optional.of(false), Map.of()));
    only(files(), "clock", Level.WARNING, "nothing keeps it right");
    clinic.machine(new Machine("me", Set.of(), Optional.empty(), Map.of()));
    only(files(), "clock", Level.OK, "nobody here tells");
  }

  @Test
  void credentialsOfTheServiceAreSeen() throws Exception {
    Path credentials = Files.createDirectory(folder.resolve("credentials"));
    clinic.rule(
        Clinic.DESK.formatted("http://127.0.0.1:9/")
            + "  api-key: { value: { credential: desk-key }, send: bearer }\n");
    only(files(), "rules", Level.WARNING, "CREDENTIALS_DIRECTORY is not set");
    Files.writeString(credentials.resolve("desk-key"), "s3cret");
    clinic.machine(
        new Machine(
            "me",
            Set.of(),
            Optional.empty(),
            Map.of("CREDENTIALS_DIRECTORY", credentials.toString())));
    only(files(), "rules", Level.OK, "1 enabled");
  }

  /// What the files say, without DNS, store and endpoints.
  private List<Finding> files() {
    Doctor.Order order = clinic.order(false);
    Check check =
        Check.run(
            clinic.file(), clinic.machine().environment(), order.unreadableSecret(), clinic.clock);
    return new FilesExam(check, clinic.instruments()).findings(order);
  }

  private void certificate(String name, int days) throws Exception {
    Instant now = clinic.clock.instant();
    Certificates.Made made =
        Certificates.ec(
            name, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(days).plusHours(1)));
    Files.writeString(folder.resolve("tls.pem"), made.certificatePem());
    Files.writeString(folder.resolve("tls.key"), made.keyPem());
    clinic.configure(
        "smtp: { listen: [\"127.0.0.1:0\"], tls: { certificate: tls.pem, key: tls.key } }");
  }
}
