package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.Ledger;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Choice;
import io.postern.queue.Claim;
import io.postern.queue.Order;
import io.postern.queue.Retention;
import io.postern.queue.Settlement;
import io.postern.queue.Spool;
import io.postern.queue.Traces;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A mail is received and delivered with the Nth call to the database failing, for every N until
/// none is touched. Whatever was promised is there, whole, once; what was not is there whole or not
/// at all; and the store goes on.
final class NthFailureTest {
  private static final byte[] SMALL = bytes(3_000);
  private static final byte[] LARGE = bytes(2 * Spool.BLOCK + 500);
  private static final int CALLS_MAX = 2_000;

  @TempDir private static Path templates;
  @TempDir private Path folder;
  private static Path template;
  private final FakeClock clock = new FakeClock();

  /// How a call fails.
  enum Fault {
    /// Once, and it did nothing.
    ONCE,
    /// From then on all do, until the trouble is over.
    LASTING,
    /// Once, and it did what it should all the same. Only a commit can do harm by that.
    UNHEARD_COMMIT
  }

  /// Counts the calls, and fails those it should.
  private static final class NthCall implements TroubledJdbc.Trouble {
    private final AtomicInteger calls = new AtomicInteger();
    private final Fault fault;
    private final int nth;
    private volatile boolean over;

    NthCall(Fault fault, int nth) {
      this.fault = fault;
      this.nth = nth;
    }

    @Override
    public void before(String call, String sql) throws SQLException {
      if (!counts(call, sql)) {
        return;
      }
      int count = calls.incrementAndGet();
      boolean hit = fault == Fault.LASTING ? count >= nth : fault == Fault.ONCE && count == nth;
      if (hit && !over) {
        throw new SQLException("disk I/O error (made by the test) at call " + count + ": " + sql);
      }
    }

    @Override
    public void after(String call, String sql) throws SQLException {
      if (fault == Fault.UNHEARD_COMMIT && counts(call, sql) && calls.get() == nth && !over) {
        throw new SQLException("disk I/O error (made by the test) after call " + nth + ": " + sql);
      }
    }

    private boolean counts(String call, String sql) {
      return fault != Fault.UNHEARD_COMMIT
          || (call.equals("executeUpdate") && sql.equals("COMMIT"));
    }

    boolean touched() {
      return calls.get() >= nth;
    }
  }

