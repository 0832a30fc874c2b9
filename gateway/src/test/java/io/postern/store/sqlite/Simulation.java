package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Dispatcher;
import io.postern.delivery.Notices;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Choice;
import io.postern.queue.Choice.State;
import io.postern.queue.Order;
import io.postern.queue.Pause;
import io.postern.queue.Retention;
import io.postern.queue.Spool;
import io.postern.queue.Traces;
import io.postern.rules.Book;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// A gateway behind its door: the real store, dispatcher and retention on a fake clock, endpoints
/// that a script plays, and a world that does to them what worlds do. After each step everything
/// that was promised is looked for ([Promises]).
///
/// One seed makes one run: whatever is decided by chance is decided in the thread of the test, one
/// attempt at a time.
final class Simulation implements AutoCloseable {
  private static final List<String> RULES = List.of("good", "flaky", "strict", "lost");

  private final Path folder;
  private final Random chance;
  private final FakeClock clock = new FakeClock();
  private final Ambush ambush = new Ambush();
  private final Promises promises;
  private final Endpoints endpoints;
  private final Book wholeBook;
  private final Book bookWithoutLost;
  private Book book;
  private SqliteStore store;
  private Dispatcher dispatcher;
  private Retention retention;
  private int mails;
  private int refused;
  private int restarts;

  Simulation(Path folder, long seed) throws Exception {
    this.folder = folder;
    this.chance = new Random(seed);
    this.wholeBook = book(RULES);
    this.bookWithoutLost = book(RULES.subList(0, 3));
    this.book = wholeBook;
    this.promises = new Promises(folder.resolve("postern.db"), clock);
    this.endpoints = new Endpoints(chance, ambush);
    open();
  }

  /// Something happens, and everything still holds.
  void step() throws Exception {
    clock.tick(Duration.ofSeconds(chance.nextInt(1_200)));
    int what = chance.nextInt(100);
    if (what < 35) {
      receive();
    } else if (what < 70) {
      deliver();
    } else if (what < 78) {
      order();
    } else if (what < 84) {
      retain();
    } else if (what < 90) {
      restart();
    } else if (what < 94) {
      book = book == wholeBook ? bookWithoutLost : wholeBook;
      dispatcher.wake();
    } else {
      // Somebody sets the clock, or the machine has slept.
      clock.tick(Duration.ofMinutes(chance.nextInt(420) - 60));
    }
    promises.check(store);
  }

  /// All troubles end, and all that waits is delivered.
  void end() throws Exception {
    endpoints.heal();
    book = wholeBook;
    for (String rule : RULES) {
      store.resume(rule);
    }
    dispatcher.wake();
    for (int turn = 0; store.ledger().waiting() > 0; turn++) {
      assertTrue(turn < 2_000, "something waits for ever: " + store.pending("", 10));
      clock.tick(Duration.ofMinutes(30));
      deliver();
      promises.check(store);
    }
    store.close();
    assertEquals("ok", Sqls.text(folder.resolve("postern.db"), "PRAGMA integrity_check"));
    open();
  }

  String summary() {
    return "%d mails kept and %d put off, %s, %d restarts, %s on the clock"
        .formatted(
            mails - refused,
            refused,
            endpoints.summary(),
            restarts,
            Duration.between(FakeClock.START, clock.instant()));
  }

  @Override
  public void close() {
    ambush.end();
    dispatcher.close();
    store.close();
  }

  private void receive() {
    for (int i = chance.nextInt(3); i >= 0; i--) {
      String id = "m" + mails;
      mails++;
      List<String> rules = new ArrayList<>();
      for (int count = 1 + chance.nextInt(3); count > 0; count--) {
        rules.add(RULES.get(chance.nextInt(RULES.size())));
      }
      int size = chance.nextInt(8) == 0 ? 2 * Spool.BLOCK + mails : 1_000 + mails;
      if (chance.nextInt(5) == 0) {
        ambush.after(1 + chance.nextInt(25), chance.nextBoolean());
      }
      try {
        put(store, mail(id, clock.instant(), rules.toArray(String[]::new)), bytes(size));
        promises.add(id, rules, size);
      } catch (StoreUnavailable _) {
        // The peer is told 451: nothing was promised.
        refused++;
      }
      ambush.end();
    }
  }

