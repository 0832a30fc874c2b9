package io.postern.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.postern.mime.Letters;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `docs/payloads.md` is what receivers' authors have. Its examples are made here (anew by the
/// switch of [GoldenTest]), and its programs are run, where there is something to run them.
class PayloadsDocumentTest {
  private static final Path FILE = Path.of("../docs/payloads.md");
  private static final String MAIL = "order";
  private static final Pattern EXAMPLE =
      Pattern.compile("<!-- example: ([a-z]+) -->\n(?:\n?```[a-z]*\n.*?\n```\n)?", Pattern.DOTALL);

  private static final long NOW = 1_700_000_000;

  /// Of [#cases].
  private static final List<String> EXPECTED =
      List.of("true", "true", "true", "true", "false", "false", "false", "false", "false", "false");

  @TempDir private Path folder;

  @Test
  void showsEachFormatAsItIs() throws IOException {
    String text = Files.readString(FILE);
    List<String> shown = new ArrayList<>();
    Matcher matcher = EXAMPLE.matcher(text);
    StringBuilder made = new StringBuilder();
    while (matcher.find()) {
      String word = matcher.group(1);
      shown.add(word);
      matcher.appendReplacement(made, Matcher.quoteReplacement(example(word)));
    }
    matcher.appendTail(made);
    assertEquals(Arrays.stream(Format.values()).map(Format::word).toList(), shown);
    if (GoldenTest.REWRITE) {
      Files.writeString(FILE, made.toString());
      fail("the examples were made anew: read the difference, and run without the switch");
    }
    assertEquals(made.toString(), text);
  }

  private static String example(String word) throws IOException {
    Format format = Format.of(word).orElseThrow();
    Body body = Payloads.body(format, GoldenTest.payload(MAIL));
    String shown = new String(GoldenTest.shown(body).getBytes(ISO_8859_1), UTF_8);
    String language = body.contentType().equals("application/json") ? "json" : "text";
    return "<!-- example: %s -->\n\n```%s\n%s\n```\n"
        .formatted(word, language, shown.replace("\r\n", "\n").strip());
  }

  @Test
  void tellsEveryFormatAndFieldInATable() throws IOException {
    String text = Files.readString(FILE);
    for (Dialect dialect : Payloads.dialects()) {
      assertTrue(text.contains("\n## `" + dialect.format().word() + "`\n"), dialect.toString());
    }
  }

  @Test
  void verifiesInPython() throws Exception {
    Files.writeString(folder.resolve("signatures.py"), program("python"));
    Path main = folder.resolve("main.py");
    Files.writeString(
        main,
        """
        import sys
        from signatures import is_genuine
        for line in open(sys.argv[1]):
            id, sent, signature, file, secret, now = line.rstrip("\\n").split("\\t")
            headers = {
                "webhook-id": id, "webhook-timestamp": sent, "webhook-signature": signature}
            genuine = is_genuine(headers, open(file, "rb").read(), secret, int(now))
            print(str(genuine).lower())
        """);
    assertEquals(EXPECTED, run("python3", main.toString(), cases().toString()));
  }

  @Test
  void verifiesInJavaScript() throws Exception {
    Files.writeString(folder.resolve("signatures.mjs"), program("javascript"));
    Path main = folder.resolve("main.mjs");
    Files.writeString(
        main,
        """
        import { readFileSync } from "node:fs";
        import { isGenuine } from "./signatures.mjs";
        for (const line of readFileSync(process.argv[2], "utf8").trim().split("\\n")) {
          const [id, sent, signature, file, secret, now] = line.split("\\t");
          const headers = {
            "webhook-id": id, "webhook-timestamp": sent, "webhook-signature": signature };
          console.log(isGenuine(headers, readFileSync(file), secret, Number(now)));
        }
        """);
    assertEquals(EXPECTED, run("node", main.toString(), cases().toString()));
  }

  @Test
  void verifiesInJava() throws Exception {
    Path source = Files.writeString(folder.resolve("Signatures.java"), program("java"));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), "-proc:none", source.toString());
    assertEquals(0, status);
    List<String> answers = new ArrayList<>();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
      Method isGenuine =
          loader
              .loadClass("Signatures")
              .getDeclaredMethod("isGenuine", Map.class, byte[].class, String.class, long.class);
      isGenuine.setAccessible(true);
      for (String line : Files.readAllLines(cases())) {
        String[] of = line.split("\t", -1);
        Map<String, String> headers =
            Map.of("webhook-id", of[0], "webhook-timestamp", of[1], "webhook-signature", of[2]);
        byte[] body = Files.readAllBytes(Path.of(of[3]));
        answers.add(isGenuine.invoke(null, headers, body, of[4], Long.parseLong(of[5])).toString());
      }
    }
    assertEquals(EXPECTED, answers);
  }

  /// The only program in a language.
  private static String program(String language) throws IOException {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(FILE));
    assertTrue(block.find(), "no program in " + language);
    return block.group(1);
  }

  /// A multipart post with a byte that is no text, signed by two keys: as it is, at the edge of the
  /// time that is allowed on either side and beyond it, with another id, under another key, and
  /// changed in its last byte. The answers are [#EXPECTED].
  private Path cases() throws IOException {
    Payload payload =
        Payloads.of(
            Letters.of("Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n/w=="));
    Body body = Payloads.body(Format.FORM, payload);
    byte[] bytes = Payloads.bytes(body);
    Path good = Files.write(folder.resolve("good"), bytes);
    bytes[bytes.length - 1] ^= 1;
    Path bad = Files.write(folder.resolve("bad"), bytes);
    byte[] older = "0123456789abcdefghijklmn".getBytes(UTF_8);
    byte[] newer = "0123456789abcdefghijklmnopqrstuv".getBytes(UTF_8);
    String id = payload.delivery();
    String signature = Signature.header(List.of(newer, older), id, NOW, body);
    List<String> lines = new ArrayList<>();
    lines.add(line(id, signature, good, newer, NOW));
    lines.add(line(id, signature, good, older, NOW));
    lines.add(line(id, signature, good, older, NOW + 300));
    lines.add(line(id, signature, good, older, NOW - 300));
    lines.add(line(id, signature, good, older, NOW + 301));
    lines.add(line(id, signature, good, older, NOW - 301));
    lines.add(line("x", signature, good, older, NOW));
    lines.add(line(id, signature, good, new byte[32], NOW));
    lines.add(line(id, signature, bad, older, NOW));
    lines.add(line(id, "v1,", good, older, NOW));
    return Files.write(folder.resolve("cases"), lines);
  }

  private static String line(String id, String signature, Path body, byte[] key, long now) {
    String secret = "whsec_" + Base64.getEncoder().encodeToString(key);
    return String.join(
        "\t", id, Long.toString(NOW), signature, body.toString(), secret, Long.toString(now));
  }

  private static List<String> run(String... command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, command[0] + " is not here: " + e.getMessage());
      throw e;
    }
    List<String> output;
    try (BufferedReader reader = process.inputReader(UTF_8)) {
      output = reader.lines().toList();
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), output.toString());
    return output;
  }
}
