package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/// The dialogues with bytes changed, doubled, moved and left out by seeded chance, and torn
/// anywhere. Whatever comes: no fault of the door's own, an end, memory within bounds, and the same
/// commands, messages and mails as [StrictReader] finds.
///
/// The build plays some thousands. To play more, for so many minutes, from another seed:
///
///     java -cp ... io.postern.smtp.DialogueMutationTest 120 4711
///
/// A failure names the seed of its one session; `-Dpostern.mutation.seed` plays from there.
@Timeout(120)
final class DialogueMutationTest {
  private static final int SESSIONS = Integer.getInteger("postern.mutation.sessions", 6_000);
  private static final int SESSIONS_BY_SOCKET = 200;

  /// The dialogues with more than this are about their length, in bytes.
  private static final int LENGTH_MAX = 20_000;

  private static final List<byte[]> DIALOGUES =
      Dialogue.all().stream()
          .map(DialogueMutationTest::withoutPlantedFaults)
          .filter(sent -> sent.length <= LENGTH_MAX)
          .toList();

  /// What a session may allocate, in bytes, the tests' own recording included: in proportion to
  /// what was said, whatever it was.
  private static final long ALLOCATED = 1 << 20;

  private static final long ALLOCATED_BY_LINE = 8 << 10;
  private static final long ALLOCATED_BY_BYTE = 64;

  private static final List<String> TOKENS =
      List.of(
          "\r\n.\r\n",
          "\n.\r\n",
          "\r\n.\n",
          "\n.\n",
          "\r.\r",
          "\r\n.\r",
          "\r\n\0.\r\n",
          "\r\n..\r\n",
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
          "[",
          ":",
          " ",
          "\t",
          "\u00ff",
          "\u00c3\u00a9",
          "DATA\r\n",
          "RSET\r\n",
          "QUIT\r\n",
          "MAIL FROM:<>\r\nRCPT TO:<bob@example.com>\r\n",
          "BDAT 9\r\n",
          "BDAT 3 LAST\r\n",
          "BDAT 0 LAST\r\n",
          "BDAT \r\n",
          " LAST",
          " SIZE=99999999999999999999",
          "x".repeat(1100));

  @Test
  void readsWhateverComesAsTheStrictReaderDoes() throws Exception {
    long seed = Long.getLong("postern.mutation.seed", 2026);
    System.out.println("mutation of dialogues: seed " + seed + ", " + SESSIONS + " sessions");
    int kept = 0;
    for (long n = seed; n < seed + SESSIONS; n++) {
      kept += play(n);
    }
    assertTrue(kept > SESSIONS / 4, "too few come through to tell anything: " + kept);
  }

  @Test
  void readsItTheSameBySocket() throws Exception {
    RecordingReceiver receiver = new RecordingReceiver();
    try (Listener listener = Doors.open(receiver)) {
      for (long seed = 1; seed <= SESSIONS_BY_SOCKET; seed++) {
        byte[] sent = mutated(new Random(seed));
        try (RawPeer peer = new RawPeer(listener)) {
          peer.send(sent);
          peer.socket.shutdownOutput();
          List<String> said = peer.rest();
          check(seed, sent, said, receiver, BareLineEnds.REFUSE);
        }
        receiver.kept.clear();
      }
    }
    assertEquals(receiver.opened.get(), receiver.closed.get());
    assertEquals(0, receiver.closedTwice.get());
  }

  /// For hours.
  public static void main(String[] args) throws Exception {
    ((Logger) LoggerFactory.getLogger("ROOT")).setLevel(Level.OFF);
    Duration time = Duration.ofMinutes(Long.parseLong(args[0]));
    long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
    System.out.println("seed " + seed);
    long until = System.nanoTime() + time.toNanos();
    DialogueMutationTest test = new DialogueMutationTest();
    long n = 0;
    long kept = 0;
    while (System.nanoTime() < until) {
      kept += test.play(seed + n);
      n++;
      if (n % 100_000 == 0) {
        System.out.println(n + " sessions, " + kept + " mails, held " + held() + " bytes");
      }
    }
    System.out.println(n + " sessions, " + kept + " mails");
  }

