package io.postern.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.postern.mail.ReversePath;
import io.postern.mime.Letters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/// Each mail in each format, held against files that a person has read. After a change that is
/// meant, write them anew with `-Dpostern.golden=rewrite` and read the difference.
class GoldenTest {
  static final boolean REWRITE = "rewrite".equals(System.getProperty("postern.golden"));

  private static final Path FOLDER = Path.of("src/test/resources/golden");
  private static final Path MAILS = FOLDER.resolve("mails");
  private static final String END = ".eml";

  /// Those that a program sent with the null reverse-path.
  private static final Set<String> NULL_SENDER = Set.of("delivery-report", "out-of-office");

  static List<String> mails() throws IOException {
    try (Stream<Path> files = Files.list(MAILS)) {
      return files
          .map(file -> file.getFileName().toString())
          .map(name -> name.substring(0, name.length() - END.length()))
          .sorted()
          .toList();
    }
  }

  /// A payload of one of the mails. Their files have bare line feeds, for people to read.
  static Payload payload(String mail) throws IOException {
    String text = Files.readString(MAILS.resolve(mail + END), ISO_8859_1);
    ReversePath from = NULL_SENDER.contains(mail) ? ReversePath.NULL : Payloads.sender();
    return Payloads.of(
        Letters.of(text.replace("\n", "\r\n").getBytes(ISO_8859_1)),
        Payloads.peer("192.0.2.25", "mx.example.com"),
        from);
  }

  /// A body for people to read: JSON in lines, all else as it is, one character for each byte.
  static String shown(Body body) throws IOException {
    byte[] bytes = Payloads.bytes(body);
    if (body.contentType().equals("application/json")) {
      JsonMapper mapper = JsonMapper.shared();
      String pretty =
          mapper.writerWithDefaultPrettyPrinter().writeValueAsString(mapper.readTree(bytes));
      return new String((pretty + "\n").getBytes(UTF_8), ISO_8859_1);
    }
    return "Content-Type: " + body.contentType() + "\n\n" + new String(bytes, ISO_8859_1);
  }

  private static String name(Dialect dialect) {
    return dialect.format().word() + (dialect.raw() ? "-raw" : "") + ".txt";
  }

  @ParameterizedTest
  @MethodSource("mails")
  void isWhatWasRead(String mail) throws IOException {
    Payload payload = payload(mail);
    for (Dialect dialect : Payloads.dialects()) {
      String shown = shown(dialect.body(payload, Payloads.proof("")));
      Path file = FOLDER.resolve(mail).resolve(name(dialect));
      if (REWRITE) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, shown, ISO_8859_1);
      } else {
        assertEquals(Files.readString(file, ISO_8859_1), shown, file.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("mails")
  void keepsToThePublishedSchema(String mail) throws IOException {
    Body body = Payloads.body(Format.POSTERN, payload(mail));
    assertEquals(List.of(), PosternSchema.problems(new String(Payloads.bytes(body), UTF_8)));
  }

  /// The reader's own corpus, too: mails of all sorts.
  @Test
  void keepsToThePublishedSchemaWithAnyMail() throws IOException {
    int count = 0;
    for (Path file : files(Path.of("src/test/resources/mails"))) {
      if (file.toString().endsWith(END)) {
        Body body =
            Payloads.body(Format.POSTERN, Payloads.of(Letters.of(Files.readAllBytes(file))));
        String document = new String(Payloads.bytes(body), UTF_8);
        assertEquals(List.of(), PosternSchema.problems(document), file.toString());
        count++;
      }
    }
    assertTrue(count > 100, count + " mails");
  }

  @ParameterizedTest
  @MethodSource("mails")
  void isAFormThatAStrictReaderTakes(String mail) throws IOException {
    Payload payload = payload(mail);
    for (Dialect dialect : Payloads.dialects()) {
      Body body = dialect.body(payload, Payloads.proof(""));
      if (body.contentType().startsWith("multipart/")) {
        for (FormReader.Part part : FormReader.read(body.contentType(), Payloads.bytes(body))) {
          boolean isBytes = !part.fileName().isEmpty() || part.name().equals("email");
          assertTrue(isBytes || !part.text().contains("\0"), part.name());
        }
      }
    }
  }

  @Test
  void hasNoFileThatNobodyWrites() throws IOException {
    Set<String> expected = new TreeSet<>();
    for (String mail : mails()) {
      Payloads.dialects().forEach(dialect -> expected.add(mail + "/" + name(dialect)));
    }
    Set<String> found = new TreeSet<>();
    for (Path file : files(FOLDER)) {
      if (!file.startsWith(MAILS)) {
        found.add(FOLDER.relativize(file).toString().replace('\\', '/'));
      }
    }
    assertEquals(expected, found);
    if (REWRITE) {
      fail("the files were written anew: read the difference, and run without the switch");
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
