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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// As [CrashTest], for those who are told of events: at the end each event of each mail that got
/// 250 was told, in the order of its delivery, and at most one batch a kill was told twice, under
/// the same id.
///
/// The system property `postern.crash.kills` asks for more kills than the usual few.
final class FeedCrashTest {
  private static final int KILLS = Math.max(4, Integer.getInteger("postern.crash.kills", 20) / 5);
  private static final int SESSIONS = 4;
  private static final int BATCH_MAX = 100;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private WebhookSink sink;
  private ChildGateway child;
  private final Set<String> kept = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void prepare() throws IOException {
    sink = WebhookSink.start();
    // Slow enough that a post is often in flight when the gateway is killed.
    sink.alwaysAt("/events", SinkAnswer.status(200).after(Duration.ofMillis(400)));
    child = new ChildGateway(folder, sink.url("/desk"), "format: json");
    child.alsoTell(sink.url("/events"), "ops", 100);
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    child.kill();
    sink.close();
  }

  @Test
  void everyEventOfWhatGot250IsToldInOrder() throws Exception {
    long seed = new Random().nextLong();
    Random chance = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      int enough = kept.size() + 20 + chance.nextInt(150);
      child.killUnder(SESSIONS, this::send, () -> kept.size() >= enough);
    }
    child.start();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Told told = told();
    while (!told.isWhole(kept) && System.nanoTime() < deadline) {
      sink.poll(Duration.ofMillis(200));
      told = told();
    }
    assertEquals(List.of(), told.missing(kept), "not told, with the seed " + seed);
    assertEquals(List.of(), told.disorder(), "with the seed " + seed);
    assertTrue(told.again <= KILLS * BATCH_MAX, told.again + " came again, with the seed " + seed);
    assertTrue(told.isSameUnderTheSameId, "with the seed " + seed);
    System.out.printf(
        "%d kills: the events of %d mails were told, %d of them again%n",
        KILLS, kept.size(), told.again);
  }

  private void send(InetSocketAddress smtp) {
    try (RawSmtp client = RawSmtp.greeted(smtp)) {
      while (true) {
        String reply =
            client.mail("ann@sender.example", List.of("desk@in.example.com"), Mails.plain());
        if (reply.startsWith("250 2.0.0 ")) {
          kept.add(reply.substring("250 2.0.0 ".length()).strip() + "-1");
        }
      }
    } catch (IOException | UncheckedIOException | AssertionError _) {
      // The gateway was killed: what had no 250 is the peer's to send again.
    }
  }

  /// What was told so far.
  private static final class Told {
    private final Map<String, List<String>> statuses = new HashMap<>();
    private final Map<String, String> bodies = new HashMap<>();
    private final Map<String, String> events = new HashMap<>();
    private int again;
    private boolean isSameUnderTheSameId = true;

    private void add(SinkRequest request) {
      String id = request.header("webhook-id").orElseThrow();
      String before = bodies.putIfAbsent(id, request.text());
      isSameUnderTheSameId &= before == null || before.equals(request.text());
      for (JsonNode event : JSON.readTree(request.text()).get("data").get("events")) {
        if (event.get("test").asBoolean()) {
          continue;
        }
        String first = events.putIfAbsent(event.get("id").asString(), id);
        isSameUnderTheSameId &= first == null || first.equals(id);
        if (first == null) {
          statuses
              .computeIfAbsent(event.get("delivery").asString(), _ -> new ArrayList<>())
              .add(event.get("status").asString());
        } else {
          again++;
        }
      }
    }

    private boolean isWhole(Set<String> deliveries) {
      return missing(deliveries).isEmpty();
    }

    private List<String> missing(Set<String> deliveries) {
      return deliveries.stream()
          .filter(it -> !statuses.getOrDefault(it, List.of()).contains("succeeded"))
          .toList();
    }

    /// Deliveries of which something was told in another order than it happened.
    private List<String> disorder() {
      return statuses.entrySet().stream()
          .filter(
              it ->
                  it.getValue().indexOf("queued") != 0
                      || (it.getValue().contains("succeeded")
                          && it.getValue().indexOf("succeeded") != it.getValue().size() - 1))
          .map(Map.Entry::getKey)
          .toList();
    }
  }

  private Told told() {
    Told told = new Told();
    for (SinkRequest request : sink.requests()) {
      if (request.target().equals("/events")) {
        told.add(request);
      }
    }
    return told;
  }
}