  @BeforeAll
  static void makeTemplate() throws Exception {
    template = templates.resolve("template.db");
    SqliteStore.open(settings(template), new FakeClock()).close();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void keepsEveryPromiseWhicheverCallFails(Fault fault) throws Exception {
    int nth = 1;
    while (run(fault, nth)) {
      nth++;
      assertTrue(nth < CALLS_MAX, "the scenario has no end");
    }
    int least = fault == Fault.UNHEARD_COMMIT ? 6 : 60;
    assertTrue(nth > least, "only " + nth + " calls were seen");
  }

  @Test
  void aStoreThatCouldNotBeMadeCanBeMadeLater() throws Exception {
    int nth = 1;
    boolean touched = true;
    while (touched) {
      Path database = folder.resolve(nth + ".db");
      NthCall trouble = new NthCall(Fault.ONCE, nth);
      try {
        SqliteStore.open(settings(database), clock, TroubledJdbc.door(trouble)).close();
      } catch (StoreUnavailable e) {
        assertTrue(e.getMessage().contains("made by the test"), e.getMessage());
      }
      try (SqliteStore store = SqliteStore.open(settings(database), clock)) {
        put(store, mail("m1", clock.instant(), "desk"), SMALL);
        assertEquals(0, store.ledger().unaccounted());
      }
      check(database, Map.of("m1", SMALL), List.of("m1"));
      touched = trouble.touched();
      nth++;
    }
    assertTrue(nth > 40, "only " + nth + " calls were seen");
  }

  /// The same with what an operator asks for, and with the retention. Whatever fails, each of the
  /// mails is whole or gone, and who asks again gets the rest.
  @ParameterizedTest
  @EnumSource(Fault.class)
  void ordersAndRetentionLoseNothingWhicheverCallFails(Fault fault) throws Exception {
    Path before = templates.resolve("orders-" + fault + ".db");
    try (SqliteStore store = SqliteStore.open(settings(before), clock)) {
      put(store, mail("old", clock.instant(), "desk"), LARGE);
      settleAll(store, "desk", new Settlement.Done(trial(clock.instant(), 200, "")));
      clock.tick(Duration.ofDays(4));
      put(store, mail("again", clock.instant(), "archive"), SMALL);
      settleAll(store, "archive", new Settlement.Dead(trial(clock.instant(), 400, "400")));
      put(store, mail("drop", clock.instant(), "gone"), SMALL);
      put(store, mail("secret", clock.instant(), "hidden"), LARGE);
    }
    int nth = 1;
    boolean touched = true;
    while (touched) {
      Path database = folder.resolve(fault + "-" + nth + ".db");
      copy(before, database);
      NthCall trouble = new NthCall(fault, nth);
      try (SqliteStore store =
          SqliteStore.open(settings(database), clock, TroubledJdbc.door(trouble))) {
        giveOrders(store);
        assertEquals(0, store.ledger().unaccounted(), "after call " + nth);
        touched = trouble.touched();
        trouble.over = true;
        giveRest(store, database);
      } catch (StoreUnavailable _) {
        // It could not be opened: then the orders are given to the next.
        touched = true;
        try (SqliteStore store = SqliteStore.open(settings(database), clock)) {
          giveRest(store, database);
        }
      }
      checkOrders(database);
      deleteAll();
      nth++;
      assertTrue(nth < CALLS_MAX, "the scenario has no end");
    }
    int least = fault == Fault.UNHEARD_COMMIT ? 6 : 40;
    assertTrue(nth > least, "only " + nth + " calls were seen");
  }

  /// With the segments of its messages.
  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to);
    Path source = Path.of(from + "-segments");
    try (var files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, Path.of(to + "-segments").resolve(source.relativize(file).toString()));
      }
    }
  }

  private static void settleAll(SqliteStore store, String rule, Settlement settlement)
      throws StoreUnavailable {
    for (Claim claim : store.claim(want(rule, 10), claimedAt(store))) {
      assertTrue(store.settle(claim, settlement));
    }
  }

  /// Everything is due then.
  private static Instant claimedAt(SqliteStore store) throws StoreUnavailable {
    return store.nextDue(List.of("desk", "archive")).orElseThrow();
  }

  /// Each order by itself, as an operator does whose first one was refused.
  ///
  /// @return true when all were carried out
  private boolean giveOrders(SqliteStore store) {
    List<Order> orders =
        List.of(
            new Order.Replay(Choice.of("again"), ""),
            new Order.Drop(Choice.of("drop")),
            new Order.Forget(new Traces.OfMail("secret")));
    boolean all = true;
    for (Order order : orders) {
      try {
        order.by(store, clock.instant());
      } catch (StoreUnavailable _) {
        all = false;
      }
    }
    try {
      Retention retention =
          new Retention(store, io.postern.queue.Settings.USUAL, clock, clock.instant());
      boolean more = true;
      while (more) {
        more = retention.runOnce();
      }
      return all;
    } catch (StoreUnavailable _) {
      return false;
    }
  }

  private void giveRest(SqliteStore store, Path database) throws Exception {
    assertTrue(giveOrders(store), "the store goes on");
    assertEquals(new Ledger(4, 0, 1, 1, 2), store.ledger(), database.toString());
    Sqls.await(database, "SELECT count(*) FROM spools", "0");
  }

  private static void checkOrders(Path database) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement sql = connection.createStatement()) {
      assertEquals("ok", text(sql, "PRAGMA integrity_check"));
      assertEquals("again,drop", text(sql, "SELECT group_concat(id) FROM mails"));
      assertEquals("2", text(sql, "SELECT count(*) FROM chunks"));
      assertEquals("1", text(sql, "SELECT count(*) FROM log WHERE reason LIKE 'dropped %'"));
      assertEquals("1", text(sql, "SELECT count(*) FROM log WHERE reason LIKE 'replayed %'"));
      assertEquals("0", text(sql, "SELECT count(*) FROM log WHERE to_address LIKE 'hidden%'"));
      checkWholeOrAbsent(sql, segments(sql, database), "drop", SMALL);
    }
  }

  /// One run of the scenario.
  ///
  /// @return false when the fault came too late to touch it
  private boolean run(Fault fault, int nth) throws Exception {
    Path database = folder.resolve(fault + "-" + nth + ".db");
    Files.copy(template, database);
    Map<String, byte[]> given = new HashMap<>();
    List<String> promised = new ArrayList<>();
    NthCall trouble = new NthCall(fault, nth);
    boolean touched;
    try (SqliteStore store =
        SqliteStore.open(settings(database), clock, TroubledJdbc.door(trouble))) {
      receive(store, "small", SMALL, given, promised);
      receive(store, "large", LARGE, given, promised);
      deliver(store);
      touched = trouble.touched();
      trouble.over = true;
      receive(store, "later", SMALL, given, promised);
      assertTrue(promised.contains("later"), "the store goes on after call " + nth);
    } catch (StoreUnavailable e) {
      touched = true;
    }
    check(database, given, promised);
    deleteAll();
    return touched;
  }

  private static Settings settings(Path database) {
    return new Settings(database, 0, Duration.ofSeconds(5), 1, 1, 16, Duration.ofMillis(5), 10);
  }

  private void receive(
      SqliteStore store,
      String id,
      byte[] message,
      Map<String, byte[]> given,
      List<String> promised) {
    given.put(id, message);
    try {
      put(store, mail(id, clock.instant(), "desk", "archive"), message);
      promised.add(id);
    } catch (StoreUnavailable _) {
      // The peer is told 451 and keeps the mail.
    }
  }

  private void deliver(SqliteStore store) {
    try {
      for (Claim claim : store.claim(want("desk", 10), clock.instant())) {
        store.settle(claim, new Settlement.Done(trial(clock.instant(), 200, "")));
      }
      for (Claim claim : store.claim(want("archive", 10), clock.instant())) {
        store.settle(
            claim, new Settlement.Again(trial(clock.instant(), 503, "503"), clock.instant()));
      }
    } catch (StoreUnavailable _) {
      // The lease ends by itself.
    }
  }

  /// Opens the file anew, and compares it with what was promised.
  private void check(Path database, Map<String, byte[]> given, List<String> promised)
      throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement sql = connection.createStatement()) {
      assertEquals("ok", text(sql, "PRAGMA integrity_check"));
      assertEquals("0", text(sql, "SELECT count(*) FROM pragma_foreign_key_check"));
      assertEquals(
          text(sql, "SELECT value FROM counters WHERE name = 'accepted'"),
          text(sql, "SELECT count(*) FROM deliveries"),
          "the ledger balances");
      for (String id : promised) {
        assertEquals("1", text(sql, "SELECT count(*) FROM mails WHERE id = '" + id + "'"));
      }
      assertEquals(
          text(sql, "SELECT count(*) FROM mails"),
          text(sql, "SELECT count(DISTINCT id) FROM mails"));
      for (Map.Entry<String, byte[]> mail : given.entrySet()) {
        checkWholeOrAbsent(sql, segments(sql, database), mail.getKey(), mail.getValue());
      }
      assertEquals(
          "0",
          text(
              sql,
              """
              SELECT count(*) FROM chunks
              WHERE (number >> 20) NOT IN (SELECT number FROM mails UNION SELECT mail FROM spools)
              """),
          "chunks that nobody will sweep");
    }
  }

  private static Segments segments(Statement sql, Path database) throws SQLException, IOException {
    Segments segments = new Segments(database);
    segments.belongTo(
        Long.parseLong(text(sql, "SELECT value FROM counters WHERE name = 'store'")), 0);
    return segments;
  }

  private static void checkWholeOrAbsent(
      Statement sql, Segments segments, String id, byte[] message)
      throws SQLException, IOException {
    String mail = text(sql, "SELECT number FROM mails WHERE id = '" + id + "'");
    String queued =
        text(sql, "SELECT count(*) FROM log WHERE status = 0 AND delivery LIKE '" + id + "-%'");
    if (mail.isEmpty()) {
      assertEquals("0", queued, id + " is not there, and its rows are");
      return;
    }
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    try (ResultSet chunks =
        sql.executeQuery(
            "SELECT bytes, segment, start, length, crc FROM chunks WHERE number >> 20 = "
                + mail
                + " ORDER BY number")) {
      while (chunks.next()) {
        byte[] inline = chunks.getBytes(1);
        kept.write(
            inline != null
                ? inline
                : segments.read(
                    new Extent(
                        chunks.getLong(2), chunks.getLong(3), chunks.getInt(4), chunks.getInt(5))));
      }
    }
    assertArrayEquals(message, kept.toByteArray(), id);
    String deliveries = text(sql, "SELECT count(*) FROM deliveries WHERE number >> 20 = " + mail);
    assertEquals(deliveries, queued, id);
    assertTrue(Integer.parseInt(deliveries) > 0, id);
  }

  private static String text(Statement sql, String query) throws SQLException {
    try (ResultSet rows = sql.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  private void deleteAll() throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
  }
}
