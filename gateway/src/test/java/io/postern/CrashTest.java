package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
/// endpoint, whole, and twice at most what was in flight at a kill.
///
/// The system property `postern.crash.kills` asks for more kills than the usual 20; `mvn -Pnightly
/// verify` for 200.
final class CrashTest {
  private static final int KILLS = Integer.getInteger("postern.crash.kills", 20);
  private static final int SESSIONS = 8;

  /// How many posts to one endpoint are under way at once, as configured when nothing is.
  private static final int IN_FLIGHT_MAX = 16;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
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
      int enough = kept.size() + 10 + chance.nextInt(60);
      child.killUnder(SESSIONS, this::send, () -> kept.size() >= enough);
    }
    assertTrue(kept.size() > KILLS * 10, "the load was too small to tell anything");
    child.start();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Map<Integer, Integer> posts = posts();
    while (!posts.keySet().containsAll(kept) && System.nanoTime() < deadline) {
      sink.poll(Duration.ofMillis(100));
      posts = posts();
    }
    Set<Integer> missing = new HashSet<>(kept);
    missing.removeAll(posts.keySet());
    assertEquals(Set.of(), missing, "lost, with the seed " + seed);
    int duplicates = posts.values().stream().mapToInt(count -> count - 1).sum();
    assertTrue(
        duplicates <= KILLS * IN_FLIGHT_MAX,
        duplicates + " of " + kept.size() + " came again, with the seed " + seed);
    child.terminate();
    assertEquals(143, child.exitCode());
    try (SqliteReader store =
        SqliteReader.open(Settings.of(folder.resolve("data").resolve("postern.db"), 0))) {
      assertEquals(0, store.ledger().unaccounted());
    }
    System.out.printf(
        "%d kills: %d mails got 250, 0 lost, %d posted again%n", KILLS, kept.size(), duplicates);
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

  /// How often each mail was posted.
  private Map<Integer, Integer> posts() {
    Map<Integer, Integer> posts = new HashMap<>();
    for (SinkRequest request : sink.requests()) {
      Matcher mark =
          MARK.matcher(
              new String(
                  request.body(),
                  0,
                  Math.min(request.body().length, 2000),
                  StandardCharsets.ISO_8859_1));
      if (mark.find()) {
        posts.merge(Integer.valueOf(mark.group(1)), 1, Integer::sum);
      }
    }
    return posts;
  }
}
