package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Plays the dialogues in `src/test/resources/smtp`, each with a door of its own. Beside what each
/// says for itself, every reply has an enhanced status code where one belongs.
final class DialogueTest {
  private static final Pattern ENHANCED =
      Pattern.compile("([245])\\d\\d[ -]\\1\\.\\d{1,3}\\.\\d{1,3} .+");

  static List<Dialogue> dialogues() {
    return Dialogue.all();
  }

  @Test
  void thereAreDialogues() {
    assertTrue(dialogues().size() >= 40);
  }

  @ParameterizedTest
  @MethodSource("dialogues")
  void goesAsWritten(Dialogue dialogue) throws Exception {
    RecordingReceiver receiver = new RecordingReceiver();
    Supplier<Optional<SSLEngine>> engines =
        dialogue.hasTls() ? TestTls.shared()::engine : Optional::empty;
    try (Listener listener = Doors.open(dialogue.settings(), receiver, engines)) {
      play(dialogue, listener, receiver);
      Doors.until(() -> listener.sessions() == 0);
    }
    assertEquals(List.of(), List.copyOf(receiver.kept), "mails that the dialogue doesn't name");
    assertEquals(receiver.opened.get(), receiver.closed.get(), "transactions closed");
    assertEquals(0, receiver.closedTwice.get(), "transactions closed twice");
  }

  private static void play(Dialogue dialogue, Listener listener, RecordingReceiver receiver)
      throws Exception {
    boolean ended = false;
    try (RawPeer peer = new RawPeer(listener)) {
      for (Dialogue.Step step : dialogue.steps()) {
        String at = dialogue.name() + ":" + step.line() + ": ";
        switch (step) {
          case Dialogue.Step.Sends(int _, String bytes) ->
              peer.send(bytes.getBytes(StandardCharsets.ISO_8859_1));
          case Dialogue.Step.Says says -> {
            String said = said(peer, says.whole());
            assertTrue(says.matches(said), at + "expected " + says.pattern() + ", got " + said);
          }
          case Dialogue.Step.Keeps(int _, String content) ->
              assertEquals(content, receiver.next().content(), at + "content of the mail");
          case Dialogue.Step.Encrypts _ -> peer.encrypt();
          case Dialogue.Step.Ends _ -> {
            assertEquals(List.of(), peer.rest(), at + "nothing more comes");
            ended = true;
          }
        }
      }
      if (!ended) {
        peer.send("QUIT\r\n");
        assertEquals("221 2.0.0 Bye", peer.line(), "the dialogue has replies that it doesn't name");
        assertEquals(List.of(), peer.rest());
      }
    }
  }

  /// The next line, or the last line of the next reply.
  private static String said(RawPeer peer, boolean whole) throws IOException {
    List<String> lines = whole ? peer.reply() : List.of(peer.line());
    for (String line : lines) {
      // RFC 2034 §3 wants no code in the greeting, in the reply to EHLO and HELO, and in 3xx.
      boolean bare = line.startsWith("220 ") || line.startsWith("354 ") || line.startsWith("250-");
      assertTrue(
          bare || isHello(lines) || ENHANCED.matcher(line).matches(), "no enhanced code: " + line);
    }
    return lines.getLast();
  }

  private static boolean isHello(List<String> lines) {
    return lines.getFirst().contains(" greets ") || lines.getFirst().startsWith("250 LIMITS ");
  }
}
