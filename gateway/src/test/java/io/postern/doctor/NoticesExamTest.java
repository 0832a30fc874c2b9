package io.postern.doctor;

import static io.postern.doctor.Clinic.assertIs;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.doctor.Finding.Level;
import io.postern.fixture.PostOffice;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whether those who are to be told can be.
final class NoticesExamTest {
  @TempDir private Path folder;
  private PostOffice office;
  private Clinic clinic;

  @BeforeEach
  void open() throws Exception {
    office = PostOffice.start();
    clinic = new Clinic(folder).configure(notices("smtp", office.port()));
  }

  @AfterEach
  void close() {
    office.close();
  }

  private static String notices(String scheme, int port) {
    return "notices: { to: [ops@example.com], from: postern@example.com, relay: %s://127.0.0.1:%d }"
        .formatted(scheme, port);
  }

  private List<Finding> findings(boolean send) {
    return new NoticesExam(clinic.config().notices(), send, clinic.instruments()).findings();
  }

  @Test
  void asksTheRelayAndSendsNothing() throws Exception {
    clinic.configure(notices("smtp", office.port()).replace(" }", ", starttls: optional }"));
    assertIs(
        findings(false).getFirst(),
        Level.OK,
        "takes mail from postern@example.com for ops@example.com; nothing was sent");
    assertEquals(List.of(), office.taken());
  }

  @Test
  void sendsATestWhenAsked() throws Exception {
    clinic.configure(notices("smtp", office.port()).replace(" }", ", starttls: optional }"));
    assertIs(findings(true).getFirst(), Level.OK, "took a test notice for ops@example.com");
    assertEquals(List.of("Postern mx.example.com: a test"), office.subjects());
  }

  @Test
  void aRelayThatTakesNothingFromHereIsAnError() throws Exception {
    assertIs(findings(false).getFirst(), Level.ERROR, "STARTTLS is required");
    office.close();
    assertIs(findings(false).getFirst(), Level.ERROR, "refused");
  }

  @Test
  void isPartOfTheWholeExamination() throws Exception {
    assertEquals(
        List.of(Level.ERROR),
        clinic.examine().stream()
            .filter(it -> it.subject().equals("notices"))
            .map(Finding::level)
            .toList());
  }
}
