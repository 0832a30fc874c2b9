package io.postern.feed;

import io.postern.delivery.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A stage in a folder of its own, for one subscriber, turn by turn.
abstract class TellingCase {
  static final Outcome GOOD = new Outcome.Accepted(200);
  static final Outcome DOWN = new Outcome.Deferred(503, "HTTP 503", "", null);

  /// How long events are gathered, unless a subscriber's file says otherwise.
  static final Duration INTERVAL = Duration.ofSeconds(1);

  /// Longer than the first wait of a post that failed, with all that chance adds.
  static final Duration RETRY = Duration.ofSeconds(70);

  @TempDir private Path folder;
  TellingStage stage;

  @BeforeEach
  void open() throws Exception {
    stage = new TellingStage(folder);
  }

  @AfterEach
  void close() {
    stage.close();
  }
}
