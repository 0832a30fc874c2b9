package io.postern.watch;

import io.postern.console.Health;
import io.postern.console.Health.Finding;
import io.postern.console.Health.Level;
import io.postern.feed.Feed;
import io.postern.feed.Stand;
import io.postern.feed.Subscribers;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Cursor;
import io.postern.queue.Pause;
import io.postern.queue.Waiting;
import io.postern.rules.Book;
import io.postern.settings.LiveFiles;
import io.postern.settings.Problem;
import io.postern.tls.LiveCertificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Looks at the parts and says how the gateway feels, for `/health`.
///
/// Safe for use by many threads.
public final class Checkup {
  /// How long the store may take to answer: whoever asks is to be told of a disk that hangs.
  private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

  private final Parts parts;
  private final Supplier<Optional<String>> silence;
  private final Inquiry inquiry;

  /// @param silence why people can't be told by mail now; empty when they can, or nobody is to be
  public Checkup(Parts parts, Supplier<Optional<String>> silence) {
    this(parts, silence, ANSWER_MAX);
  }

  /// For tests, which don't wait that long.
  Checkup(Parts parts, Supplier<Optional<String>> silence, Duration answerMax) {
    this.parts = parts;
    this.silence = silence;
    this.inquiry = new Inquiry(answerMax);
  }

  /// Looks.
  public Health health() {
    List<Finding> findings = new ArrayList<>();
    LiveFiles.State<Book> rules = parts.books().state();
    lookAtRules(rules, findings);
    if (parts.certificate() != null) {
      lookAtCertificate(parts.certificate().state(), findings);
    }
    silence
        .get()
        .ifPresent(
            words ->
                findings.add(
                    yellow(
                        "notices",
                        "nobody can be told by mail: %s; see: postern doctor".formatted(words))));
    if (!parts.queue().hasRoom(0)) {
      findings.add(red("store", "the disk reserve is reached and mail is put off; make room"));
    }
    parts
        .fault()
        .get()
        .ifPresent(words -> findings.add(red("store", "nothing can be written: " + words)));
    if (!parts.dispatcher().isAlive()) {
      findings.add(red("delivery", "nothing is delivered any more; restart the gateway"));
    }
    if (parts.subscribers() != null) {
      lookAtSubscribers(parts.subscribers(), findings);
    }
    try {
      findings.addAll(inquiry.ask(() -> inStore(rules.whole())));
    } catch (StoreUnavailable e) {
      findings.add(red("store", "the store can't be read: " + e.getMessage()));
    }
    return new Health(rules.version(), findings);
  }

  private static Finding red(String subject, String text) {
    return new Finding(Level.RED, subject, text);
  }

  private static Finding yellow(String subject, String text) {
    return new Finding(Level.YELLOW, subject, text);
  }

  private static void lookAtRules(LiveFiles.State<Book> rules, List<Finding> findings) {
    if (rules.whole() == null) {
      findings.add(red("rules", "there is no good rule book, so all mail is put off"));
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
      findings.add(yellow("certificate", problem.toString()));
    }
    state
        .ending(parts.clock().instant())
        .ifPresent(
            words ->
                findings.add(
                    yellow(
                        "certificate", "the certificate in force %s; renew it".formatted(words))));
  }

  /// What is known of them without the store. Mail flows whatever it is, so nothing is red.
  private static void lookAtSubscribers(Subscribers subscribers, List<Finding> findings) {
    for (Problem problem : subscribers.files().state().problems()) {
      findings.add(yellow("subscriber", problem.toString()));
    }
    if (!subscribers.feed().isAlive()) {
      findings.add(yellow("subscriber", "nobody is told any more; restart the gateway"));
    }
    subscribers.feed().stands().forEach((name, stand) -> lookAtStand(name, stand, findings));
    subscribers
        .feed()
        .faults()
        .forEach(
            (name, fault) ->
                findings.add(
                    yellow(
                        "subscriber",
                        "%s can't be told: %s; see the service log".formatted(name, fault))));
  }

  private static void lookAtStand(String name, Stand stand, List<Finding> findings) {
    if (stand.state() == Stand.State.FAILING) {
      String last = stand.reason().isEmpty() ? "the last post was not taken" : stand.reason();
      findings.add(
          yellow(
              "subscriber",
              "%s takes no events: %s; it is tried again, and at once by: postern subscriber resume %s"
                  .formatted(name, last, name)));
    }
    if (!stand.skipped().isEmpty()) {
      findings.add(
          yellow("subscriber", "%s was not told of all: %s".formatted(name, stand.skipped())));
    }
  }

  /// What can't be told without the store. None of it is red.
  ///
  /// @param book null when there is none, and nobody can tell which rules are gone
  private List<Finding> inStore(@Nullable Book book) throws StoreUnavailable {
    List<Finding> findings = new ArrayList<>();
    if (parts.subscribers() != null) {
      lookAtCursors(parts.subscribers(), findings);
    }
    lookAtPauses(parts.queue().pauses(), "endpoint", findings);
    if (book != null) {
      lookAtWaiting(book, findings);
    }
    return findings;
  }

  private static void lookAtCursors(Subscribers subscribers, List<Finding> findings)
      throws StoreUnavailable {
    lookAtPauses(subscribers.cursors().pausedSubscribers(), "subscriber", findings);
    for (Cursor cursor : subscribers.cursors().cursors()) {
      subscribers
          .files()
          .current()
          .flatMap(roster -> roster.subscriber(cursor.subscriber()))
          .filter(it -> it.enabled() && !it.isVerifiedBy(cursor))
          .ifPresent(it -> findings.add(unverified(it.name(), subscribers.feed())));
    }
  }

  private static Finding unverified(String name, Feed feed) {
    Stand stand = feed.stands().get(name);
    String last = stand == null || stand.reason().isEmpty() ? "" : ": " + stand.reason();
    return yellow(
        "subscriber",
        "%s is unverified: its URL has taken no test event%s; see: postern subscriber test %s"
            .formatted(name, last, name));
  }

  /// @param whose `endpoint` or `subscriber`, which the command is called, too
  private static void lookAtPauses(List<Pause> pauses, String whose, List<Finding> findings) {
    for (Pause pause : pauses) {
      String end =
          pause.endsByItself()
              ? "it is tried hourly, and resumes when it takes something"
              : "when it is mended: postern %s resume %s".formatted(whose, pause.rule());
      findings.add(
          yellow(whose, "%s is paused: %s; %s".formatted(pause.rule(), pause.reason(), end)));
    }
  }

  private void lookAtWaiting(Book book, List<Finding> findings) throws StoreUnavailable {
    for (Waiting waiting : parts.queue().waiting()) {
      if (book.rule(waiting.rule()).isEmpty()) {
        findings.add(
            yellow(
                "rules",
                "rule %s is gone and %d of its deliveries wait; bring it back, or see: postern replay --help"
                    .formatted(waiting.rule(), waiting.count())));
      }
    }
  }
}
