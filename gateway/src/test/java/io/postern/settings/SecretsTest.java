package io.postern.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  @TempDir Path folder;
  private final Problems problems = new Problems();

  @Test
  void readsAnEnvironmentVariable() throws IOException {
    Secret secret = secret("{env: DESK}", Map.of("DESK", "hunter2"));
    assertEquals("hunter2", secret.value());
    assertEquals("env DESK", secret.name());
    assertFalse(secret.toString().contains("hunter2"));
  }

  @Test
  void readsAFileBesideTheFileThatNamesItAnewAtEachCall() throws IOException {
    Files.createDirectory(folder.resolve("keys"));
    Path file = Files.writeString(folder.resolve("keys/desk.key"), "first\n");
    Secret secret = secret("{file: keys/desk.key}", Map.of());
    assertEquals("first", secret.value());
    assertEquals("file keys/desk.key", secret.name());

    Files.writeString(file, "other\r\n");
    assertEquals("other", secret.value());

    Files.delete(file);
    IOException gone = assertThrows(IOException.class, secret::value);
    assertEquals(
        "the file %s can't be read: there is no such file; create it, or correct the path"
            .formatted(folder.resolve("keys/desk.key")),
        gone.getMessage());
  }

  @Test
  void readsACredentialFromTheFolderThatSystemdNames() throws IOException {
    Files.writeString(folder.resolve("desk-key"), "hunter2");
    Secret secret =
        secret("{credential: desk-key}", Map.of("CREDENTIALS_DIRECTORY", folder.toString()));
    assertEquals("hunter2", secret.value());
    assertEquals("credential desk-key", secret.name());
  }

  @Test
  void tellsHowToGetACredentialWhenThereIsNoFolder() {
    IOException thrown =
        assertThrows(IOException.class, secret("{credential: desk-key}", Map.of())::value);
    assertEquals(
        "$CREDENTIALS_DIRECTORY is not set; start the service by systemd with"
            + " LoadCredential=desk-key:/path/of/the/secret",
        thrown.getMessage());
  }

  @Test
  void dropsOneLineEndOnly() throws IOException {
    Files.writeString(folder.resolve("k"), "a\n\n");
    Secret secret = secret("{file: k}", Map.of());
    assertThrows(IOException.class, secret::value);
    Files.writeString(folder.resolve("k"), " a \n");
    assertEquals(" a ", secret.value());
  }

  @Test
  void refusesWhatCanBeNoSecret() throws IOException {
    Secret secret = secret("{file: k}", Map.of());
    Path file = folder.resolve("k");

    Files.writeString(file, "\n");
    assertEquals("the file %s is empty; write the secret into it".formatted(file), told(secret));
    Files.writeString(file, "x".repeat(Secrets.BYTES_MAX + 1));
    assertEquals("the file %s is larger than 16KB; shorten it".formatted(file), told(secret));
    Files.write(file, "é".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(
        "the file %s is not UTF-8 text; write the secret as text".formatted(file), told(secret));
    Files.delete(file);
    Files.createDirectory(file);
    assertEquals("the file %s is not a regular file; name a file".formatted(file), told(secret));
  }

  @Test
  void isAProblemOnlyWhereThatIsAsked() {
    secret("{file: none}", Map.of());
    assertEquals(
        Severity.WARNING, problems.sorted().getFirst().severity(), problems.sorted()::toString);
    read("{file: none}", Map.of(), Severity.ERROR);
    assertEquals(true, problems.hasErrors());
  }

  private static String told(Secret secret) {
    return assertThrows(IOException.class, secret::value).getMessage();
  }

  private Secret secret(String text, Map<String, String> environment) {
    return read(text, environment, Severity.WARNING);
  }

  private Secret read(String text, Map<String, String> environment, Severity unreadable) {
    return Document.read(folder.resolve("f.yaml"), "key: " + text, environment, problems)
        .orElseThrow()
        .root()
        .secret("key", unreadable)
        .orElseThrow();
  }
}
