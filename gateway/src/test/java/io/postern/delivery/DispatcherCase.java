package io.postern.delivery;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.fixture.Soon;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.queue.Accepted;
import io.postern.queue.Pause;
import io.postern.queue.Spool;
import io.postern.rules.Book;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A dispatcher that is cranked by hand, over the real queue, with a courier that is told what to
/// say.
abstract class DispatcherCase {
  static final Duration PATIENCE = Soon.PATIENCE;

  @TempDir Path folder;
  final FakeClock clock = new FakeClock();
  final ScriptedCourier courier = new ScriptedCourier();
  final List<String> told = new CopyOnWriteArrayList<>();

  /// Who is told breaks at it.
  boolean isFrail;

  private final Notices notices =
      new Notices() {
        @Override
        public void paused(Pause pause) {
          told.add("paused " + pause.rule() + " " + pause.cause() + ": " + pause.reason());
        }

        @Override
        public void resumed(String rule) {
          told.add("resumed " + rule);
          if (isFrail) {
            throw new IllegalStateException("made by the test");
          }
        }
      };
  SqliteStore store;
  Optional<Book> book;
  Dispatcher dispatcher;
  private int mails;

  @BeforeEach
  void open() throws Exception {
    store =
        SqliteStore.open(
            io.postern.store.sqlite.Settings.of(folder.resolve("data/postern.db"), 0), clock);
    book = Optional.of(book("interval: 10s, period: 1d, pause-after: 1d", true));
    dispatcher = dispatcher(new Settings(false, Set.of(400), 64, 32, 4, true, PATIENCE));
  }

  @AfterEach
  void close() {
    dispatcher.close();
    store.close();
  }

  /// One turn of the crank, and the attempts it started to their end.
  int crank() throws Exception {
    int started = dispatcher.runOnce();
    until(() -> dispatcher.inFlight() == 0);
    return started;
  }

  static void until(java.util.function.BooleanSupplier state) {
    Soon.until("it is so", state::getAsBoolean);
  }

  boolean has(Status status) throws Exception {
    return !rows(status).isEmpty();
  }

  List<Row> rows(Status status) throws Exception {
    return store.after(0, Query.ALL, 1000).stream().filter(r -> r.status() == status).toList();
  }

  Dispatcher dispatcher(Settings settings) {
    return new Dispatcher(
        new Dispatcher.Parts(
            store,
            () -> book,
            courier,
            new Payload.Gateway("mx.example.com", "main"),
            clock,
            new Random(1),
            notices),
        settings);
  }

  void put() throws Exception {
    put("desk");
  }

  void put(String rule) throws Exception {
    Address to = new Address(rule, new Domain("in.example.com"));
    Envelope envelope =
        new Envelope(
            "session",
            new Peer(
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25),
                "peer.example",
                true,
                ""),
            ReversePath.NULL,
            List.of(to),
            clock.instant(),
            false);
    try (Spool spool = store.spool()) {
      byte[] message = Mails.plain();
      spool.write(message, 0, message.length);
      store.put(
          new Accepted(
              "mail%022d".formatted(mails++),
              envelope,
              new Accepted.Heading("ann@sender.example", "<1@sender.example>", "", false),
              "book",
              List.of(new Accepted.Route(to, rule))),
          spool);
    }
  }

  void rule(String name, String post, String retry, boolean enabled) throws IOException {
    Path rules = Files.createDirectories(folder.resolve("rules"));
    Files.writeString(
        rules.resolve(name + ".yaml"),
        """
        name: %s
        when: [ { header: To, matches: '^%s@' } ]
        post: { url: "https://app.example.com/", %s }
        retry: { %s }
        enabled: %s
        """
            .formatted(name, name, post, retry, enabled));
  }

  /// All rules, and the rule desk anew.
  Book book(String retry, boolean enabled) throws IOException {
    rule("desk", "", retry, enabled);
    return book();
  }

  Book book() {
    Path rules = folder.resolve("rules");
    return switch (new RuleFiles(
            new io.postern.rules.Settings(rules, Set.of(), true), Map.of(), Severity.WARNING)
        .read()) {
      case Judgement.Good(Book good, _) -> good;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  /// Says what it is told to, to every post.
  static final class ScriptedCourier implements Courier {
    final BlockingQueue<Post> calls = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> gate = new LinkedBlockingQueue<>();
    volatile Outcome always = new Outcome.Accepted(200);
    volatile boolean hold;
    volatile String failing = "";
    volatile boolean broken;
    volatile boolean dying;

    @Override
    public Outcome carry(Post post) {
      calls.add(post);
      if (dying) {
        throw new InternalError("no bug that is foreseen");
      }
      if (broken) {
        throw new IllegalStateException("a bug");
      }
      if (post.url().getHost().equals(failing)) {
        return new Outcome.Deferred(502, "HTTP 502", "", null);
      }
      try {
        while (hold && gate.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) == null) {
          throw new AssertionError("nobody opened the gate");
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return always;
    }

    void release() {
      hold = false;
      for (int i = 0; i < 100; i++) {
        gate.add(true);
      }
    }

    @Override
    public void close() {}
  }
}
