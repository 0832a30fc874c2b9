package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A gateway in a process of its own is killed (SIGKILL) in the middle of the load, again and
/// again, while its peers keep a list of what got 250. At the end every one of them is at the
/// endpoint.
final class CrashTest {
  private static final int KILLS = 4;
  private static final int SESSIONS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern MARK = Pattern.compile("mark-(\\d+)-kram");

  @TempDir private Path folder;
  private WebhookSink sink;
  private ChildGateway child;

  private final AtomicInteger next = new AtomicInteger();
  private final Set<Integer> kept = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void prepare() throws IOException {
    sink = WebhookSink.start();
    // Slow enough that some attempts are always in flight.
    sink.always(SinkAnswer.status(200).after(Duration.ofMillis(5)));
    child = new ChildGateway(folder, sink.url("/desk"), "format: raw");
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    child.kill();
    sink.close();
  }

  @Test
  void nothingThatGot250IsLostByKills() throws Exception {
    long seed = new Random().nextLong();
    Random chance = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      InetSocketAddress smtp = child.start();
      int enough = kept.size() + 20 + chance.nextInt(200);
      List<Thread> peers = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        peers.add(Thread.ofVirtual().start(() -> send(smtp)));
      }
      TestGateway.until("enough mail was kept", () -> kept.size() >= enough);
      child.kill();
      for (Thread peer : peers) {
        peer.join();
      }
    }
    assertTrue(kept.size() > KILLS * 20, "the load was too small to tell anything");
    child.start();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Set<Integer> missing = missing();
    while (!missing.isEmpty() && System.nanoTime() < deadline) {
      sink.poll(Duration.ofMillis(100));
      missing = missing();
    }
    assertEquals(Set.of(), missing, "lost, with the seed " + seed);
  }

  /// One peer: sends mails, small ones and now and then one of several blocks, until the line
  /// breaks.
  private void send(InetSocketAddress smtp) {
    try (RawSmtp client = RawSmtp.greeted(smtp)) {
      while (true) {
        int number = next.incrementAndGet();
        byte[] filler = number % 25 == 0 ? Mails.big(600_000) : Mails.plain();
        byte[] mark = ("X-Mark: mark-" + number + "-kram\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] mail = new byte[mark.length + filler.length];
        System.arraycopy(mark, 0, mail, 0, mark.length);
        System.arraycopy(filler, 0, mail, mark.length, filler.length);
        if (client
            .mail("ann@sender.example", List.of("desk@in.example.com"), mail)
            .startsWith("250 2.0.0 ")) {
          kept.add(number);
        }
      }
    } catch (IOException | UncheckedIOException | AssertionError _) {
      // The gateway was killed: what had no 250 is the peer's to send again.
    }
  }

  private Set<Integer> missing() {
    Set<Integer> missing = new HashSet<>(kept);
    for (SinkRequest request : sink.requests()) {
      Matcher mark =
          MARK.matcher(
              new String(
                  request.body(),
                  0,
                  Math.min(request.body().length, 2000),
                  StandardCharsets.ISO_8859_1));
      if (mark.find()) {
        missing.remove(Integer.valueOf(mark.group(1)));
      }
    }
    return missing;
  }
}
