package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.config.Config.LogFormat;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The lines of the service log, as they leave the process.
final class ServiceLogTest {
  /// A line end of each kind, an escape sequence for terminals in 7 and in 8 bits, DEL, each kind
  /// of character that turns the direction of writing, and half a character.
  private static final String HOSTILE =
      "a\r\nb\u0085c\u2028d\u2029e\u001b[2Jf\u009b2Jg\u007fh\u202ei\u2066j\u200fk\u061cl\ud800m";

  private final PrintStream err = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(err);
    ServiceLog.use(LogFormat.TEXT);
  }

  private List<String> lines(LogFormat format, Runnable speaking) {
    ServiceLog.use(format);
    speaking.run();
    String text = written.toString(StandardCharsets.UTF_8);
    assertTrue(text.endsWith("\n"), text);
    return List.of(text.substring(0, text.length() - 1).split("\n", -1));
  }

  private static void speak() {
    LoggerFactory.getLogger("io.postern.delivery.Attempt")
        .atError()
        .addKeyValue("delivery", "01kdyak3se-1")
        .addKeyValue("helo", HOSTILE)
        .setCause(new IllegalStateException(HOSTILE, new RuntimeException("the cause")))
        .log("hostile: {}", HOSTILE);
    LoggerFactory.getLogger("io.postern.Gateway").atError().log("plain");
  }

  @Test
  void anEventIsOneLineOfTextThatDrivesNoTerminal() {
    List<String> lines = lines(LogFormat.TEXT, ServiceLogTest::speak);
    assertEquals(2, lines.size(), lines.toString());
    String first = lines.getFirst();
    assertTrue(
        first.matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ERROR delivery\\.Attempt: hostile: a.*"),
        first);
    assertTrue(first.contains("  delivery=01kdyak3se-1  helo=a\ufffd\ufffdb\ufffdc"), first);
    assertTrue(first.contains(" | caused by | java.lang.RuntimeException: the cause | "), first);
    first
        .codePoints()
        .forEach(
            c ->
                assertFalse(
                    Character.isISOControl(c)
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR,
                    () -> "U+" + Integer.toHexString(c) + " in " + first));
    assertTrue(lines.getLast().endsWith(" ERROR Gateway: plain"), lines.getLast());
  }

  @Test
  void anEventIsOneLineOfJsonInPrintableAsciiThatLosesNothing() {
    List<String> lines = lines(LogFormat.JSON, ServiceLogTest::speak);
    assertEquals(2, lines.size(), lines.toString());
    lines.forEach(line -> assertTrue(line.chars().allMatch(c -> c >= ' ' && c <= '~'), line));
    JsonNode first = JsonMapper.shared().readTree(lines.getFirst());
    assertEquals("ERROR", first.get("level").stringValue());
    assertEquals("delivery.Attempt", first.get("logger").stringValue());
    assertEquals("hostile: " + HOSTILE, first.get("message").stringValue());
    assertEquals("01kdyak3se-1", first.get("fields").get("delivery").stringValue());
    assertEquals(HOSTILE, first.get("fields").get("helo").stringValue());
    assertTrue(
        first.get("failure").stringValue().startsWith("java.lang.IllegalStateException: a"),
        first.toString());
    assertTrue(first.get("time").stringValue().matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z"));
    assertEquals(
        "plain", JsonMapper.shared().readTree(lines.getLast()).get("message").stringValue());
  }

  /// The journal of systemd cuts lines of more than 48 KB in pieces, and then they are no JSON.
  @Test
  void noLineIsEndless() {
    String endless = "\u202e".repeat(1_000_000);
    for (LogFormat format : LogFormat.values()) {
      written.reset();
      List<String> lines =
          lines(
              format,
              () ->
                  LoggerFactory.getLogger("io.postern.Gateway")
                      .atError()
                      .addKeyValue("helo", endless)
                      .setCause(new IllegalStateException(endless))
                      .log(endless));
      assertEquals(1, lines.size());
      assertTrue(lines.getFirst().length() < 48 * 1024, format + ": " + lines.getFirst().length());
    }
  }
}
