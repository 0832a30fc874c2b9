package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Soon;
import io.postern.journal.JournalContract;
import io.postern.journal.Query;
import io.postern.queue.Claim;
import io.postern.queue.Pause;
import io.postern.queue.Retention;
import io.postern.queue.Settlement;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is left in the file when the retention has done its work.
final class SqliteRetentionTest extends StoreCase {
  @Test
  void nothingIsLeftOfWhatIsOver() throws Exception {
    put(store, mail("m1", clock.instant(), "desk", "archive"), bytes(1_000_000));
    put(store, mail("m2", clock.instant(), "desk"), bytes(100));
    put(store, mail("m3", clock.instant(), "desk"), new byte[0]);
    deferOne("archive");
    succeedAll("desk");
    succeedAll("archive");
    store.pause(new Pause("held", clock.instant(), "by hand"));
    store.keepBook("rules", "v1", clock.instant(), "text");
    clock.tick(Duration.ofDays(91));
    purge();
    for (String table : new String[] {"mails", "deliveries", "attempts", "log", "spools"}) {
      Sqls.await(path(), "SELECT count(*) FROM " + table, "0");
    }
    assertEquals("0", Sqls.text(path(), "SELECT count(*) FROM chunks"));
    assertEquals("held", Sqls.text(path(), "SELECT group_concat(name) FROM rules"));
    assertEquals("1", Sqls.text(path(), "SELECT count(*) FROM books"));
    assertEquals("4", Sqls.text(path(), "SELECT value FROM counters WHERE name = 'purged'"));
  }

  @Test
  void aRuleHasItsNameWhileTheLogSpeaksOfIt() throws Exception {
    put(store, mail("m1", clock.instant(), "desk"), bytes(100));
    succeedAll("desk");
    clock.tick(Duration.ofDays(40));
    // Its deliveries are gone now, and its rows are not.
    purge();
    put(store, mail("m2", clock.instant(), "desk"), bytes(100));
    succeedAll("desk");
    clock.tick(Duration.ofDays(60));
    // Those of the first mail are gone.
    purge();
    assertEquals("2", Sqls.text(path(), "SELECT count(*) FROM log"));
    assertEquals(
        List.of("desk", "desk"),
        store.search(Query.ALL, 0, 10).stream().map(row -> row.step().rule()).toList());
    clock.tick(Duration.ofDays(60));
    purge();
    assertEquals("0", Sqls.text(path(), "SELECT count(*) FROM rules"));
  }

  @Test
  void aLargeMessageThatACrashLeftHalfSweptIsSweptAtTheNextStart() throws Exception {
    put(store, mail("m1", clock.instant(), "desk"), bytes(1_000_000));
    store.close();
    // What the transaction of a purge leaves to the sweep.
    Sqls.run(path(), "INSERT INTO spools (mail, erase) SELECT number, 0 FROM mails");
    Sqls.run(path(), "DELETE FROM mails");
    Sqls.run(path(), "DELETE FROM deliveries");
    Sqls.run(path(), "UPDATE counters SET value = 1 WHERE name = 'purged'");
    open();
    Sqls.await(path(), "SELECT count(*) FROM chunks", "0");
    Sqls.await(path(), "SELECT count(*) FROM spools", "0");
  }

  @Test
  void theFileShrinksByWhatWasRemoved() throws Exception {
    byte[] message = bytes(8 * 1024 * 1024);
    for (int i = 0; i < 14; i++) {
      put(store, mail("m" + i, clock.instant(), "desk"), message);
    }
    succeedAll("desk");
    clock.tick(Duration.ofDays(4));
    purge();
    Sqls.await(path(), "SELECT count(*) FROM chunks", "0");
    Soon.until(
        "the file has shrunk",
        () -> Files.size(path()) <= Chores.FREE_BYTES_MAX + 2L * message.length);
  }

  @Test
  void refusalsGoSoonerThanOtherRows() throws Exception {
    put(store, mail("m1", clock.instant(), "desk"), bytes(10));
    succeedAll("desk");
    store.deny(JournalContract.denied(clock.instant(), "d1"));
    Sqls.await(path(), "SELECT count(*) FROM log", "3");
    clock.tick(Duration.ofDays(15));
    purge();
    assertEquals("0,1", Sqls.text(path(), "SELECT group_concat(status) FROM log"));
  }

  @Test
  void theLastFiftyBooksAreKept() throws Exception {
    for (int i = 0; i < RuleTable.BOOKS_MAX + 5; i++) {
      store.keepBook("rules", "v" + i, clock.instant(), "text " + i);
    }
    assertEquals("50", Sqls.text(path(), "SELECT count(*) FROM books"));
    assertEquals("text 54", store.latestBook("rules").orElseThrow().text());
  }

  private void purge() throws Exception {
    Retention retention =
        new Retention(store, io.postern.queue.Settings.USUAL, clock, clock.instant());
    int parts = 0;
    while (retention.runOnce()) {
      parts++;
      assertTrue(parts < 100, "it never ends");
    }
  }

  private void succeedAll(String rule) throws Exception {
    for (Claim claim : store.claim(want(rule, 100), clock.instant())) {
      store.settle(claim, new Settlement.Done(trial(clock.instant(), 200, "")));
    }
  }

  private void deferOne(String rule) throws Exception {
    for (Claim claim : store.claim(want(rule, 1), clock.instant())) {
      store.settle(
          claim, new Settlement.Again(trial(clock.instant(), 503, "HTTP 503"), clock.instant()));
    }
  }
}
