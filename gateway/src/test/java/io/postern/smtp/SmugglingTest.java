package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// End-of-data sequences that some mail server somewhere takes for the end of a message, each
/// followed by a second transaction (RFC 5321 §4.1.1.4, and what is known as SMTP smuggling). Those
/// that the public scanners try are among them: SMTP-Smuggling-Tools of the authors who found it
/// (SEC Consult, 2023), and smtpsmug.
final class SmugglingTest {
  /// What becomes of the message before the sequence.
  enum Fate {
    /// It ends there and is kept; what follows is a mail of its own.
    ENDS,
    /// It ends there and is refused; what follows is a mail of its own.
    ENDS_REFUSED,
    /// It goes on, and what follows is content.
    CONTENT,
    /// It goes on, and is refused at its true end; what follows is nothing.
    REFUSED
  }

  enum Sequence {
    CRLF_DOT_CRLF("\r\n.\r\n", Fate.ENDS),
    CR_CRLF_DOT_CRLF("\r\r\n.\r\n", Fate.ENDS_REFUSED),
    LF_CRLF_DOT_CRLF("\n\r\n.\r\n", Fate.ENDS),
    LF_DOT_LF("\n.\n", Fate.REFUSED),
    LF_DOT_CRLF("\n.\r\n", Fate.REFUSED),
    LF_DOT_CR("\n.\r", Fate.REFUSED),
    CR_DOT_CR("\r.\r", Fate.REFUSED),
    CR_DOT_CRLF("\r.\r\n", Fate.REFUSED),
    CR_DOT_LF("\r.\n", Fate.REFUSED),
    CRLF_DOT_LF("\r\n.\n", Fate.REFUSED),
    CRLF_DOT_CR("\r\n.\r", Fate.REFUSED),
    CRLF_DOT_CR_CRLF("\r\n.\r\r\n", Fate.REFUSED),
    CR_CRLF_DOT_CR_CRLF("\r\r\n.\r\r\n", Fate.REFUSED),
    LF_LF_DOT_CRLF("\n\n.\r\n", Fate.REFUSED),
    CRLF_DOT_LF_CR("\r\n.\n\r", Fate.REFUSED),
    CR_CR_LF_DOT_LF("\r\r\n.\n", Fate.REFUSED),
    CRLF_NUL_DOT_CRLF("\r\n\0.\r\n", Fate.REFUSED),
    CR_NUL_LF_DOT_CRLF("\r\0\n.\r\n", Fate.REFUSED),
    CRLF_DOT_NUL_CRLF("\r\n.\0\r\n", Fate.REFUSED),
    CRLF_DOT_CR_NUL_LF("\r\n.\r\0\n", Fate.REFUSED),
    CRLF_DOT_SPACE_CRLF("\r\n. \r\n", Fate.CONTENT),
    CRLF_DOT_TAB_CRLF("\r\n.\t\r\n", Fate.CONTENT),
    CRLF_DOT_DOT_CRLF("\r\n..\r\n", Fate.CONTENT),
    NEL_DOT_NEL("\u0085.\u0085", Fate.CONTENT);

    final String bytes;
    final Fate fate;

    Sequence(String bytes, Fate fate) {
      this.bytes = bytes;
      this.fate = fate;
    }

    /// What becomes of it where bare line ends are made whole: only a NUL is refused then.
    Fate normalised() {
      return switch (fate) {
        case ENDS, CONTENT -> fate;
        case ENDS_REFUSED -> Fate.ENDS;
        case REFUSED -> bytes.indexOf('\0') < 0 ? Fate.CONTENT : Fate.REFUSED;
      };
    }
  }

  private static final String FIRST =
      "MAIL FROM:<alice@example.net>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n";
  private static final String SECOND =
      "MAIL FROM:<forged@example.com>\r\nRCPT TO:<victim@example.com>\r\nDATA\r\nsmuggled\r\n.\r\n";

  private final RecordingReceiver receiver = new RecordingReceiver();

  @ParameterizedTest
  @EnumSource(Sequence.class)
  void inOnePacket(Sequence sequence) throws Exception {
    run(sequence, "text", (peer, bytes) -> peer.send(bytes));
  }

