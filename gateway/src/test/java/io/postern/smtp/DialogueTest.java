package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Plays the dialogues in `src/test/resources/smtp`, each with a door of its own. A line is
///
///     C: text      the peer sends the line, with CRLF
///     R: text      the peer sends these bytes, without CRLF
///     R*9: text    the same nine times
///     S: text      the door sends this line; * stands for anything
///     K: text      a mail was kept, with this content
///     E:           the connection ends
///     # text       a remark
///
/// In R and K, `\r`, `\n`, `\0` and `\xNN` are bytes. At the end no other line came, no other mail was
/// kept, the session ended, and each transaction was closed once. What the receiver answers is told in
/// [RecordingReceiver]; the limits are those of [Doors#limits].
final class DialogueTest {
  static Stream<String> dialogues() throws IOException, URISyntaxException {
    URL folder = DialogueTest.class.getResource("/smtp");
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".dialogue"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @Test
  void thereAreDialogues() throws IOException, URISyntaxException {
    assertTrue(dialogues().count() >= 15);
  }

  @ParameterizedTest
  @MethodSource("dialogues")
  void goesAsWritten(String name) throws Exception {
    List<String> script;
    try (var in = DialogueTest.class.getResourceAsStream("/smtp/" + name)) {
      script = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    RecordingReceiver receiver = new RecordingReceiver();
    Settings settings =
        new Settings(
            Doors.HOST,
            List.of(Doors.loopback()),
            Doors.limits(Duration.ofSeconds(10), 50),
            name.startsWith("help") ? "https://example.com/help" : "");
    try (Listener listener = Doors.open(settings, receiver)) {
      play(script, listener, receiver);
      long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (listener.sessions() > 0) {
        assertTrue(System.nanoTime() < until, "the session has no end");
        Thread.onSpinWait();
      }
    }
    assertEquals(List.of(), List.copyOf(receiver.kept), "mails that the dialogue doesn't name");
    assertEquals(receiver.opened.get(), receiver.closed.get(), "transactions closed");
    assertEquals(0, receiver.closedTwice.get(), "transactions closed twice");
  }

  private static void play(List<String> script, Listener listener, RecordingReceiver receiver)
      throws Exception {
    boolean ended = false;
    try (RawPeer peer = new RawPeer(listener)) {
      for (int i = 0; i < script.size(); i++) {
        String line = script.get(i);
        String at = "line " + (i + 1) + ": ";
        String text = line.substring(line.indexOf(':') + 1).strip();
        if (line.startsWith("C:")) {
          peer.send(line.replaceFirst("C: ?", "") + "\r\n");
        } else if (line.startsWith("R*")) {
          int times = Integer.parseInt(line.substring(2, line.indexOf(':')));
          peer.send(bytes(text.repeat(times)));
        } else if (line.startsWith("R:")) {
          peer.send(bytes(text));
        } else if (line.startsWith("S:")) {
          String got = peer.line();
          assertTrue(matches(text, got), at + "expected <" + text + ">, got <" + got + ">");
        } else if (line.startsWith("K:")) {
          assertEquals(text(bytes(text)), receiver.next().content(), at + "content of the mail");
        } else if (line.startsWith("E:")) {
          assertEquals(List.of(), peer.rest(), at + "nothing more comes");
          ended = true;
        } else {
          assertTrue(line.isBlank() || line.startsWith("#"), at + "not understood: " + line);
        }
      }
      if (!ended) {
        peer.send("QUIT\r\n");
        assertEquals("221 2.0.0 Bye", peer.line(), "the dialogue has replies that it doesn't name");
        assertEquals(List.of(), peer.rest());
      }
    }
  }

  private static boolean matches(String pattern, String text) {
    String regex =
        Stream.of(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .reduce((a, b) -> a + ".*" + b)
            .get();
    return text.matches(regex);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String escaped) {
    StringBuilder text = new StringBuilder();
    byte[] utf8 = escaped.getBytes(StandardCharsets.UTF_8);
    int i = 0;
    while (i < utf8.length) {
      if (utf8[i] != '\\') {
        text.append((char) (utf8[i] & 0xff));
        i++;
        continue;
      }
      switch (utf8[i + 1]) {
        case 'r' -> text.append('\r');
        case 'n' -> text.append('\n');
        case '0' -> text.append('\0');
        case 'x' -> {
          text.append((char) Integer.parseInt(text(new byte[] {utf8[i + 2], utf8[i + 3]}), 16));
          i += 2;
        }
        default -> throw new AssertionError("unknown escape in " + escaped);
      }
      i += 2;
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
