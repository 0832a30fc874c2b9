package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Sessions with bytes changed, doubled, moved and left out by seeded chance: whatever comes, the
/// door answers in whole lines, meets no fault of its own, and ends.
@Timeout(60)
final class MutationTest {
  private static final int SESSIONS = 600;
  private static final String SCRIPT =
      """
      EHLO client.example.net
      MAIL FROM:<"a b"@[IPv6:2001:db8::1]> SIZE=300 BODY=8BITMIME SMTPUTF8
      RCPT TO:<用户@例え.example>
      RCPT TO:<postmaster>
      DATA
      Subject: one
      ..two

      .
      BDAT 5
      12345MAIL FROM:<>
      RCPT TO:<bob@example.com>
      DATA
      .
      VRFY bob
      NOOP
      QUIT
      """
          .replace("\n", "\r\n");
  private static final String[] TOKENS = {
    "\r\n.\r\n",
    "\r\n",
    "\n",
    "\r",
    ".",
    "\0",
    "<",
    ">",
    "@",
    "\"",
    "\\",
    "DATA\r\n",
    "RSET\r\n",
    "SIZE=99999999999999999999",
    "\u00ff",
    "[",
    ":",
    " ",
    "BDAT 9\r\n",
    "x".repeat(1100)
  };

  @Test
  void answersWhateverComes() throws Exception {
    RecordingReceiver receiver = new RecordingReceiver();
    Random random = new Random(2026);
    int lines = 0;
    try (Listener listener = Doors.open(receiver)) {
      for (int n = 0; n < SESSIONS; n++) {
        byte[] script = mutated(random, 1 + random.nextInt(6));
        try (RawPeer peer = new RawPeer(listener)) {
          peer.send(script);
          peer.socket.shutdownOutput();
          List<String> said = peer.rest();
          String shown = n + ": " + new String(script, StandardCharsets.ISO_8859_1) + said;
          for (String line : said) {
            assertTrue(line.matches("[2-5][0-9][0-9][ -][ -~]*"), shown);
            assertFalse(line.startsWith("451 4.3.0") || line.startsWith("421 4.3.0"), shown);
            lines++;
          }
        }
      }
    }
    assertTrue(lines > SESSIONS * 8, lines + " lines");
    assertTrue(receiver.kept.size() > SESSIONS / 4, receiver.kept.size() + " mails");
    assertEquals(receiver.opened.get(), receiver.closed.get());
    assertEquals(0, receiver.closedTwice.get());
  }

  private static byte[] mutated(Random random, int changes) {
    byte[] script = SCRIPT.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(script.length);
      int length = Math.min(random.nextInt(12), script.length - at);
      ByteArrayOutputStream next = new ByteArrayOutputStream();
      next.write(script, 0, at);
      switch (random.nextInt(4)) {
        case 0 -> {
          byte[] token =
              TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.ISO_8859_1);
          next.write(token, 0, token.length);
          next.write(script, at, script.length - at);
        }
        case 1 -> next.write(script, at + length, script.length - at - length);
        case 2 -> {
          next.write(script, at, length);
          next.write(script, at, script.length - at);
        }
        default -> {
          next.write(random.nextInt(256));
          next.write(script, at + 1, script.length - at - 1);
        }
      }
      script = next.toByteArray();
    }
    return script;
  }
}
