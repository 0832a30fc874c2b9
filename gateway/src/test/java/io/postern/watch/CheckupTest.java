package io.postern.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.console.Health.Finding;
import io.postern.console.Health.Level;
import io.postern.delivery.Dispatcher;
import io.postern.delivery.HttpCourier;
import io.postern.delivery.Notices;
import io.postern.delivery.Settings;
import io.postern.fixture.FakeClock;
import io.postern.notice.Cause;
import io.postern.notice.Cause.Kind;
import io.postern.notice.Sight;
import io.postern.queue.MailQueue;
import io.postern.rules.Book;
import io.postern.settings.LiveFiles;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a gateway says of itself, on its page and by mail, when it could be kept from saying
/// anything.
@Timeout(60)
final class CheckupTest {
  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();

  @Test
  void aStoreThatNeverAnswersIsToldAndDoesNotHoldUpWhoAsks() throws Exception {
    LiveFiles<Book> books = Books.in(folder, clock);
    CountDownLatch disk = new CountDownLatch(1);
    try (SqliteStore store =
        SqliteStore.open(
            io.postern.store.sqlite.Settings.of(folder.resolve("postern.db"), 0), clock)) {
      Dispatcher dispatcher = dispatcher(store, books);
      dispatcher.start();
      Parts parts =
          new Parts(hanging(store, disk), Optional::empty, books, dispatcher, null, null, clock);
      try {
        List<Finding> findings =
            new Checkup(parts, Optional::empty, Duration.ofMillis(20)).health().findings();
        assertEquals(1, findings.size(), findings.toString());
        assertEquals(Level.RED, findings.getFirst().level());
        assertTrue(findings.getFirst().text().contains("has not answered"), findings.toString());
        Sight sight = new Troubles(parts, Duration.ofMillis(20)).look();
        assertEquals(
            List.of(new Cause(Kind.STORE_READ, "")),
            sight.troubles().stream().map(Sight.Trouble::cause).toList());
        assertTrue(
            sight.unseen().containsAll(Set.of(Kind.ENDPOINT_PAUSED, Kind.RULE_GONE)),
            "what can't be seen is not over");
      } finally {
        disk.countDown();
        dispatcher.close();
      }
    }
  }

  /// The store as it is on a disk that hangs when it is read.
  private static MailQueue hanging(MailQueue store, CountDownLatch disk) {
    return (MailQueue)
        Proxy.newProxyInstance(
            MailQueue.class.getClassLoader(),
            new Class<?>[] {MailQueue.class},
            (_, method, arguments) -> {
              if (method.getName().equals("pauses")) {
                disk.await();
              }
              return method.invoke(store, arguments);
            });
  }

  private Dispatcher dispatcher(SqliteStore store, LiveFiles<Book> books) {
    return new Dispatcher(
        new Dispatcher.Parts(
            store,
            books::current,
            new HttpCourier(clock, Set.of(), true),
            new Payload.Gateway("mx.example.com", "main"),
            clock,
            new Random(1),
            Notices.NONE),
        new Settings(true, Set.of(), 1, 1, 1, true, Duration.ofSeconds(1)));
  }
}