  private static long held() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /// Plays one session.
  ///
  /// @return how many mails were kept
  private int play(long seed) throws Exception {
    return play(seed, false);
  }

  private int play(long seed, boolean again) throws Exception {
    Random random = new Random(seed);
    byte[] sent = mutated(random);
    BareLineEnds lineEnds = random.nextInt(3) == 0 ? BareLineEnds.NORMALISE : BareLineEnds.REFUSE;
    RecordingReceiver receiver = new RecordingReceiver();
    long allocated = allocated();
    IntUnaryOperator torn = most -> random.nextInt(3) == 0 ? 1 + random.nextInt(most) : most;
    List<String> said = Talk.hold(sent, Dialogue.settings(lineEnds, ""), receiver, torn).said();
    allocated = allocated() - allocated;
    long max = ALLOCATED + said.size() * ALLOCATED_BY_LINE + sent.length * ALLOCATED_BY_BYTE;
    if (allocated > max && !again) {
      // What is loaded once, such as the tables of IDN, is no matter of this session.
      return play(seed, true);
    }
    assertTrue(allocated <= max, "seed " + seed + " allocates too much: " + allocated);
    assertEquals(receiver.opened.get(), receiver.closed.get(), () -> "seed " + seed);
    assertEquals(0, receiver.closedTwice.get(), () -> "seed " + seed);
    int kept = receiver.kept.size();
    check(seed, sent, said, receiver, lineEnds);
    return kept;
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static void check(
      long seed,
      byte[] sent,
      List<String> said,
      RecordingReceiver receiver,
      BareLineEnds lineEnds) {
    try {
      for (String line : said) {
        assertFalse(line.startsWith("451 4.3.0") || line.startsWith("421 4.3.0"), line);
      }
      assertTrue(receiver.bytesMost.get() <= StrictReader.MESSAGE_MAX, "more than the limit");
      List<String> kept = receiver.kept.stream().map(RecordingReceiver.Kept::content).toList();
      StrictReader.check(sent, said, kept, lineEnds);
    } catch (AssertionError e) {
      String shown =
          new String(sent, StandardCharsets.ISO_8859_1)
              .replace("\r", "\\r")
              .replace("\n", "\\n")
              .replace("\0", "\\0");
      throw new AssertionError(
          "seed %d, %s: %s%nsent: %s%nsaid: %s"
              .formatted(seed, lineEnds, e.getMessage(), shown, said),
          e);
    }
  }

  /// The faults that dialogues make the receiver have would hide those that are none of its own.
  private static byte[] withoutPlantedFaults(Dialogue dialogue) {
    return new String(dialogue.sent(), StandardCharsets.ISO_8859_1)
        .replaceAll("(?:bug|death|null)@", "@")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] mutated(Random random) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = random.nextInt(2); i >= 0; i--) {
      byte[] sent = DIALOGUES.get(random.nextInt(DIALOGUES.size()));
      for (int changes = random.nextInt(5); changes > 0; changes--) {
        sent = changed(sent, random);
      }
      all.writeBytes(sent);
    }
    // Some peers hang up anywhere.
    int length = random.nextInt(8) == 0 ? random.nextInt(all.size() + 1) : all.size();
    return Arrays.copyOf(all.toByteArray(), length);
  }

  private static String token(Random random) {
    // Now and then more than a message may have.
    return random.nextInt(80) == 0
        ? "0123456789abcdef\r\n".repeat(4000)
        : TOKENS.get(random.nextInt(TOKENS.size()));
  }

  private static byte[] changed(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length + 1);
    int length = Math.min(random.nextInt(12), bytes.length - at);
    ByteArrayOutputStream next = new ByteArrayOutputStream();
    next.write(bytes, 0, at);
    int rest = at;
    switch (random.nextInt(6)) {
      case 0, 1, 2 -> next.writeBytes(token(random).getBytes(StandardCharsets.ISO_8859_1));
      case 3 -> rest = at + length;
      case 4 -> next.write(bytes, at, length);
      default -> {
        next.write(random.nextInt(256));
        rest = Math.min(at + 1, bytes.length);
      }
    }
    next.write(bytes, rest, bytes.length - rest);
    return next.toByteArray();
  }
}
