package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.doctor.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `postern doctor` as a person, or a program, calls it. What it finds is tested with its parts.
final class DoctorCommandTest {
  @TempDir private Path folder;

  @Test
  void aConfigurationThatCanNotBeUsedIsAnErrorForPeopleAndPrograms() throws Exception {
    Path file = Files.writeString(folder.resolve("postern.yaml"), "hostnaem: mx.example.com\n");
    Answer text = Answer.to(file, "doctor");
    assertEquals(1, text.code(), text.err());
    assertTrue(text.out().startsWith("error    configuration: "), text.out());
    assertTrue(text.out().lines().toList().getLast().endsWith(" errors, 0 warnings"), text.out());

    Answer json = Answer.to(file, "doctor", "--json");
    assertEquals(1, json.code());
    JsonNode first = JsonMapper.shared().readTree(json.out()).get(0);
    assertEquals("error", first.get("level").asString());
    assertEquals("configuration", first.get("subject").asString());
    assertTrue(first.get("text").asString().contains("postern.yaml:1:1"), first.toString());
    assertEquals("", first.get("cure").asString());
    assertEquals(2, Answer.to(file, "doctor", "--posts").code());
  }

  @Test
  void theExitCodeIsThatOfTheWorstFinding() {
    Finding ok = new Finding(Finding.Level.OK, "dns", "all is well", "");
    Finding warning = new Finding(Finding.Level.WARNING, "dns", "somebody should look", "look");
    Finding error = new Finding(Finding.Level.ERROR, "dns", "no mail comes", "mend it");
    assertEquals(0, DoctorCommand.exitCode(List.of(ok)));
    assertEquals(3, DoctorCommand.exitCode(List.of(ok, warning, ok)));
    assertEquals(1, DoctorCommand.exitCode(List.of(error, warning)));
  }
}
