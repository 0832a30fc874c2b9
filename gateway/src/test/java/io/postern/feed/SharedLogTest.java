package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.fixture.FakeClock;
import io.postern.journal.Entry;
import io.postern.journal.Status;
import io.postern.queue.Accepted;
import io.postern.queue.Blocklist;
import io.postern.queue.Claim;
import io.postern.queue.CursorView.Stretch;
import io.postern.queue.Samples;
import io.postern.queue.Settlement;
import io.postern.queue.Traces;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept is told from what is read anew by erasing the texts of the log meanwhile.
final class SharedLogTest {
  private static final Set<Status> ALL = EnumSet.allOf(Status.class);
  private static final Set<Status> QUEUED = Set.of(Status.QUEUED);

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private SqliteStore store;
  private SharedLog log;

  @BeforeEach
  void open() throws Exception {
    store = SqliteStore.open(Settings.of(folder.resolve("postern.db"), 0), clock);
    log = new SharedLog(store, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatOneHasReadIsThereForTheOthers() throws Exception {
    put("m1", "m2", "m3");
    assertEquals(List.of(1L, 2L, 3L), known(log.stretch(0, ALL, 1_000)));
    forget("m1", "m2", "m3");
    assertEquals(List.of(1L, 2L, 3L), known(log.stretch(0, ALL, 1_000)));
    assertEquals(List.of(2L, 3L), known(log.stretch(1, ALL, 1_000)), "one who is further");
  }

  @Test
  void itIsReadAnewAfterASecondAndWhenTheClockWasSetBack() throws Exception {
    put("m1", "m2");
    log.stretch(0, ALL, 1_000);
    forget("m1");
    clock.tick(Duration.ofMillis(1_001));
    assertEquals(List.of(2L), known(log.stretch(0, ALL, 1_000)));
    forget("m2");
    clock.tick(Duration.ofSeconds(-1));
    assertEquals(List.of(), known(log.stretch(0, ALL, 1_000)));
  }

  @Test
  void whatCameSinceIsReadBehindIt() throws Exception {
    put("m1");
    assertEquals(1, log.stretch(0, ALL, 1_000).last());
    put("m2");
    assertEquals(List.of(1L), known(log.stretch(0, ALL, 1_000)));
    assertEquals(List.of(2L), known(log.stretch(1, ALL, 1_000)));
    assertEquals(2, log.stretch(2, ALL, 1_000).last(), "nothing more");
  }

  @Test
  void whoWantsFewerStatusesGetsThoseOfThemAndWhoWantsMoreReadsThem() throws Exception {
    put("m1", "m2");
    for (Claim claim : store.claim(Samples.want("desk", 1), clock.instant())) {
      store.settle(claim, new Settlement.Done(Samples.trial(clock.instant(), 200, "")));
    }
    log.stretch(0, ALL, 1_000);
    forget("m1", "m2");
    Stretch queued = log.stretch(0, QUEUED, 1_000);
    assertEquals(List.of(1L, 2L), known(queued));
    assertEquals(3, queued.last(), "the row that it does not want is passed over");

    long after = store.newest();
    put("m3");
    log.stretch(after, QUEUED, 1_000);
    forget("m3");
    assertEquals(List.of(after + 1), known(log.stretch(after, QUEUED, 1_000)));
    assertEquals(List.of(), known(log.stretch(after, ALL, 1_000)));
  }

  @Test
  void whoHasRoomForFewGetsTheFirst() throws Exception {
    put("m1", "m2", "m3");
    for (int i = 0; i < 2; i++) {
      assertEquals(List.of(2L), known(log.stretch(1, ALL, 1)), "read, and then kept");
      assertEquals(2, log.stretch(1, ALL, 1).last());
      assertEquals(List.of(2L, 3L), known(log.stretch(1, ALL, 2)));
    }
  }

  @Test
  void changesOfTheBlockedSendersAreForAll() throws Exception {
    store.block(new Blocklist.Block("spam@sender.example", clock.instant(), "unwanted"));
    log.stretch(0, ALL, 1_000);
    assertEquals(1, log.stretch(0, Set.of(), 1_000).entries().size());
  }

  @Test
  void longTextsOfStrangersAreNotKept() throws Exception {
    String text = "ü".repeat(1_000);
    for (int i = 0; i < 400; i++) {
      Accepted mail = Samples.mail("m" + i, clock.instant(), "desk");
      Samples.put(
          store,
          new Accepted(
              mail.id(),
              mail.envelope(),
              new Accepted.Heading(text, text, text, false),
              mail.book(),
              mail.routes()),
          Samples.bytes(10));
    }
    log.stretch(0, ALL, 1_000);
    forget("m0");
    assertEquals(399, known(log.stretch(0, ALL, 1_000)).size());
  }

  private void put(String... ids) throws Exception {
    for (String id : ids) {
      Samples.put(store, Samples.mail(id, clock.instant(), "desk"), Samples.bytes(10));
    }
  }

  private void forget(String... ids) throws Exception {
    for (String id : ids) {
      store.forget(new Traces.OfMail(id));
    }
  }

  /// The numbers of the rows whose texts are there.
  private static List<Long> known(Stretch stretch) {
    return stretch.entries().stream()
        .filter(
            entry -> entry instanceof Entry.Logged logged && !logged.row().arrival().to().isEmpty())
        .map(Entry::number)
        .toList();
  }
}
