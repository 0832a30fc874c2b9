package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.config.Config;
import io.postern.config.ConfigFile;
import io.postern.delivery.Courier;
import io.postern.delivery.Outcome;
import io.postern.settings.Judgement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How a gateway begins and ends: all of it, or nothing.
@Timeout(120)
final class GatewayTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  @TempDir private Path folder;

  @BeforeEach
  void prepare() throws IOException {
    URI nobody = URI.create("https://app.example.com/");
    new TestGateway(folder).rule("desk", nobody).subscriber("ops", nobody, "validate: false");
  }

  @Test
  void aStartThatFailsAtItsEndLeavesNothingOpen() throws Exception {
    int door = freePort();
    AtomicInteger openCouriers = new AtomicInteger();
    World world = world(openCouriers::incrementAndGet, openCouriers::decrementAndGet);
    // What Java itself begins with the first gateway of a process, and keeps for a minute, is there
    // now.
    Gateway.open(config(0, 0), Map.of(), world).close();
    try (ServerSocket taken = new ServerSocket(0, 1, HERE)) {
      Config config = config(door, taken.getLocalPort());
      Set<Thread> before = Thread.getAllStackTraces().keySet();
      IOException refused =
          assertThrows(IOException.class, () -> Gateway.open(config, Map.of(), world));
      assertTrue(refused.getMessage().startsWith("console.listen: "), refused.getMessage());
      TestGateway.until("no thread of it is left", () -> !hasMore(before));
    }
    assertEquals(0, openCouriers.get(), "couriers that are open");
    // The store's lock is free, and so is the door.
    Gateway.open(config(door, 0), Map.of(), world).close();
  }

  /// But for those that Java runs virtual threads on.
  private static boolean hasMore(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(it -> !before.contains(it) && !(it instanceof ForkJoinWorkerThread));
  }

  /// Each of the two may take its whole time to stop: one after the other they would take longer
  /// than a service manager waits.
  @Test
  void attemptsAndPostsToSubscribersAreStoppedAtOneTime() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    AtomicInteger met = new AtomicInteger();
    World world =
        world(
            () -> {},
            () -> {
              try {
                both.await(TestGateway.PATIENCE.toSeconds() / 6, TimeUnit.SECONDS);
                met.incrementAndGet();
              } catch (InterruptedException | BrokenBarrierException | TimeoutException _) {
                // They did not meet, which is told below.
              }
            });
    Gateway.open(config(0, 0), Map.of(), world).close();
    assertEquals(2, met.get(), "couriers that were closed at one time");
  }

  private static World world(Runnable opened, Runnable closed) {
    return new World(
        World.real().clock(),
        World.real().chance(),
        _ -> {
          opened.run();
          return new Idle(closed);
        });
  }

  /// Carries nothing, and tells when it is closed.
  private record Idle(Runnable closed) implements Courier {
    @Override
    public Outcome carry(Post post) {
      throw new AssertionError("nothing is to be posted");
    }

    @Override
    public void close() {
      closed.run();
    }
  }

  private Config config(int door, int console) throws IOException {
    Path file = folder.resolve("postern.yaml");
    Files.writeString(
        file,
        """
        hostname: mx.example.com
        smtp: { listen: ["127.0.0.1:%d"], tls: { enabled: false } }
        domains: [in.example.com]
        rules: rules
        subscribers: subscribers
        store: { sqlite: data/postern.db }
        console: { listen: "127.0.0.1:%d" }
        """
            .formatted(door, console));
    return switch (ConfigFile.read(file, Map.of())) {
      case Judgement.Good(Config config, _) -> config;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  /// One that was free a moment ago, and that nobody is given by chance so soon.
  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, HERE)) {
      return any.getLocalPort();
    }
  }
}
