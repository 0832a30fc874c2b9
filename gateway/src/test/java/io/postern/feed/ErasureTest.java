package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Outcome;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Traces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is erased amid a batch of several posts, and wherever the batch stands then: what is
/// left is told.
final class ErasureTest {
  private static final Outcome GOOD = new Outcome.Accepted(200);
  private static final Outcome DOWN = new Outcome.Deferred(503, "HTTP 503", "", null);

  /// What the batch has.
  private static final int POSTS = 4;

  private static final int EVENTS = 7;

  @TempDir private Path folder;
  private int stages;

  /// Erases something.
  private interface Erasure {
    void from(TellingStage stage) throws StoreUnavailable;
  }

  @Test
  void nothingIsLostOfABatchThatStandsAnywhere() throws Exception {
    List<Erasure> erasures =
        List.of(
            stage -> stage.store().forget(new Traces.OfMail("r0")),
            stage -> stage.store().forget(new Traces.OfMail("r1")),
            stage -> stage.removeFromLog(1, 3),
            stage -> stage.removeFromLog(1, 9));
    for (int done = 0; done < POSTS; done++) {
      for (Erasure erasure : erasures) {
        erase(erasure, done);
      }
    }
  }

  private void erase(Erasure erasure, int done) throws Exception {
    TellingStage stage = new TellingStage(folder.resolve("stage" + stages++));
    try {
      stage.rule("acme", "acme/one").rule("acme2", "acme/two").rule("globex", "globex/one");
      stage.subscriber(
          "validate: false",
          "events: [deliveries, bounces]",
          "statuses: [succeeded]",
          "batch: { split: account }");
      fill(stage);
      stage.clock().tick(Duration.ofSeconds(1));
      stage.answer(Collections.nCopies(done, GOOD).toArray(Outcome[]::new));
      stage.always(DOWN);
      stage.turnToRest();
      assertEquals(POSTS, stage.telling().cursor().batch().posts());
      assertEquals(done, stage.telling().cursor().batch().done());
      erasure.from(stage);
      if (stages % 2 == 0) {
        stage.restart();
      } else {
        stage.telling().reread();
      }
      stage.always(GOOD);
      stage.clock().tick(Duration.ofSeconds(70));
      stage.turnToRest();
      stage.clock().tick(Duration.ofSeconds(1));
      stage.turnToRest();
      Set<String> lost = new HashSet<>(stage.idsInLog());
      stage.takenIds().forEach(lost::remove);
      assertEquals(Set.of(), lost, done + " posts were taken before");
      assertTrue(stage.takenIds().size() <= 2 * EVENTS, "at most one batch twice");
    } finally {
      stage.close();
    }
  }

  /// Rows of reports and of deliveries, by turns, whose groups begin in another order when one of
  /// the first is gone.
  private static void fill(TellingStage stage) throws StoreUnavailable {
    stage.report("r0", "acme");
    stage.put("m0", "globex");
    stage.succeed("globex");
    stage.report("r1", "globex");
    stage.report("r2", "acme");
    stage.put("m1", "acme2");
    stage.succeed("acme2");
    stage.put("m2", "globex");
    stage.succeed("globex");
  }
}
