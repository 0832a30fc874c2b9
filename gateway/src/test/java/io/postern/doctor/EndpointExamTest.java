package io.postern.doctor;

import static io.postern.doctor.Clinic.assertIs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.postern.doctor.Finding.Level;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Endpoints that take posts, refuse them, or can't be reached: real ones, on loopback.
final class EndpointExamTest {
  private static final String KEY = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private static final String SIGNED = "  sign: [ { file: ../desk.key } ]\n";

  @TempDir private Path folder;
  private Clinic clinic;
  private WebhookSink sink;

  @BeforeEach
  void open() throws Exception {
    clinic = new Clinic(folder);
    Files.writeString(folder.resolve("desk.key"), KEY);
    sink = WebhookSink.start();
  }

  @AfterEach
  void close() throws Exception {
    sink.close();
  }

  @Test
  void anEndpointThatLooksAtSignaturesIsFine() throws Exception {
    sink.next(SinkAnswer.status(200), SinkAnswer.status(401));
    List<Finding> findings = look(SIGNED);
    assertEquals(2, findings.size());
    assertIs(findings.get(0), Level.OK, "it took a sample, HTTP 200");
    assertIs(findings.get(1), Level.OK, "it refuses a wrong signature, HTTP 401");
    List<SinkRequest> posts = sink.requests();
    assertEquals(2, posts.size());
    assertNotEquals(
        posts.get(0).header("webhook-signature"), posts.get(1).header("webhook-signature"));
  }

  @Test
  void oneThatTakesAWrongSignatureIsTold() throws Exception {
    sink.next(SinkAnswer.status(200), SinkAnswer.status(204));
    assertIs(look(SIGNED).getLast(), Level.WARNING, "a wrong signature got HTTP 204, not 401");
    sink.next(SinkAnswer.status(200), SinkAnswer.status(500));
    assertIs(look(SIGNED).getLast(), Level.WARNING, "got HTTP 500, not 401");
  }

  @Test
  void theKeyOfASignedFormatIsForgedToo() throws Exception {
    sink.next(SinkAnswer.status(200), SinkAnswer.status(403));
    List<Finding> findings = look("  format: mailgun\n  signing-key: { file: ../desk.key }\n");
    assertIs(findings.getLast(), Level.OK, "it refuses a wrong signature, HTTP 403");
  }

  @Test
  void postsThatProveNothingAreTold() throws Exception {
    assertIs(look("").getLast(), Level.WARNING, "neither signed nor authenticated");
    assertIs(
        look("  basic: { username: postern, password: { file: ../desk.key } }\n").getLast(),
        Level.OK,
        "not signed, but authenticated");
    assertEquals(2, sink.requests().size(), "there is no signature to forge");
  }

  @Test
  void whatADeliveryWouldMeetIsAnError() throws Exception {
    sink.next(SinkAnswer.status(401));
    assertIs(look(SIGNED).getFirst(), Level.ERROR, "does not accept our credentials");
    sink.next(SinkAnswer.status(503).body("down for repair"));
    assertIs(look(SIGNED).getFirst(), Level.ERROR, "HTTP 503: down for repair");
    sink.next(SinkAnswer.status(410));
    assertIs(look(SIGNED).getFirst(), Level.ERROR, "the endpoint is paused by that");
    sink.next(SinkAnswer.status(422));
    assertIs(look(SIGNED).getFirst(), Level.WARNING, "mail answered so fails at once");
    assertEquals(4, sink.requests().size(), "none of these was asked about signatures");
  }

  @Test
  void whoCanNotBeReachedIsAnErrorWithOrWithoutPosts() throws Exception {
    try (WebhookSink.Refusing nobody = WebhookSink.refusing()) {
      clinic.rule(Clinic.DESK.formatted(nobody.url("/desk")));
      for (boolean posts : new boolean[] {true, false}) {
        assertIs(only(posts), Level.ERROR, "no connection");
      }
    }
    clinic.rule(Clinic.DESK.formatted("https://127.0.0.1:%d/desk".formatted(sink.port())));
    for (boolean posts : new boolean[] {true, false}) {
      assertIs(only(posts), Level.ERROR, "TLS: ");
    }
    clinic.rule(Clinic.DESK.formatted("https://nobody.invalid/desk"));
    for (boolean posts : new boolean[] {true, false}) {
      assertIs(only(posts), Level.ERROR, "unknown host");
    }
    assertEquals(0, sink.requests().size());
  }

  @Test
  void withoutPostsItIsOnlyConnectedTo() throws Exception {
    clinic.rule(Clinic.DESK.formatted(sink.url("/desk")) + SIGNED);
    assertIs(only(false), Level.OK, "it can be connected to");
    assertEquals(0, sink.requests().size());
  }

  @Test
  void aBackupIsLookedAtToo() throws Exception {
    sink.alwaysAt("/standby", SinkAnswer.status(500));
    List<Finding> findings = look("  backup-url: %s\n".formatted(sink.url("/standby")));
    assertIs(findings.getFirst(), Level.OK, "it took a sample");
    assertEquals("endpoint desk (backup)", findings.getLast().subject());
    assertIs(findings.getLast(), Level.ERROR, "HTTP 500");
  }

  @Test
  void aSecretThatCanNotBeReadIsAnErrorOnlyInTheServicesPlace() throws Exception {
    clinic.rule(Clinic.DESK.formatted(sink.url("/desk")) + SIGNED);
    Files.delete(folder.resolve("desk.key"));
    assertIs(only(true), Level.WARNING, "no post was made: secret unreadable");
    List<Finding> asService = findings(new Doctor.Order(clinic.file(), true, false, true));
    assertEquals(Level.ERROR, asService.getFirst().level());
  }

  private List<Finding> look(String lines) throws Exception {
    clinic.rule(Clinic.DESK.formatted(sink.url("/desk")) + lines);
    return findings(clinic.order(true));
  }

  private Finding only(boolean posts) {
    List<Finding> findings = findings(clinic.order(posts));
    assertEquals(1, findings.size(), findings.toString());
    return findings.getFirst();
  }

  private List<Finding> findings(Doctor.Order order) {
    return EndpointExam.all(clinic.rules().getFirst(), clinic.config(), order, clinic.instruments())
        .stream()
        .flatMap(exam -> exam.look().findings().stream())
        .toList();
  }
}
