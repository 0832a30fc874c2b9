package io.postern.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.NotifySocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Signs of life, cranked by hand.
final class WatchdogTest {
  @TempDir private Path folder;

  @Test
  void tellsLifeOnlyWhileEveryLoopTurns() throws IOException {
    Map<String, Long> turns = new HashMap<>(Map.of("writer", 1L, "dispatcher", 1L, "rules", 1L));
    try (NotifySocket manager = NotifySocket.bind("@" + folder)) {
      Watchdog watchdog =
          new Watchdog(
              Supervisor.of(Map.of("NOTIFY_SOCKET", manager.address())), () -> turns, () -> "well");
      assertTrue(watchdog.runOnce());
      assertEquals("WATCHDOG=1\nSTATUS=well", manager.receive());
      turns.replaceAll((_, count) -> count + 1);
      assertTrue(watchdog.runOnce());
      assertEquals("WATCHDOG=1\nSTATUS=well", manager.receive());

      turns.put("dispatcher", 3L);
      assertFalse(watchdog.runOnce());
      assertEquals("STATUS=hanging: no turn of rules, writer", manager.receive());
      // One that turned in time does not make up for one that did not.
      turns.put("rules", 3L);
      turns.put("dispatcher", 9L);
      assertFalse(watchdog.runOnce());
      assertEquals("STATUS=hanging: no turn of writer", manager.receive());

      turns.put("writer", 3L);
      assertTrue(watchdog.runOnce());
      assertEquals("WATCHDOG=1\nSTATUS=well", manager.receive());
    }
  }
}
