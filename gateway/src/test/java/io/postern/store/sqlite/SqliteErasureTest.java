package io.postern.store.sqlite;

import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.queue.Done;
import io.postern.queue.Traces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is forgotten is not in the files any more, wherever SQLite may have copied it.
final class SqliteErasureTest {
  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();

  @Test
  void noByteOfAForgottenMailIsLeftInTheFiles() throws Exception {
    Settings settings = Settings.of(folder.resolve("postern.db"), 0);
    try (SqliteStore store = SqliteStore.open(settings, clock)) {
      for (int i = 0; i < 40; i++) {
        String kept = "kept" + i;
        put(store, mail(kept, clock.instant(), "desk"), message("WORDS-TO-KEEP ", 10_000 * i));
        String gone = "secret" + i;
        put(store, mail(gone, clock.instant(), "hidden"), message("WORDS-TO-FORGET ", 9_000 * i));
      }
    }
    assertTrue(holds("WORDS-TO-FORGET"), "the search finds nothing");
    assertTrue(holds("hidden@in.example.com"), "the search finds nothing");
    try (SqliteStore store = SqliteStore.open(settings, clock)) {
      assertEquals(new Done(40, 80), store.forget(new Traces.To("hidden@in.example.com")));
      assertEquals(0, store.ledger().unaccounted());
    }
    assertFalse(holds("WORDS-TO-FORGET"));
    assertFalse(holds("hidden@in.example.com"));
    assertFalse(holds("secret7@sender.example.net"));
    assertTrue(holds("WORDS-TO-KEEP"));
    assertEquals("ok", Sqls.text(folder.resolve("postern.db"), "PRAGMA integrity_check"));
  }

  private static byte[] message(String words, int length) {
    return words.repeat(length / words.length() + 1).getBytes(StandardCharsets.US_ASCII);
  }

  private boolean holds(String words) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(words)) {
          return true;
        }
      }
    }
    return false;
  }
}