  @ParameterizedTest
  @EnumSource(Sequence.class)
  void byteByByte(Sequence sequence) throws Exception {
    run(
        sequence,
        "text",
        (peer, bytes) -> {
          for (byte b : bytes) {
            peer.send(new byte[] {b});
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Sequence.class)
  void cutAtEveryPlace(Sequence sequence) throws Exception {
    int length = (FIRST + "text" + sequence.bytes + SECOND).length();
    try (Listener listener = listener()) {
      for (int at = FIRST.length(); at < length; at += 1) {
        int cut = at;
        play(
            listener,
            sequence,
            "text",
            (peer, bytes) -> {
              peer.send(Arrays.copyOf(bytes, cut));
              peer.send(Arrays.copyOfRange(bytes, cut, bytes.length));
            });
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sequence.class)
  void atRandomPlacesOfALongMessage(Sequence sequence) throws Exception {
    Random random = new Random(sequence.bytes.hashCode());
    run(
        sequence,
        "0123456789\r\n".repeat(4000),
        (peer, bytes) -> {
          int from = 0;
          while (from < bytes.length) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(20_000));
            peer.send(Arrays.copyOfRange(bytes, from, to));
            from = to;
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Sequence.class)
  void pastTheSizeLimit(Sequence sequence) throws Exception {
    String text = "0123456789\r\n".repeat(6000);
    try (Listener listener = listener();
        RawPeer peer = new RawPeer(listener).hello()) {
      peer.send(latin1(FIRST + text + sequence.bytes + SECOND + "NOOP\r\n"));
      expect(peer, "250 2.1.0", "250 2.1.5", "354", "552 5.3.4");
      if (sequence.fate == Fate.ENDS || sequence.fate == Fate.ENDS_REFUSED) {
        expect(peer, "250 2.1.0", "250 2.1.5", "354", "250 2.0.0 kept");
        assertEquals("smuggled\r\n", receiver.next().content());
      }
      expect(peer, "250 2.0.0 OK");
      assertTrue(receiver.kept.isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource(Sequence.class)
  void whereBareLineEndsAreNormalised(Sequence sequence) throws Exception {
    Settings settings = Dialogue.settings(BareLineEnds.NORMALISE, "");
    try (Listener listener = Doors.open(settings, receiver);
        RawPeer peer = new RawPeer(listener).hello()) {
      peer.send(latin1(FIRST + "text" + sequence.bytes + SECOND + "NOOP\r\n"));
      expect(peer, "250 2.1.0", "250 2.1.5", "354");
      outcome(
          peer,
          sequence.normalised(),
          "text" + sequence.bytes,
          content -> content.replaceAll("\r\n|\r|\n", "\r\n"));
    }
  }

  /// No sequence ends a message that is counted, and what makes one unfit does so here too.
  @ParameterizedTest
  @EnumSource(Sequence.class)
  void inChunks(Sequence sequence) throws Exception {
    String content = "text" + sequence.bytes + SECOND;
    boolean fit = sequence.fate == Fate.ENDS || sequence.fate == Fate.CONTENT;
    try (Listener listener = listener()) {
      for (int cut = 0; cut <= content.length(); cut++) {
        try (RawPeer peer = new RawPeer(listener).hello()) {
          peer.send(
              latin1(
                  FIRST.replace("DATA\r\n", "")
                      + ("BDAT " + cut + "\r\n" + content.substring(0, cut))
                      + ("BDAT " + (content.length() - cut) + " LAST\r\n")
                      + (content.substring(cut) + "NOOP\r\n")));
          expect(peer, "250 2.1.0", "250 2.1.5");
          String first = peer.line();
          if (fit) {
            assertTrue(first.startsWith("250 2.0.0 " + cut + " octets taken"), first);
            expect(peer, "250 2.0.0 kept");
            assertEquals(content, receiver.next().content());
          } else {
            assertTrue(first.startsWith("250 2.0.0 ") || first.startsWith("550 5.6.0 "), first);
            expect(peer, "550 5.6.0");
          }
          expect(peer, "250 2.0.0 OK");
        }
      }
    }
    assertTrue(receiver.kept.isEmpty());
  }

  private interface Sender {
    void send(RawPeer peer, byte[] bytes) throws Exception;
  }

  private void run(Sequence sequence, String text, Sender sender) throws Exception {
    try (Listener listener = listener()) {
      play(listener, sequence, text, sender);
    }
  }

  private Listener listener() throws IOException {
    return Doors.open(Doors.settings(Doors.LONG, 50), receiver);
  }

  private void play(Listener listener, Sequence sequence, String text, Sender sender)
      throws Exception {
    try (RawPeer peer = new RawPeer(listener).hello()) {
      sender.send(peer, latin1(FIRST + text + sequence.bytes + SECOND + "NOOP\r\n"));
      expect(peer, "250 2.1.0", "250 2.1.5", "354");
      outcome(peer, sequence.fate, text + sequence.bytes, content -> content);
    }
  }

  /// What the door says and keeps once the message has begun.
  ///
  /// @param message the message up to where the second transaction follows, as sent
  /// @param asKept makes what is kept of it
  private void outcome(RawPeer peer, Fate fate, String message, UnaryOperator<String> asKept)
      throws Exception {
    List<String> kept = new ArrayList<>();
    switch (fate) {
      case ENDS -> {
        expect(peer, "250 2.0.0 kept", "250 2.1.0", "250 2.1.5", "354", "250 2.0.0 kept");
        kept.add(asKept.apply(message.substring(0, message.length() - ".\r\n".length())));
        kept.add("smuggled\r\n");
      }
      case ENDS_REFUSED -> {
        expect(peer, "550 5.6.0", "250 2.1.0", "250 2.1.5", "354", "250 2.0.0 kept");
        kept.add("smuggled\r\n");
      }
      case CONTENT -> {
        expect(peer, "250 2.0.0 kept");
        String whole = message + SECOND.substring(0, SECOND.length() - ".\r\n".length());
        kept.add(asKept.apply(whole.replace("\r\n.", "\r\n")));
      }
      case REFUSED -> expect(peer, "550 5.6.0");
    }
    // The next line is the peer's own again.
    expect(peer, "250 2.0.0 OK");
    for (String content : kept) {
      RecordingReceiver.Kept mail = receiver.next();
      assertEquals(content, mail.content());
      assertEquals(
          content.equals("smuggled\r\n") ? "forged@example.com" : "alice@example.net",
          mail.from().text());
    }
    assertTrue(receiver.kept.isEmpty());
  }

  private static void expect(RawPeer peer, String... replies) throws Exception {
    for (String reply : replies) {
      String line = peer.line();
      assertTrue(line.startsWith(reply), "expected " + reply + ", got " + line);
    }
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
