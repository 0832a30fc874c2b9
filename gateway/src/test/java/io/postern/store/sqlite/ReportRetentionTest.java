package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.journal.Entry;
import io.postern.journal.Status;
import io.postern.queue.Accepted;
import io.postern.queue.Claim;
import io.postern.queue.Cursor;
import io.postern.queue.Retention;
import io.postern.queue.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A mail that may be a report of another one is read when subscribers come to its row.
final class ReportRetentionTest extends StoreCase {
  @Test
  void aReportStaysUntilItsSubscribersHaveHadIt() throws Exception {
    store.keep(List.of("ops"), clock.instant());
    put(store, report("r1"), bytes(100));
    put(store, mail("m1", clock.instant(), "desk"), bytes(100));
    for (Claim claim : store.claim(want("desk", 10), clock.instant())) {
      assertTrue(store.settle(claim, new Settlement.Done(trial(clock.instant(), 200, ""))));
    }
    assertEquals(List.of(true, false), reports());
    clock.tick(Duration.ofDays(4));
    purge();
    assertTrue(store.message("r1").isPresent());
    assertTrue(store.message("m1").isEmpty());
    Cursor cursor = store.cursors().getFirst();
    store.save(cursor.at(store.newest()), List.of());
    purge();
    assertTrue(store.message("r1").isEmpty());
  }

  private List<Boolean> reports() throws Exception {
    return store.stretch(0, Set.of(Status.QUEUED), 100).entries().stream()
        .map(entry -> entry instanceof Entry.Logged logged && logged.mail().report())
        .toList();
  }

  private Accepted report(String id) {
    Accepted mail = mail(id, clock.instant(), "desk");
    Accepted.Heading heading = mail.heading();
    return new Accepted(
        id,
        mail.envelope(),
        new Accepted.Heading(heading.from(), heading.messageId(), heading.subject(), true),
        mail.book(),
        mail.routes());
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
}
