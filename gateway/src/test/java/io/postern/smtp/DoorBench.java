package io.postern.smtp;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.postern.mail.Address;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.internal.io.DotTerminatedInputStream;
import org.subethamail.smtp.internal.io.DotUnstuffingInputStream;

/// Measures the door by itself: how fast a message is read, beside SubEthaSMTP's own streams, and how
/// many mails pass when nothing is done with them. Run by hand; the figures depend on the machine.
///
///     java -cp ... io.postern.smtp.DoorBench
final class DoorBench {
  private static final int MESSAGE_BYTES = 1 << 20;
  private static final int ROUNDS = 5;

  private DoorBench() {}

  /// Prints the figures.
  public static void main(String[] args) throws Exception {
    ((Logger) LoggerFactory.getLogger("ROOT")).setLevel(Level.WARN);
    byte[] prose = message(70, 0.01);
    byte[] base64 = message(76, 0);
    byte[] dots = message(20, 0.5);
    for (int round = 0; round < ROUNDS; round++) {
      System.out.printf(
          "read, MB/s of CPU time: prose %.0f, library %.0f; base64 %.0f, library %.0f;"
              + " half the lines stuffed %.0f, library %.0f%n",
          ours(prose, 400),
          library(prose, 20),
          ours(base64, 400),
          library(base64, 20),
          ours(dots, 400),
          library(dots, 20));
    }
    for (int sessions : new int[] {1, 10, 50}) {
      for (int round = 0; round < 3; round++) {
        rate(sessions, 4096, 20_000);
      }
    }
    rate(2, MESSAGE_BYTES, 1000);
  }

  /// A message as it follows DATA, its end included.
  private static byte[] message(int lineLength, double stuffed) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    while (text.length() < MESSAGE_BYTES) {
      text.append(random.nextDouble() < stuffed ? ".." : "");
      for (int i = 0; i < lineLength; i++) {
        text.append((char) ('0' + random.nextInt(70)));
      }
      text.append("\r\n");
    }
    return text.append(".\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static double ours(byte[] message, int times) {
    byte[] block = new byte[16 * 1024];
    long start = cpu();
    for (int i = 0; i < times; i++) {
      DotScanner scanner = new DotScanner(DotScanner.Framing.DOT, BareLineEnds.REFUSE);
      for (int at = 0; !scanner.ended(); at += block.length) {
        int length = Math.min(block.length, message.length - at);
        System.arraycopy(message, at, block, 0, length);
        scanner.scan(block, 0, length);
      }
    }
    return speed(message, times, start);
  }

  private static double library(byte[] message, int times) throws IOException {
    byte[] block = new byte[16 * 1024];
    long start = cpu();
    for (int i = 0; i < times; i++) {
      InputStream in =
          new DotUnstuffingInputStream(
              new DotTerminatedInputStream(
                  new BufferedInputStream(new java.io.ByteArrayInputStream(message), 8192)));
      while (in.read(block) >= 0) {
        // Only reading counts.
      }
    }
    return speed(message, times, start);
  }

  private static double speed(byte[] message, int times, long start) {
    return (double) message.length * times / (1 << 20) / ((cpu() - start) / 1e9);
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void rate(int sessions, int bytes, int mails) throws Exception {
    String content = "x".repeat(74) + "\r\n";
    byte[] mail =
        ("MAIL FROM:<alice@example.net>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n"
                + content.repeat(Math.max(1, bytes / content.length()))
                + ".\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    Settings settings = Doors.defaults(Doors.HOST, List.of(Doors.loopback()));
    try (Listener listener = Doors.open(settings, new Discard())) {
      long start = System.nanoTime();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < sessions; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try (RawPeer peer = new RawPeer(listener).hello()) {
                        for (int m = 0; m < mails / sessions; m++) {
                          peer.send(mail);
                          for (int r = 0; r < 4; r++) {
                            peer.line();
                          }
                        }
                      } catch (IOException e) {
                        throw new IllegalStateException(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join(Duration.ofMinutes(2));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%d sessions, pipelined, %d bytes: %.0f mails/s, %.0f MB/s, client included%n",
          sessions, bytes, mails / seconds, (double) mails * bytes / (1 << 20) / seconds);
    }
  }

  private static final class Discard implements Receiver, Receiver.Transaction {
    @Override
    public Opening mail(
        String session, Peer peer, ReversePath from, long declaredSize, boolean utf8) {
      return new Opening.Opened(this);
    }

    @Override
    public Reply recipient(Address recipient) {
      return new Reply(250, "2.1.5", "OK");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {}

    @Override
    public Reply message() {
      return new Reply(250, "2.0.0", "gone");
    }

    @Override
    public void unfit(Reply reply) {}

    @Override
    public void close() {}
  }
}
