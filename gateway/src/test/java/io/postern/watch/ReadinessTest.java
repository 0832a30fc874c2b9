package io.postern.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.rules.Book;
import io.postern.settings.LiveFiles;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When mail is said to be taken: not before all has started, not from the beginning of the end on.
final class ReadinessTest {
  @TempDir private Path folder;

  @Test
  void aGatewayIsReadyFromTheEndOfItsStartToTheBeginningOfItsStop() throws Exception {
    LiveFiles<Book> books = Books.in(folder, new FakeClock());
    try (SqliteStore store =
        SqliteStore.open(Settings.of(folder.resolve("postern.db"), 0), new FakeClock())) {
      AtomicReference<Optional<String>> fault = new AtomicReference<>(Optional.empty());
      Readiness readiness = new Readiness(store, fault::get, books);
      assertFalse(readiness.isReady());
      assertEquals(List.of("the gateway is starting"), readiness.hindrances());
      assertEquals(Optional.of("the gateway is starting"), readiness.words());
      readiness.started();
      assertTrue(readiness.isReady());
      assertEquals(Optional.empty(), readiness.words());
      fault.set(Optional.of("no space"));
      assertEquals(List.of("nothing can be written: no space"), readiness.hindrances());
      assertEquals(
          Optional.of("mail is put off: nothing can be written: no space"), readiness.words());
      readiness.stopping();
      assertEquals(
          List.of("the gateway is stopping", "nothing can be written: no space"),
          readiness.hindrances());
      assertEquals(Optional.of("the gateway is stopping"), readiness.words());
    }
  }
}
