package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.JournalContract;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Accepted;
import io.postern.queue.StoreFigures;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WriterTest {
  private static final int GROUP_MAX = 64;
  private static final StoreFigures.Disk NO_DISK = new StoreFigures.Disk(0, 0, 0, 0, 0);
  private static final int DENIED_MAX = 3;

  @TempDir private Path folder;
  private final Gate gate = new Gate();
  private final FakeClock clock = new FakeClock();
  private final AtomicLong nanos = new AtomicLong();
  private Path path;
  private Writer writer;

  /// As the checkpointer's, without which the write-ahead log goes with the writer's connection.
  private Sql other;

  /// Counts commits, and holds one back when it is told to.
  private static final class Gate implements TroubledJdbc.Trouble {
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile CountDownLatch reached = new CountDownLatch(0);
    private volatile CountDownLatch opened = new CountDownLatch(0);

    void shut() {
      opened = new CountDownLatch(1);
      reached = new CountDownLatch(1);
    }

    void awaitSomeone() throws InterruptedException {
      assertTrue(reached.await(60, TimeUnit.SECONDS), "the writer came to a commit");
    }

    void open() {
      opened.countDown();
    }

    @Override
    public void before(String call, String sql) throws SQLException {
      if (!call.equals("executeUpdate") || !sql.equals("COMMIT")) {
        return;
      }
      reached.countDown();
      try {
        assertTrue(opened.await(60, TimeUnit.SECONDS), "the gate was opened");
      } catch (InterruptedException e) {
        throw new SQLException(e);
      }
      commits.incrementAndGet();
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new SQLException("made by the test");
      }
    }
  }

  private static final class NoOneListens implements Writer.Commits {
    @Override
    public void logRemoved() {}

    @Override
    public void ready() {}

    @Override
    public void written(int changes, long bytes) {}

    @Override
    public void shrunk() {}
  }

  @BeforeEach
  void start() throws Exception {
    path = folder.resolve("postern.db");
    Settings settings =
        new Settings(
            path, 0, Duration.ofSeconds(5), 1, 1, GROUP_MAX, Duration.ofSeconds(1), DENIED_MAX);
    Database database =
        Database.resolve(settings, TroubledJdbc.door(gate), UnaryOperator.identity());
    database.create();
    writer = new Writer(database, clock, nanos::get, settings, new NoOneListens());
    writer.prepare();
    other = database.checkpointer(Checkpointer.BUSY_MAX_MS);
    writer.start();
    gate.commits.set(0);
  }

  @AfterEach
  void close() throws SQLException {
    writer.close();
    other.close();
  }

  @Test
  void aTransactionThatDoesNotReturnIsAFaultUntilItDoes() throws Exception {
    gate.shut();
    Ticket<Boolean> ticket = writer.send("change nothing", tables -> true, 0);
    gate.awaitSomeone();
    nanos.addAndGet(Duration.ofSeconds(9).toNanos());
    // A clock that is set right meanwhile is no hang, and hides none.
    clock.tick(Duration.ofHours(1));
    assertEquals(Optional.empty(), writer.fault());
    nanos.addAndGet(Duration.ofSeconds(3).toNanos());
    clock.tick(Duration.ofHours(-2));
    assertEquals(Optional.of("a transaction has not returned for 12 s"), writer.fault());
    assertEquals(writer.fault(), writer.figures(NO_DISK).fault());
    gate.open();
    assertTrue(ticket.await());
    // The next one begins after that one has returned.
    writer.call("change nothing", tables -> true);
    assertEquals(Optional.empty(), writer.fault());
  }

  @Test
  void whatGathersDuringACommitSharesTheNext() throws Exception {
    List<Ticket<Integer>> tickets = new ArrayList<>();
    gate.shut();
    tickets.add(send("first"));
    gate.awaitSomeone();
    for (int i = 0; i < GROUP_MAX + 1; i++) {
      tickets.add(send("book " + i));
    }
    gate.open();
    for (Ticket<Integer> ticket : tickets) {
      assertEquals(1, ticket.await());
    }
    assertEquals(3, gate.commits.get(), "one alone, a full group, and the one it had no room for");
    assertEquals(GROUP_MAX + 2, books());
  }

  @Test
  void nobodyIsToldBeforeTheCommit() throws Exception {
    gate.shut();
    Ticket<Integer> ticket = send("first");
    gate.awaitSomeone();
    assertTrue(ticket.failure().isEmpty());
    assertEquals(0, books());
    gate.open();
    ticket.await();
    assertEquals(1, books());
  }

  @Test
  void aChangeThatFailsIsUndoneAlone() throws Exception {
    gate.shut();
    Ticket<Integer> before = send("before");
    gate.awaitSomeone();
    Ticket<Integer> left = send("left");
    Ticket<Integer> bug =
        writer.send(
            "do this",
            tables -> {
              insert(tables, "bug");
              throw new IllegalStateException("a bug");
            },
            0);
    Ticket<Integer> twice =
        writer.send("do that", tables -> insert(tables, "twice") + insert(tables, "twice"), 0);
    Ticket<Integer> right = send("right");
    gate.open();

    assertEquals(1, before.await());
    assertEquals(1, left.await());
    assertEquals(1, right.await());
    StoreUnavailable fault = assertThrows(StoreUnavailable.class, bug::await);
    assertEquals("The store can't do this: a bug", fault.getMessage());
    assertFalse(fault.full());
    assertThrows(StoreUnavailable.class, twice::await);
    assertEquals(2, gate.commits.get());
    assertEquals(3, books());
  }

  @Test
  void aRuleFirstSeenInAnUndoneChangeIsNotRemembered() throws Exception {
    Ticket<Integer> undone =
        writer.send(
            "do this",
            tables -> {
              tables.rules().number("desk");
              throw new Faults.Refused("undone");
            },
            0);
    assertThrows(StoreUnavailable.class, undone::await);
    long number = writer.call("number a rule", tables -> tables.rules().number("desk"));
    assertEquals(
        Long.toString(number), Sqls.text(path, "SELECT number FROM rules WHERE name = 'desk'"));
  }

  @Test
  void aCommitThatFailsFailsItsGroupAndTheNextGoesOn() throws Exception {
    gate.failures.set(1);
    gate.shut();
    Ticket<Integer> lost = send("lost");
    gate.awaitSomeone();
    Ticket<Integer> next = send("next");
    gate.open();
    assertThrows(StoreUnavailable.class, lost::await);
    assertEquals(1, next.await());
    assertEquals(1, books());
  }

  @Test
  void everyCommitIsSyncedAlsoOnAConnectionThatWasOpenedAnew() throws Exception {
    assertEquals(2, synchronous(), "FULL");
    gate.failures.set(1);
    assertThrows(StoreUnavailable.class, () -> send("lost").await());
    assertEquals(2, synchronous(), "FULL");
  }

  private long synchronous() throws StoreUnavailable {
    return writer.call("look", tables -> tables.sql().number("PRAGMA synchronous"));
  }

  @Test
  void aStatementThatFailedWorksForTheNextGroup() throws Exception {
    assertThrows(StoreUnavailable.class, () -> sized("bad", Long.MIN_VALUE));
    assertEquals(1, sized("good", -1));
    assertEquals(1, books());
  }

  /// SQLite can't negate the least long, which breaks no constraint.
  private int sized(String book, long number) throws StoreUnavailable {
    return writer.call(
        "keep a book",
        tables ->
            tables
                .sql()
                .update(
                    "INSERT INTO books (kind, version, taken, text) VALUES ('a', ?, abs(?), '')",
                    book,
                    number));
  }

  @Test
  void aSweepKeepsUpWithWhatAGroupBrings() throws Exception {
    int spools = 15;
    writer.call(
        "spool messages",
        tables -> {
          for (int mail = 1; mail <= spools; mail++) {
            tables.mails().openSpool(mail);
            tables.chunks().write(ChunkTable.number(mail, 0), new byte[1], 1);
          }
          return true;
        });
    gate.shut();
    Ticket<Integer> first = send("first");
    gate.awaitSomeone();
    for (int mail = 1; mail <= spools; mail++) {
      writer.sweep(mail);
    }
    gate.commits.set(0);
    gate.open();
    first.await();
    Sqls.await(path, "SELECT count(*) FROM spools", "0");
    assertEquals("0", Sqls.text(path, "SELECT count(*) FROM chunks"));
    assertTrue(gate.commits.get() <= 2, () -> gate.commits + " commits");
  }

  @Test
  void mailsOfManyRecipientsAreNotAllInOneGroup() throws Exception {
    String[] recipients = new String[1_000];
    Arrays.fill(recipients, "desk");
    gate.shut();
    Ticket<Integer> first = send("first");
    gate.awaitSomeone();
    List<Thread> peers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Accepted accepted = mail("m" + i, clock.instant(), recipients);
      peers.add(Thread.ofPlatform().start(() -> keep(accepted)));
    }
    Soon.until("they are in line", () -> writer.figures(NO_DISK).waiting() >= peers.size());
    gate.open();
    first.await();
    for (Thread peer : peers) {
      peer.join();
    }
    assertEquals("4000", Sqls.text(path, "SELECT count(*) FROM deliveries"));
    assertEquals(3, gate.commits.get(), "one alone, and two mails each");
  }

  private void keep(Accepted accepted) {
    try (StoredSpool spool = new StoredSpool(writer)) {
      spool.write(new byte[10], 0, 10);
      spool.keep(accepted);
    } catch (StoreUnavailable e) {
      throw new IllegalStateException(e);
    }
  }

  /// What is appended before something is undone would stay in the segment, where nobody looks for
  /// it when the mail is to be forgotten.
  @Test
  void whatIsUndoneLeavesNothingInASegment() throws Exception {
    gate.shut();
    Ticket<Integer> first = send("first");
    gate.awaitSomeone();
    byte[] one = bytes(100_000);
    byte[] two = bytes(50_000);
    byte[] three = bytes(30_000);
    List<Ticket<Boolean>> good = new ArrayList<>();
    good.add(chunk(1, one, false));
    Ticket<Boolean> bad = chunk(2, two, true);
    good.add(chunk(3, three, false));
    gate.open();
    first.await();
    assertThrows(StoreUnavailable.class, bad::await);
    for (Ticket<Boolean> ticket : good) {
      assertTrue(ticket.await());
    }
    assertTrue(chunk(4, two, false).await());

    List<Path> segments = Sqls.segments(folder);
    assertEquals(1, segments.size());
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(one);
    all.writeBytes(three);
    all.writeBytes(two);
    assertArrayEquals(all.toByteArray(), Files.readAllBytes(segments.getFirst()));
  }

  private Ticket<Boolean> chunk(long mail, byte[] bytes, boolean fails) throws StoreUnavailable {
    return writer.send(
        "keep a chunk",
        tables -> {
          tables.chunks().write(ChunkTable.number(mail, 0), bytes, bytes.length);
          if (fails) {
            throw new Faults.Refused("made by the test");
          }
          return true;
        },
        bytes.length);
  }

  @Test
  void servesWhatWaitsBeforeItCloses() throws Exception {
    gate.shut();
    Ticket<Integer> first = send("first");
    gate.awaitSomeone();
    Ticket<Integer> second = send("second");
    writer.deny(JournalContract.denied(clock.instant(), "d1"));
    Thread closing = Thread.ofPlatform().start(writer::close);
    gate.open();
    closing.join();
    assertEquals(1, first.await());
    assertEquals(1, second.await());
    assertEquals("1", Sqls.text(path, "SELECT count(*) FROM log WHERE status = 4"));
    StoreUnavailable closed = assertThrows(StoreUnavailable.class, () -> send("late"));
    assertEquals("The store can't keep a book: it is closed.", closed.getMessage());
  }

  @Test
  void refusalsThatOverflowBecomeOneRowWithTheirCount() throws Exception {
    gate.shut();
    Ticket<Integer> first = send("first");
    gate.awaitSomeone();
    for (int i = 0; i < DENIED_MAX + 7; i++) {
      writer.deny(JournalContract.denied(clock.instant(), "d" + i));
    }
    gate.open();
    first.await();
    Sqls.await(path, "SELECT count(*) FROM log", Integer.toString(DENIED_MAX + 1));
    assertEquals(
        "7 more refusals came than the log could take",
        Sqls.text(path, "SELECT reason FROM log ORDER BY number DESC LIMIT 1"));
    assertEquals("d2", Sqls.text(path, "SELECT session FROM log ORDER BY number LIMIT 1 OFFSET 2"));
  }

  @Test
  void refusalsOutliveAFailedCommit() throws Exception {
    gate.failures.set(1);
    writer.deny(JournalContract.denied(clock.instant(), "d1"));
    Sqls.await(path, "SELECT count(*) FROM log", "1");
    assertEquals(2, gate.commits.get());
  }

  private Ticket<Integer> send(String book) throws StoreUnavailable {
    return writer.send("keep a book", tables -> insert(tables, book), 0);
  }

  private static int insert(Tables tables, String book) throws SQLException {
    return tables
        .sql()
        .update("INSERT INTO books (kind, version, taken, text) VALUES ('rules', ?, 0, '')", book);
  }

  private int books() throws SQLException {
    return Integer.parseInt(Sqls.text(path, "SELECT count(*) FROM books"));
  }
}