  private void deliver() throws Exception {
    if (chance.nextInt(8) == 0) {
      ambush.after(1 + chance.nextInt(6), false);
    }
    try {
      boolean more = true;
      for (int turn = 0; more && turn < 12; turn++) {
        Promises.Before before = promises.before(heldRules());
        more = dispatcher.runOnce() > 0;
        awaitEnd();
        promises.checkPosts(before, endpoints.posts());
      }
    } catch (StoreUnavailable _) {
      // The next look finds it again.
    }
    if (endpoints.wasStruck()) {
      // What the endpoint took can't be settled, for the process dies.
      crash();
    }
    ambush.end();
  }

  /// Of the rules that must not be posted to.
  private Set<String> heldRules() throws StoreUnavailable {
    Set<String> held = new HashSet<>();
    for (Pause pause : store.pauses()) {
      // One that the gateway made itself is probed.
      if (pause.cause() != Pause.Cause.FAILING) {
        held.add(pause.rule());
      }
    }
    if (book == bookWithoutLost) {
      held.add("lost");
    }
    return held;
  }

  private void awaitEnd() {
    Soon.until(
        "an attempt ends",
        () -> dispatcher.inFlight() == 0 || (endpoints.wasStruck() && ambush.hasStruck()));
  }

  private void order() throws Exception {
    Order order =
        switch (chance.nextInt(7)) {
          case 0 -> new Order.Hold(anyRule());
          case 1, 2 -> new Order.Resume(anyRule());
          case 3 -> new Order.Replay(Choice.of(anyMail()), "");
          case 4 ->
              new Order.Replay(
                  new Choice("", "lost", Set.of(State.FAILED, State.WAITING), null, null), "good");
          case 5 -> new Order.Drop(Choice.of(anyMail()));
          default -> new Order.Forget(new Traces.OfMail(anyMail()));
        };
    if (chance.nextInt(3) == 0) {
      ambush.after(1 + chance.nextInt(12), false);
    }
    if (order instanceof Order.Forget(Traces.OfMail(String id))) {
      promises.mayForget(id);
    }
    try {
      order.by(store, clock.instant());
    } catch (StoreUnavailable _) {
      // The operator asks again, or does not.
    }
    ambush.end();
    dispatcher.wake();
  }

  private String anyRule() {
    return RULES.get(chance.nextInt(RULES.size()));
  }

  private String anyMail() {
    return "m" + chance.nextInt(mails + 1);
  }

  private void retain() {
    if (chance.nextInt(4) == 0) {
      ambush.after(1 + chance.nextInt(20), false);
    }
    try {
      boolean more = true;
      for (int part = 0; more && part < 10; part++) {
        more = retention.runOnce();
      }
    } catch (StoreUnavailable _) {
      // In a minute again.
    }
    ambush.end();
  }

  private void restart() throws Exception {
    if (chance.nextBoolean()) {
      crash();
    } else {
      stop();
      open();
    }
  }

  /// From here on nothing reaches the disk; what is there, is there.
  private void crash() throws Exception {
    ambush.after(1, true);
    stop();
    ambush.end();
    endpoints.recover();
    open();
  }

  private void stop() {
    dispatcher.close();
    store.close();
    restarts++;
  }

  private void open() throws Exception {
    store =
        SqliteStore.open(
            Settings.of(folder.resolve("postern.db"), 0), clock, TroubledJdbc.door(ambush));
    dispatcher =
        new Dispatcher(
            new Dispatcher.Parts(
                store,
                () -> Optional.of(book),
                endpoints,
                new Payload.Gateway("mx.example.com", "main"),
                clock,
                new Random(chance.nextLong()),
                Notices.NONE),
            new io.postern.delivery.Settings(
                false, Set.of(400), 1, 1, 1, true, Duration.ofSeconds(5)));
    retention = new Retention(store, Promises.KEPT, clock, clock.instant());
  }

  private Book book(List<String> rules) throws IOException {
    Path files = Files.createDirectories(folder.resolve("rules-" + rules.size()));
    for (String rule : rules) {
      Files.writeString(
          files.resolve(rule + ".yaml"),
          """
          name: %s
          when: [ { header: To, matches: '^%s@' } ]
          post: { url: "https://%s.example.com/", format: raw }
          retry: { interval: 600s, period: 1d }
          """
              .formatted(rule, rule, rule));
    }
    return switch (new RuleFiles(
            new io.postern.rules.Settings(files, Set.of(), true), Map.of(), Severity.WARNING)
        .read()) {
      case Judgement.Good(Book good, _) -> good;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }
}
