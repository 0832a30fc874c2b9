package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How replies to a pipelined group leave (RFC 2920 §3.2), told by the writes to the socket.
@Timeout(120)
final class PipeliningTest {
  private static final String GROUP =
      "MAIL FROM:<>\r\n" + "RCPT TO:<bob@example.com>\r\n".repeat(100) + "DATA\r\n";

  private final RecordingReceiver receiver = new RecordingReceiver();

  @Test
  void repliesToAGroupLeaveInOneWrite() throws Exception {
    // 3 KB, more than is read at once.
    assertEquals(List.of(1 + 102), writes("HELO client.example.net\r\n" + GROUP));
  }

  @Test
  void repliesToMailAfterMailLeaveTogether() throws Exception {
    String mail =
        """
        MAIL FROM:<>
        RCPT TO:<bob@example.com>
        BDAT 7 LAST
        hello
        MAIL FROM:<>
        RCPT TO:<bob@example.com>
        DATA
        hello
        .
        """
            .replace("\n", "\r\n");
    assertEquals(List.of(1 + 4 * 7), writes("HELO client.example.net\r\n" + mail.repeat(4)));
    assertEquals(8, receiver.kept.size());
  }

  @Test
  void moreThanABufferOfThemLeavesBufferByBuffer() throws Exception {
    List<Integer> writes = writes("HELO client.example.net\r\n" + (GROUP + ".\r\n").repeat(5));
    assertEquals(1 + 5 * 103, writes.stream().mapToInt(Integer::intValue).sum());
    assertTrue(writes.size() <= 5, writes.toString());
  }

  private List<Integer> writes(String sent) throws Exception {
    return Talk.hold(
            sent.getBytes(StandardCharsets.US_ASCII),
            Dialogue.settings(BareLineEnds.REFUSE, ""),
            receiver,
            IntUnaryOperator.identity())
        .writes();
  }
}
