package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Conversations with a peer that says all it has to say at once.
@Timeout(120)
final class ConversationTest {
  private static final String MAIL =
      "HELO client.example.net\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.com>\r\n";

  private final RecordingReceiver receiver = new RecordingReceiver();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @Test
  void refusesAMessageWithoutEndForGoodAndNotesIt() throws Exception {
    // 65,536 bytes are the largest message, and 10,000 more are read.
    List<String> replies = talk(MAIL + "DATA\r\n" + "0123456789\r\n".repeat(7_000) + ".\r\n", said);
    assertEquals(5, replies.size(), replies::toString);
    assertTrue(replies.getLast().startsWith("552 5.3.4 Message is larger than 65536 bytes"));
    assertEquals(List.of(552), receiver.unfit.stream().map(Reply::code).toList());
    assertClosedOnce();
  }

  @Test
  void readsAMessageToAnEndThatIsWithinReach() throws Exception {
    List<String> replies =
        talk(MAIL + "DATA\r\n" + "0123456789\r\n".repeat(5_500) + ".\r\nQUIT\r\n", said);
    assertEquals(6, replies.size(), replies::toString);
    assertTrue(replies.get(4).startsWith("552 5.3.4 "));
    assertTrue(replies.get(5).startsWith("221 "));
    assertClosedOnce();
  }

  @Test
  void endsInOurWordsAfterAnErrorOfTheVirtualMachine() throws Exception {
    OutputStream failsOnce =
        new OutputStream() {
          private boolean failed;

          @Override
          public void write(int b) {
            said.write(b);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            if (!failed) {
              failed = true;
              throw new InternalError("an error in a turn, made by the test");
            }
            said.write(bytes, offset, length);
          }
        };
    List<String> replies = talk(MAIL, failsOnce);
    assertEquals(1, replies.size(), replies::toString);
    assertTrue(replies.getFirst().startsWith("421 4.3.0 "), replies::toString);
    assertClosedOnce();
  }

  @Test
  void answersAPipelinedGroupThatFillsBlocksInOneWrite() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    OutputStream counted =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new AssertionError("a byte by itself");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            writes.incrementAndGet();
            said.write(bytes, offset, length);
          }
        };
    String group = MAIL + "RCPT TO:<bob@example.com>\r\n".repeat(60) + "NOOP\r\n";
    assertTrue(group.length() > 5 * Wire.FIRST_BYTES);
    assertEquals(64, talk(group, counted).size());
    assertEquals(1, writes.get());
  }

  private void assertClosedOnce() {
    assertEquals(1, receiver.opened.get());
    assertEquals(1, receiver.closed.get());
    assertEquals(0, receiver.closedTwice.get());
    assertTrue(receiver.kept.isEmpty());
  }

  private List<String> talk(String script, OutputStream out) throws IOException {
    InputStream in = new ByteArrayInputStream(script.getBytes(StandardCharsets.US_ASCII));
    try (Socket socket = socket(in, out)) {
      Conversation conversation =
          new Conversation(
              "session",
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 25),
              new Wire(socket, Doors.patience(Doors.LONG), false),
              new Conversation.Terms(
                  Doors.settings(Doors.LONG, 1),
                  receiver,
                  Encryption.none(),
                  false,
                  10_000,
                  new Score()));
      conversation.run();
      conversation.over();
    }
    return said.toString(StandardCharsets.US_ASCII).lines().toList();
  }

  private static Socket socket(InputStream in, OutputStream out) {
    return new Socket() {
      @Override
      public InputStream getInputStream() {
        return in;
      }

      @Override
      public OutputStream getOutputStream() {
        return out;
      }
    };
  }
}
