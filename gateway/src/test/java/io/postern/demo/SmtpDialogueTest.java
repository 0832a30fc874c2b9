package io.postern.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.demo.SmtpDialogue.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Against a server that says its lines in order, whatever it is told, and records what it is told.
@Timeout(120)
final class SmtpDialogueTest {
  private static final String GREETED = "220 mx\r\n|250-mx\r\n250-SIZE 1000\r\n250 8BITMIME\r\n|";
  private static final Letter LETTER =
      new Letter("a@example.org", "b@in.example.com", "<1@x>", ".dot\r\n..dots\r\n\r\nlast");

  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final CompletableFuture<String> told = new CompletableFuture<>();

  @Test
  void sendsTheLetterDotStuffedAndReturnsEveryReply() throws Exception {
    List<Reply> replies =
        send(
            GREETED + "250 2.1.0 ok\r\n|250 2.1.5 ok\r\n|354 go\r\n|250 2.0.0 kept\r\n|221 bye\r\n",
            false);

    assertEquals(
        """
        EHLO peer.example.org
        MAIL FROM:<a@example.org>
        RCPT TO:<b@in.example.com>
        DATA
        ..dot
        ...dots

        last
        .
        QUIT
        """
            .replace("\n", "\r\n"),
        told.get(60, TimeUnit.SECONDS));
    assertEquals(
        List.of(220, 250, 250, 250, 354, 250, 221), replies.stream().map(Reply::code).toList());
    assertEquals("250 2.0.0 kept", replies.get(5).line());
    assertEquals(".", replies.get(5).to());
  }

  @Test
  void printsBothSidesSafely() throws Exception {
    send(GREETED + "550 5.7.1 \u001B[2Jno\u202E\r\n|221 bye\r\n", false);

    assertEquals(
        """
            S: 220 mx
            C: EHLO peer.example.org
            S: 250-mx, SIZE 1000, 8BITMIME
            C: MAIL FROM:<a@example.org>
            S: 550 5.7.1 \\u001B[2Jno\\u202E
            C: QUIT
            S: 221 bye
        """,
        screen.toString(UTF_8).replace(System.lineSeparator(), "\n"));
  }

  @Test
  void leavesOutWhatIsAlwaysTheSameWhenBrief() throws Exception {
    send(GREETED + "250 ok\r\n|250 ok\r\n|354 go\r\n|250 kept\r\n|221 bye\r\n", true);

    String text = screen.toString(UTF_8);
    assertFalse(text.contains("EHLO") || text.contains("QUIT"), text);
    assertTrue(text.contains("C: (3 lines more, 20 bytes in all)"), text);
  }

  @Test
  void stopsAtARefusal() throws Exception {
    List<Reply> replies = send(GREETED + "250 ok\r\n|452 4.5.3 no\r\n|221 bye\r\n", true);

    assertFalse(told.get(60, TimeUnit.SECONDS).contains("DATA"));
    assertEquals("452 4.5.3 no", replies.get(replies.size() - 2).line());
  }

  @Test
  void failsOnWhatIsNoSmtp() {
    for (String server :
        List.of(
            "HTTP/1.1 400 Bad\r\n",
            "220",
            "22x mx\r\n",
            "220 " + "x".repeat(3000) + "\r\n",
            "220-again\r\n".repeat(200))) {
      assertThrows(IOException.class, () -> send(server, false), server);
    }
  }

  @Test
  void endsWhenTheServerIsTooSlow() {
    IOException late = assertThrows(IOException.class, () -> send("", false));
    assertEquals("the dialogue was not over after 700 ms", late.getMessage());
  }

  @Test
  void speaksToThisMachineOnly() {
    InetSocketAddress elsewhere = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            SmtpDialogue.send(
                elsewhere, LETTER, new PrintStream(screen), false, Duration.ofMillis(10)));
  }

  /// @param script what the server says: `|` ends a turn, after which it waits for one line, or
  ///   after 354 for the message. After an empty script it only listens; after any other it closes.
  private List<Reply> send(String script, boolean brief) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.ofVirtual().start(() -> serve(server, script));
      return SmtpDialogue.send(
          (InetSocketAddress) server.getLocalSocketAddress(),
          LETTER,
          new PrintStream(screen, true, UTF_8),
          brief,
          Duration.ofMillis(script.isEmpty() ? 700 : 60_000));
    }
  }

  private void serve(ServerSocket server, String script) {
    StringBuilder heard = new StringBuilder();
    try (Socket socket = server.accept()) {
      if (script.isEmpty()) {
        socket.getInputStream().read();
      }
      List<String> turns = List.of(script.split("\\|", -1));
      for (int i = 0; i < turns.size(); i++) {
        socket.getOutputStream().write(turns.get(i).getBytes(UTF_8));
        if (i < turns.size() - 1) {
          hear(
              socket.getInputStream(),
              heard,
              turns.get(i).startsWith("354") ? "\r\n.\r\n" : "\r\n");
        }
      }
      told.complete(heard.toString());
    } catch (IOException e) {
      told.completeExceptionally(e);
    }
  }

  private static void hear(InputStream in, StringBuilder heard, String end) throws IOException {
    int start = heard.length();
    while (!heard.substring(start).endsWith(end)) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the sender went away after " + heard);
      }
      heard.append(new String(new byte[] {(byte) b}, US_ASCII));
    }
  }
}
