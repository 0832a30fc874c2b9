package io.postern;

import io.postern.delivery.Dispatcher;
import io.postern.feed.Subscribers;
import io.postern.rules.Book;
import io.postern.settings.LiveFiles;
import io.postern.tls.LiveCertificate;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at files that may change while the gateway runs. Owns two platform threads: `rules`, which
/// turns the cranks of the book and of the subscribers every two seconds, and `certificate`, which
/// turns the certificate's every five. The service manager's watchdog counts their turns.
final class Lookout {
  private static final Logger log = LoggerFactory.getLogger(Lookout.class);

  private static final Duration AT_RULES_EVERY = Duration.ofSeconds(2);
  private static final Duration AT_CERTIFICATE_EVERY = Duration.ofSeconds(5);

  private final LiveFiles<Book> books;
  private final @Nullable LiveCertificate certificate;
  private final Dispatcher dispatcher;
  private final @Nullable Subscribers subscribers;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final AtomicLong looksAtRules = new AtomicLong();
  private final AtomicLong looksAtCertificate = new AtomicLong();

  /// @param certificate null when nothing is encrypted
  /// @param dispatcher woken when other rules are in force
  /// @param subscribers whose files are looked at, too; null when there are none
  Lookout(
      LiveFiles<Book> books,
      @Nullable LiveCertificate certificate,
      Dispatcher dispatcher,
      @Nullable Subscribers subscribers) {
    this.books = books;
    this.certificate = certificate;
    this.dispatcher = dispatcher;
    this.subscribers = subscribers;
  }

  void start() {
    Thread.ofPlatform().name("rules").daemon().start(() -> turn(AT_RULES_EVERY, this::lookAtRules));
    if (certificate != null) {
      Thread.ofPlatform()
          .name("certificate")
          .daemon()
          .start(() -> turn(AT_CERTIFICATE_EVERY, this::lookAtCertificate));
    }
  }

  /// How often each has looked, by the thread's name.
  Map<String, Long> turns() {
    Map<String, Long> turns = new TreeMap<>(Map.of("rules", looksAtRules.get()));
    if (certificate != null) {
      turns.put("certificate", looksAtCertificate.get());
    }
    return turns;
  }

  /// Ends both after the look they are at.
  void stop() {
    stopping.countDown();
  }

  private void turn(Duration every, Runnable crank) {
    try {
      while (!stopping.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
        crank.run();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookAtRules() {
    looksAtRules.incrementAndGet();
    try {
      String before = books.state().version();
      books.look();
      if (!before.equals(books.state().version())) {
        dispatcher.wake();
      }
      if (subscribers != null) {
        subscribers.look();
      }
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
      log.atError().setCause(e).log("the rule files could not be looked at");
    }
  }

  private void lookAtCertificate() {
    looksAtCertificate.incrementAndGet();
    try {
      if (certificate != null) {
        certificate.look();
      }
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
      log.atError().setCause(e).log("the certificate could not be looked at");
    }
  }
}
