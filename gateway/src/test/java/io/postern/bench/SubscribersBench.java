package io.postern.bench;

import com.sun.net.httpserver.HttpHandler;
import io.postern.ChildGateway;
import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/// What three subscribers cost those who send and get mail: the same load with and without them, in
/// pairs, of which every other one begins with them. What counts is the ratio within a pair, for a
/// machine is not as fast at all times. Run its `main` with a folder on the disk to be measured
/// and, if it is not to be 20,000, how many mails. Many more come first, to warm each gateway up.
public final class SubscribersBench {
  /// How many mails a run has.
  static final int MAILS = 20_000;

  private static final int PAIRS = 5;

  /// The compiler is at work for the first minute; the posts of events are seldom, and so compiled
  /// last.
  private static final int WARM_UP = Integer.getInteger("warm-up", 100_000);

  /// As a subscriber's file has it that does not say.
  private static final int EVENTS_MAX = Integer.getInteger("events-max", 100);

  private static final int SESSIONS = 10;
  private static final int SUBSCRIBERS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration WHOLE = Duration.ofMinutes(15);

  private final Workbench bench;
  private final int count;
  private final AtomicInteger mails = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final URI desk;
  private final URI events;
  private int runs;

  private SubscribersBench(Workbench bench, int count) {
    this.bench = bench;
    this.count = count;
    this.desk = bench.answer("/desk", counting(mails));
    this.events = bench.answer("/events", counting(told));
  }

  /// Prints a table.
  public static void main(String[] arguments) throws Exception {
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : MAILS;
    run(Path.of(arguments[0]), count, System.nanoTime() + WHOLE.toNanos());
  }

  /// Runs a pair to warm up and others that count, as many as there is time for.
  ///
  /// @param end on the clock of [System#nanoTime()]
  static void run(Path disk, int count, long end) throws Exception {
    try (Workbench bench = Workbench.on(disk, "subscribers")) {
      new SubscribersBench(bench, count).run(end);
    }
  }

  /// Mails a second, and the processor time that the gateway took for each, in microseconds.
  private record Rates(double accepted, double delivered, double cpu) {
    @Override
    public String toString() {
      return "%.0f and %.0f mails a second, %.0f µs of processor time a mail"
          .formatted(accepted, delivered, cpu);
    }
  }

  /// What was measured next to each other.
  private record Pair(Rates bare, Rates heard) {}

  private void run(long end) throws Exception {
    List<Pair> pairs = new ArrayList<>();
    long longest = 0;
    for (int i = 0; i <= PAIRS && System.nanoTime() + longest < end; i++) {
      long start = System.nanoTime();
      Pair pair = pair(i % 2 == 1);
      longest = Math.max(longest, System.nanoTime() - start);
      System.out.printf(
          "%s: without %s, with %d subscribers %s%n",
          i == 0 ? "warm-up" : "pair " + i, pair.bare(), SUBSCRIBERS, pair.heard());
      if (i > 0) {
        pairs.add(pair);
      }
    }
    if (pairs.isEmpty()) {
      System.out.println("there was no time for a pair that counts");
      return;
    }
    System.out.printf(
        "| mails a second, median of %d pairs | without | with %d subscribers | ratio of a pair:"
            + " median | least | most |%n|---|---|---|---|---|---|%n",
        pairs.size(), SUBSCRIBERS);
    row("answered 250", pairs, Rates::accepted);
    row("posted", pairs, Rates::delivered);
    row("processor time of a mail, µs", pairs, Rates::cpu);
    System.out.println("posts of events: " + told.get());
  }

  private Pair pair(boolean isHeardFirst) throws Exception {
    if (isHeardFirst) {
      Rates heard = load(SUBSCRIBERS);
      return new Pair(load(0), heard);
    }
    Rates bare = load(0);
    return new Pair(bare, load(SUBSCRIBERS));
  }

  private Rates load(int subscribers) throws Exception {
    ChildGateway child =
        new ChildGateway(bench.folder().resolve("run" + runs++), desk, "format: raw").asShipped();
    for (int i = 0; i < subscribers; i++) {
      child.alsoTell(events, "ops" + i, EVENTS_MAX);
    }
    InetSocketAddress smtp = child.start();
    try {
      // What is measured is a gateway at work, not how the compiler makes one of it.
      rates(child, smtp, WARM_UP);
      return rates(child, smtp, count);
    } finally {
      child.kill();
    }
  }

  private Rates rates(ChildGateway child, InetSocketAddress smtp, int all) throws Exception {
    mails.set(0);
    Duration cpu = child.cpu();
    long start = System.nanoTime();
    List<Thread> peers = new ArrayList<>();
    AtomicInteger left = new AtomicInteger(all);
    for (int i = 0; i < SESSIONS; i++) {
      peers.add(Thread.ofVirtual().start(() -> send(smtp, left)));
    }
    for (Thread peer : peers) {
      peer.join();
    }
    double accepted = all / ((System.nanoTime() - start) / 1e9);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (mails.get() < all) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(mails.get() + " of " + all + " mails were posted");
      }
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
    double delivered = mails.get() / ((System.nanoTime() - start) / 1e9);
    return new Rates(accepted, delivered, child.cpu().minus(cpu).toNanos() / 1e3 / all);
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

  private static HttpHandler counting(AtomicInteger counter) {
    return exchange -> {
      try (exchange) {
        Workbench.read(exchange);
        counter.incrementAndGet();
        exchange.sendResponseHeaders(204, -1);
      }
    };
  }

  private static void row(String what, List<Pair> pairs, Function<Rates, Double> rate) {
    List<Double> ratios =
        pairs.stream().map(it -> rate.apply(it.heard()) / rate.apply(it.bare())).sorted().toList();
    System.out.printf(
        "| %s | %,.0f | %,.0f | %.3f | %.3f | %.3f |%n",
        what,
        median(pairs.stream().map(it -> rate.apply(it.bare())).toList()),
        median(pairs.stream().map(it -> rate.apply(it.heard())).toList()),
        median(ratios),
        ratios.getFirst(),
        ratios.getLast());
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
  }
}
