package io.postern.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.ChildGateway;
import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// What three subscribers cost those who send and get mail: the same load with and without them, in
/// turns. Run its `main` with a folder on the disk to be measured and, if it is not to be 20,000,
/// how many mails.
public final class SubscribersBench {
  private static final int ROUNDS = 3;
  private static final int SESSIONS = 10;
  private static final int SUBSCRIBERS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final AtomicInteger mails = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();

  private SubscribersBench() {}

  /// Prints a table.
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "subscribers");
    try {
      int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
      new SubscribersBench().run(folder, count);
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /// Mails a second.
  private record Rates(double accepted, double delivered) {}

  private void run(Path folder, int count) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/desk", exchange -> answer(exchange, mails));
    server.createContext("/events", exchange -> answer(exchange, told));
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    List<Rates> without = new ArrayList<>();
    List<Rates> with = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      Rates bare = round(folder.resolve("bare" + round), url, count, 0);
      Rates heard = round(folder.resolve("heard" + round), url, count, SUBSCRIBERS);
      System.out.printf(
          "%s: without %.0f and %.0f mails a second, with %d subscribers %.0f and %.0f%n",
          round == 0 ? "warm-up" : "round " + round,
          bare.accepted(),
          bare.delivered(),
          SUBSCRIBERS,
          heard.accepted(),
          heard.delivered());
      if (round > 0) {
        without.add(bare);
        with.add(heard);
      }
    }
    System.out.printf(
        "| mails a second, median of %d | without | with %d subscribers | ratio"
            + " |%n|---|---|---|---|%n",
        ROUNDS, SUBSCRIBERS);
    row(
        "answered 250",
        without.stream().map(Rates::accepted).toList(),
        with.stream().map(Rates::accepted).toList());
    row(
        "posted",
        without.stream().map(Rates::delivered).toList(),
        with.stream().map(Rates::delivered).toList());
    System.out.println("posts of events: " + told.get());
    server.stop(0);
  }

  private Rates round(Path folder, URI url, int count, int subscribers) throws Exception {
    ChildGateway child = new ChildGateway(folder, url.resolve("/desk"), "format: raw");
    for (int i = 0; i < subscribers; i++) {
      child.alsoTell(url.resolve("/events"), "ops" + i);
    }
    mails.set(0);
    InetSocketAddress smtp = child.start();
    long start = System.nanoTime();
    List<Thread> peers = new ArrayList<>();
    AtomicInteger left = new AtomicInteger(count);
    for (int i = 0; i < SESSIONS; i++) {
      peers.add(Thread.ofVirtual().start(() -> send(smtp, left)));
    }
    for (Thread peer : peers) {
      peer.join();
    }
    double accepted = count / ((System.nanoTime() - start) / 1e9);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (mails.get() < count && System.nanoTime() < deadline) {
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
    double delivered = mails.get() / ((System.nanoTime() - start) / 1e9);
    child.kill();
    return new Rates(accepted, delivered);
  }

  private static void send(InetSocketAddress smtp, AtomicInteger left) {
    byte[] mail = Mails.big(4_000);
    while (left.get() > 0) {
      try (RawSmtp client = RawSmtp.greeted(smtp)) {
        for (int i = 0; i < 100 && left.getAndDecrement() > 0; i++) {
          String reply = client.mail("ann@sender.example", List.of("desk@in.example.com"), mail);
          if (!reply.startsWith("250 2.0.0 ")) {
            throw new IllegalStateException(reply);
          }
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void answer(HttpExchange exchange, AtomicInteger counter) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      counter.incrementAndGet();
      exchange.sendResponseHeaders(204, -1);
    }
  }

  private static void row(String what, List<Double> without, List<Double> with) {
    double bare = median(without);
    double heard = median(with);
    System.out.printf("| %s | %,.0f | %,.0f | %.3f |%n", what, bare, heard, heard / bare);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
