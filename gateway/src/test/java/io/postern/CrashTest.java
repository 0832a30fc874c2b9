package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
  private static final Pattern READY = Pattern.compile("ready .*smtp=\\[/127\\.0\\.0\\.1:(\\d+)]");
  private static final Pattern MARK = Pattern.compile("mark-(\\d+)-kram");

  @TempDir private Path folder;
  private WebhookSink sink;
  private Process child;

  private final AtomicInteger next = new AtomicInteger();
  private final Set<Integer> kept = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void prepare() throws IOException {
    sink = WebhookSink.start();
    // Slow enough that some attempts are always in flight.
    sink.always(SinkAnswer.status(200).after(Duration.ofMillis(5)));
    Files.createDirectories(folder.resolve("rules"));
    Files.writeString(
        folder.resolve("rules").resolve("desk.yaml"),
        """
        name: desk
        when:
          - { header: To, matches: '^desk@' }
        post: { url: "%s", format: raw }
        retry: { interval: 10s, period: 1d }
        """
            .formatted(sink.url("/desk")));
    Files.writeString(
        folder.resolve("postern.yaml"),
        """
        hostname: mx.example.com
        smtp: { listen: ["127.0.0.1:0"] }
        domains: [in.example.com]
        rules: rules
        store: { sqlite: data/postern.db }
        """);
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    if (child != null) {
      child.destroyForcibly();
      child.waitFor();
    }
    sink.close();
  }

  @Test
  void nothingThatGot250IsLostByKills() throws Exception {
    long seed = new Random().nextLong();
    Random chance = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      InetSocketAddress smtp = startChild();
      int enough = kept.size() + 20 + chance.nextInt(200);
      List<Thread> peers = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        peers.add(Thread.ofVirtual().start(() -> send(smtp)));
      }
      TestGateway.until("enough mail was kept", () -> kept.size() >= enough);
      child.destroyForcibly();
      child.waitFor();
      for (Thread peer : peers) {
        peer.join();
      }
    }
    assertTrue(kept.size() > KILLS * 20, "the load was too small to tell anything");
    startChild();
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

  private InetSocketAddress startChild() throws IOException {
    child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.postern.cli.Main",
                "serve",
                "--config",
                folder.resolve("postern.yaml").toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader out = child.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    String line = out.readLine();
    while (line != null) {
      said.append(line).append('\n');
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        Thread.ofVirtual().start(() -> out.lines().forEach(_ -> {}));
        return new InetSocketAddress(
            InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(ready.group(1)));
      }
      line = out.readLine();
    }
    throw new AssertionError("the gateway did not start:\n" + said);
  }
}
