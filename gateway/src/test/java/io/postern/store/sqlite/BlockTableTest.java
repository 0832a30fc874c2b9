package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Blocklist.Block;
import io.postern.queue.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BlockTableTest extends StoreCase {
  @Test
  void blockedSendersOutliveTheProgram() throws Exception {
    Block first = new Block("example.org", clock.instant(), "spam");
    Block second = new Block("ann@example.net", clock.instant(), "");
    assertTrue(store.block(first));
    assertTrue(store.block(second));
    assertFalse(store.block(new Block("example.org", clock.instant().plusSeconds(1), "again")));
    store.close();
    store = SqliteStore.open(Settings.of(path(), 0), clock);
    assertEquals(List.of(second, first), store.blocks());
    assertTrue(store.unblock("example.org", clock.instant()));
    assertFalse(store.unblock("example.org", clock.instant()));
    assertEquals(List.of(second), store.blocks());
  }

  @Test
  void whoIsBlockedAlreadyNeedsNoRoom() throws Exception {
    Sqls.run(
        path(),
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO blocks (sender, since, reason) SELECT 'n' || i || '.example.org', 0, '' FROM n
        """);
    assertFalse(store.block(new Block("n7.example.org", clock.instant(), "")));
    Block oneMore = new Block("example.org", clock.instant(), "");
    StoreUnavailable full = assertThrows(StoreUnavailable.class, () -> store.block(oneMore));
    assertTrue(full.getMessage().contains("there are 100000"), full.getMessage());
    assertTrue(store.unblock("n7.example.org", clock.instant()));
    assertTrue(store.block(oneMore));
  }

  /// Who follows the log follows the changes too: no number is given twice, and none comes late.
  @Test
  void changesAndRowsHaveOneCount() throws Exception {
    store.block(new Block("first.example.org", clock.instant(), "before any mail"));
    put(store, mail("m1", clock.instant(), "desk"), bytes(10));
    store.block(new Block("example.org", clock.instant(), ""));
    put(store, mail("m2", clock.instant(), "desk", "archive"), bytes(10));
    store.unblock("example.org", clock.instant());
    assertEquals("1,3,6", Sqls.text(path(), "SELECT group_concat(number) FROM block_changes"));
    assertEquals("2,4,5", Sqls.text(path(), "SELECT group_concat(number) FROM log"));
    assertEquals(
        "1 1 first.example.org,1 3 example.org,0 6 example.org",
        Sqls.text(
            path(),
            "SELECT group_concat(added || ' ' || number || ' ' || sender) FROM block_changes"));
  }

  @Test
  void changesAreForgottenWithTheLogAndBlocksAreNot() throws Exception {
    store.block(new Block("example.org", clock.instant(), ""));
    clock.tick(Duration.ofDays(89));
    store.block(new Block("example.net", clock.instant(), ""));
    clock.tick(Duration.ofDays(2));
    Retention retention =
        new Retention(store, io.postern.queue.Settings.USUAL, clock, clock.instant());
    while (retention.runOnce()) {
      // There may be more.
    }
    assertEquals(
        "example.net", Sqls.text(path(), "SELECT group_concat(sender) FROM block_changes"));
    assertEquals(2, store.blocks().size());
  }

  @Test
  void changesStayUntilThoseWhoAreToldHaveHadThem() throws Exception {
    store.keep(List.of("ops"), clock.instant());
    store.block(new Block("example.org", clock.instant(), ""));
    clock.tick(Duration.ofDays(100));
    purge();
    assertEquals(
        "example.org", Sqls.text(path(), "SELECT group_concat(sender) FROM block_changes"));
    store.save(store.cursors().getFirst().at(1), List.of());
    purge();
    assertEquals("0", Sqls.text(path(), "SELECT count(*) FROM block_changes"));
  }

  private void purge() throws Exception {
    Retention retention =
        new Retention(store, io.postern.queue.Settings.USUAL, clock, clock.instant());
    while (retention.runOnce()) {
      // There may be more.
    }
  }
}
