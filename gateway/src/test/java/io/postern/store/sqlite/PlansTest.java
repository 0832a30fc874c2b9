package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.JournalContract;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Choice;
import io.postern.queue.Claim;
import io.postern.queue.Retention;
import io.postern.queue.Settlement;
import io.postern.queue.Spool;
import io.postern.queue.Traces;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How SQLite carries out what the writer asks, on which all mail waits. What is quick beside a few
/// rows and slow beside millions is found here, without millions.
final class PlansTest {
  /// A step through a table that may hold millions of rows, row by row and not by an index: SQLite
  /// says SEARCH of the least or greatest value as well, whether it has an index for it or not.
  private static final Pattern WALK =
      Pattern.compile("(SCAN|SEARCH) (mails|chunks|deliveries|attempts|log|[mdlac])");

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final Set<String> statements = new ConcurrentSkipListSet<>();

  @Test
  void theWriterWalksThroughNoTable() throws Exception {
    try (SqliteStore store = open()) {
      work(store);
    }
    // Once more, as there is something to find at a start now.
    open().close();
    assertTrue(statements.size() > 50, "too few were seen: " + statements);
    List<String> walks = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path());
        Statement sql = connection.createStatement()) {
      for (String statement : statements) {
        for (String step : plan(sql, statement)) {
          if (WALK.matcher(step).matches()) {
            walks.add(step + ": " + statement);
          }
        }
      }
    }
    assertEquals(List.of(), walks);
  }

  private static List<String> plan(Statement sql, String statement) throws SQLException {
    List<String> steps = new ArrayList<>();
    try (ResultSet rows = sql.executeQuery("EXPLAIN QUERY PLAN " + statement)) {
      while (rows.next()) {
        steps.add(rows.getString("detail"));
      }
    }
    return steps;
  }

  /// All that the writer does.
  private void work(SqliteStore store) throws Exception {
    put(store, mail("m1", clock.instant(), "desk", "desk", "desk", "desk"), bytes(10));
    put(store, mail("m2", clock.instant(), "gone"), bytes(2 * Spool.BLOCK));
    put(store, mail("m3", clock.instant(), "hidden"), bytes(2 * Spool.BLOCK));
    try (Spool spool = store.spool()) {
      spool.write(new byte[Spool.BLOCK + 1], 0, Spool.BLOCK + 1);
    }
    store.deny(JournalContract.denied(clock.instant(), "d1"));
    store.elapse(List.of("desk"), Duration.ofSeconds(5));
    List<Claim> claims = store.claim(want("desk", 4), clock.instant());
    store.settle(claims.get(0), new Settlement.Done(trial(clock.instant(), 200, "")));
    store.settle(claims.get(1), new Settlement.Dead(trial(clock.instant(), 400, "400")));
    store.settle(
        claims.get(2), new Settlement.Again(trial(clock.instant(), 503, "503"), clock.instant()));
    store.settle(claims.get(3), new Settlement.Unmade(clock.instant()));
    store.pause(new io.postern.queue.Pause("desk", clock.instant(), "by hand"));
    store.resume("desk");
    store.keepBook("rules", "v1", clock.instant(), "text");
    store.replay(Choice.of("m1"), "desk");
    store.drop(Choice.of("m2"));
    store.forget(new Traces.OfMail("m3"));
    clock.tick(Duration.ofDays(100));
    purge(store);
    Sqls.await(path(), "SELECT count(*) FROM spools", "0");
    purge(store);
  }

  private void purge(SqliteStore store) throws StoreUnavailable {
    Retention retention =
        new Retention(store, io.postern.queue.Settings.USUAL, clock, clock.instant());
    boolean more = true;
    while (more) {
      more = retention.runOnce();
    }
  }

  private SqliteStore open() throws StoreUnavailable {
    TroubledJdbc.Trouble listener =
        (call, sql) -> {
          if (call.equals("prepareStatement")
              && sql.matches("(?s)(SELECT|INSERT|UPDATE|DELETE|WITH).*")) {
            statements.add(sql);
          }
        };
    return SqliteStore.open(Settings.of(path(), 0), clock, TroubledJdbc.door(listener));
  }

  private Path path() {
    return folder.resolve("postern.db");
  }
}
