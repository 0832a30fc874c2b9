package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every mail of the corpus reads as the file beside it says. `-Dpostern.golden=write` rewrites
/// these files; the difference is then for a person to judge.
class MailCorpusTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "mails");
  private static final int MAILS_MIN = 120;

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".eml"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void readsAsTheFileBesideItSays(String name) throws IOException {
    Message message = Letters.of(Files.readAllBytes(FOLDER.resolve(name)));
    ParsedMail mail = ParsedMail.parse(message);
    Corpus.assertAccounted(message, mail);
    String reading = Reading.of(mail);
    Path golden = FOLDER.resolve(name.replace(".eml", ".reading"));
    if ("write".equals(System.getProperty("postern.golden"))) {
      Files.writeString(golden, reading);
    }
    assertEquals(Files.readString(golden), reading);
    assertTrue(UTF_8.newEncoder().canEncode(reading));
  }

  @Test
  void isLargeAndHasNoFileOfNoMail() throws IOException {
    assertTrue(names().size() >= MAILS_MIN);
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertEquals(2L * names().size(), files.count());
    }
  }
}
