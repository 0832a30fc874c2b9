package io.postern.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  @TempDir Path folder;

  @Test
  void dropsAByteOrderMark() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), "\ufeffa: 1\n");
    assertEquals(Optional.of("a: 1\n"), TextFile.read(file, new Problems()));
  }

  @Test
  void tellsTheByteThatIsNotUtf8() throws IOException {
    Path file =
        Files.write(folder.resolve("a.yaml"), "a: 1\nb: é".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(
        List.of(file + ":2:4: a byte that is not UTF-8 (0xe9); save the file as UTF-8"),
        problemsOf(file));
  }

  @Test
  void tellsACharacterThatIsCutOffAtTheEnd() throws IOException {
    Path file = Files.write(folder.resolve("a.yaml"), new byte[] {'a', (byte) 0xe6, (byte) 0x97});
    assertEquals(
        List.of(file + ":1:2: a byte that is not UTF-8 (0xe6); save the file as UTF-8"),
        problemsOf(file));
  }

  @Test
  void tellsAControlCharacter() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), "a: x\0y\n");
    assertEquals(
        List.of(file + ":1:5: a control character (U+0000), which no editor shows; remove it"),
        problemsOf(file));
  }

  @Test
  void tellsAFileThatIsNotThere() {
    Path file = folder.resolve("none.yaml");
    assertEquals(
        List.of(file + ": can't be read: there is no such file; create it, or correct the path"),
        problemsOf(file));
  }

  @Test
  void refusesAFolder() {
    assertEquals(List.of(folder + ": not a regular file; name a file"), problemsOf(folder));
  }

  @Test
  void refusesWhatIsLargerThanTheLimit() throws IOException {
    Path file = folder.resolve("a.yaml");
    Files.writeString(file, "#".repeat(TextFile.BYTES_MAX));
    assertEquals(List.of(), problemsOf(file));
    Files.writeString(file, "#".repeat(TextFile.BYTES_MAX + 1));
    assertEquals(
        List.of(file + ": larger than 1MB; split it, for no file may be larger"), problemsOf(file));
  }

  private static List<String> problemsOf(Path file) {
    Problems problems = new Problems();
    TextFile.read(file, problems);
    return problems.sorted().stream().map(Problem::toString).toList();
  }
}
