package io.postern;

import io.postern.console.Health;
import io.postern.console.Health.Finding;
import io.postern.console.Health.Level;
import io.postern.delivery.Dispatcher;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
import io.postern.queue.Waiting;
import io.postern.rules.Book;
import io.postern.rules.LiveBook;
import io.postern.settings.Problem;
import io.postern.tls.LiveCertificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Looks at the parts and says how the gateway feels.
///
/// @param fault what keeps the store from being written to; empty when nothing does
/// @param certificate the door's; null when nothing is encrypted
/// @param subscribers who is told of events; null when nobody is
/// @param hearsay knows whether people can be told
/// @param patience asks the store
record Checkup(
    MailQueue queue,
    Supplier<Optional<String>> fault,
    LiveBook books,
    Dispatcher dispatcher,
    @Nullable LiveCertificate certificate,
    @Nullable Subscribers subscribers,
    Hearsay hearsay,
    InstantSource clock,
    Patience patience) {
  /// How long the store may take to answer: whoever asks is to be told of a disk that hangs.
  static final Duration ANSWER_MAX = Duration.ofSeconds(10);

  Health health() {
    List<Finding> findings = new ArrayList<>();
    LiveBook.State rules = books.state();
    lookAtRules(rules, findings);
    if (certificate != null) {
      lookAtCertificate(certificate.state(), findings);
    }
    hearsay
        .hindrance()
        .ifPresent(
            words ->
                findings.add(
                    new Finding(
                        Level.YELLOW,
                        "notices",
                        "nobody can be told by mail: %s; see: postern doctor".formatted(words))));
    if (!queue.hasRoom(0)) {
      findings.add(
          new Finding(
              Level.RED, "store", "the disk reserve is reached and mail is put off; make room"));
    }
    fault
        .get()
        .ifPresent(
            words ->
                findings.add(new Finding(Level.RED, "store", "nothing can be written: " + words)));
    if (!dispatcher.isAlive()) {
      findings.add(
          new Finding(Level.RED, "delivery", "nothing is delivered any more; restart the gateway"));
    }
    if (subscribers != null) {
      findings.addAll(subscribers.findings());
    }
    try {
      findings.addAll(patience.ask(() -> inStore(rules.book())));
    } catch (StoreUnavailable e) {
      findings.add(new Finding(Level.RED, "store", "the store can't be read: " + e.getMessage()));
    }
    return new Health(rules.version(), findings);
  }

  /// What can't be told without the store. None of it is red.
  ///
  /// @param book null when there is none
  private List<Finding> inStore(@Nullable Book book) throws StoreUnavailable {
    List<Finding> findings = new ArrayList<>();
    if (subscribers != null) {
      findings.addAll(subscribers.findingsInStore());
    }
    lookAtQueue(book, findings);
    return findings;
  }

  private static void lookAtRules(LiveBook.State rules, List<Finding> findings) {
    if (rules.book() == null) {
      findings.add(
          new Finding(Level.RED, "rules", "there is no good rule book, so all mail is put off"));
    }
    for (Problem problem : rules.problems()) {
      boolean isError = problem.severity() == Problem.Severity.ERROR;
      findings.add(new Finding(isError ? Level.RED : Level.YELLOW, "rules", problem.toString()));
    }
  }

  /// Mail flows in clear text where TLS fails, so this is never red; but senders who insist on a
  /// good certificate keep theirs back.
  private void lookAtCertificate(LiveCertificate.State state, List<Finding> findings) {
    for (Problem problem : state.problems()) {
      findings.add(new Finding(Level.YELLOW, "certificate", problem.toString()));
    }
    state
        .ending(clock.instant())
        .ifPresent(
            words ->
                findings.add(
                    new Finding(
                        Level.YELLOW,
                        "certificate",
                        "the certificate in force %s; renew it".formatted(words))));
  }

  /// @param book null when there is none, and nobody can tell which rules are gone
  private void lookAtQueue(@Nullable Book book, List<Finding> findings) throws StoreUnavailable {
    for (Pause pause : queue.pauses()) {
      findings.add(
          new Finding(
              Level.YELLOW,
              "endpoint",
              pause.endsByItself()
                  ? "%s is paused: %s; it is tried hourly, and resumes when it takes something"
                      .formatted(pause.rule(), pause.reason())
                  : "%s is paused: %s; when it is mended: postern endpoint resume %s"
                      .formatted(pause.rule(), pause.reason(), pause.rule())));
    }
    if (book == null) {
      return;
    }
    for (Waiting waiting : queue.waiting()) {
      if (book.rule(waiting.rule()).isEmpty()) {
        findings.add(
            new Finding(
                Level.YELLOW,
                "rules",
                "rule %s is gone and %d of its deliveries wait; bring it back, or see: postern replay --help"
                    .formatted(waiting.rule(), waiting.count())));
      }
    }
  }
}
