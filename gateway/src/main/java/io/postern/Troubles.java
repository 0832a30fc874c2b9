package io.postern;

import io.postern.delivery.Dispatcher;
import io.postern.journal.StoreUnavailable;
import io.postern.notice.Cause;
import io.postern.notice.Cause.Kind;
import io.postern.notice.Sight;
import io.postern.notice.Sight.Trouble;
import io.postern.queue.Cursor;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
import io.postern.queue.Waiting;
import io.postern.rules.Book;
import io.postern.rules.LiveBook;
import io.postern.rules.Rule;
import io.postern.settings.Problem;
import io.postern.tls.LiveCertificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Looks at the parts for what a person is to be told by mail. Everything is looked up as it is
/// now, so that after a restart, too, nothing is missed and nothing is over that is not.
///
/// @param fault what keeps the store from being written to; empty when nothing does
/// @param certificate the door's; null when nothing is encrypted
/// @param subscribers who is told of events; null when nobody is
record Troubles(
    MailQueue queue,
    Supplier<Optional<String>> fault,
    LiveBook books,
    Dispatcher dispatcher,
    @Nullable LiveCertificate certificate,
    @Nullable Subscribers subscribers,
    InstantSource clock) {
  /// What has failed for so long is told.
  private static final Duration FAILING_MIN = Duration.ofHours(1);

  private static final int PROBLEMS_MAX = 5;

  /// What only the store knows.
  private static final Set<Kind> IN_STORE =
      EnumSet.of(
          Kind.RULE_GONE,
          Kind.ENDPOINT_PAUSED,
          Kind.ENDPOINT_FAILING,
          Kind.SUBSCRIBER_PAUSED,
          Kind.SUBSCRIBER_FAILING);

  /// Looks.
  Sight look() {
    List<Trouble> troubles = new ArrayList<>();
    lookAtThreads(troubles);
    lookAtRules(troubles);
    if (certificate != null) {
      lookAtCertificate(certificate.state(), troubles);
    }
    if (subscribers != null && subscribers.files().state().stale()) {
      troubles.add(
          new Trouble(
              new Cause(Kind.SUBSCRIBERS, ""),
              null,
              facts(subscribers.files().state().problems())));
    }
    if (!queue.hasRoom(0)) {
      troubles.add(new Trouble(new Cause(Kind.DISK_RESERVE, ""), null, "see store.disk-reserve"));
    }
    Set<Kind> unseen = Set.of();
    Optional<String> unusable = fault.get();
    try {
      troubles.addAll(inStore());
    } catch (StoreUnavailable e) {
      unseen = IN_STORE;
      unusable = Optional.of(unusable.orElse(String.valueOf(e.getMessage())));
    }
    unusable.ifPresent(words -> troubles.add(new Trouble(new Cause(Kind.STORE, ""), null, words)));
    return new Sight(troubles, unseen);
  }

  private List<Trouble> inStore() throws StoreUnavailable {
    List<Trouble> troubles = new ArrayList<>();
    lookAtQueue(troubles);
    lookAtSubscribers(troubles);
    return troubles;
  }

  private void lookAtThreads(List<Trouble> troubles) {
    if (!dispatcher.isAlive()) {
      troubles.add(new Trouble(new Cause(Kind.DELIVERY, ""), null, "its thread has ended"));
    }
    if (subscribers != null && !subscribers.feed().isAlive()) {
      troubles.add(new Trouble(new Cause(Kind.FEED, ""), null, "its thread has ended"));
    }
  }

  private void lookAtRules(List<Trouble> troubles) {
    LiveBook.State state = books.state();
    if (state.stale() || state.book() == null) {
      List<String> facts = facts(state.problems());
      facts.addFirst(
          state.book() == null
              ? "there is no good rule book, so all mail is put off"
              : "in force is version " + state.version());
      troubles.add(new Trouble(new Cause(Kind.RULES, ""), null, facts));
    }
  }

  private void lookAtCertificate(LiveCertificate.State state, List<Trouble> troubles) {
    if (state.stale()) {
      troubles.add(new Trouble(new Cause(Kind.CERTIFICATE, ""), null, facts(state.problems())));
    }
    state
        .daysLeft(clock.instant())
        .ifPresent(
            days -> {
              if (days < Checkup.DAYS_LEFT_MIN) {
                troubles.add(
                    new Trouble(
                        new Cause(Kind.CERTIFICATE_ENDS, ""),
                        null,
                        days < 0 ? "it has ended" : "it ends in " + days + " days"));
              }
            });
  }

  private static List<String> facts(List<Problem> problems) {
    List<String> facts = new ArrayList<>();
    problems.stream().limit(PROBLEMS_MAX).forEach(problem -> facts.add(problem.toString()));
    if (problems.size() > PROBLEMS_MAX) {
      facts.add("and " + (problems.size() - PROBLEMS_MAX) + " more");
    }
    return facts;
  }

  private void lookAtQueue(List<Trouble> troubles) throws StoreUnavailable {
    Instant now = clock.instant();
    for (Pause pause : queue.pauses()) {
      paused(pause, Kind.ENDPOINT_PAUSED).ifPresent(troubles::add);
    }
    Optional<Book> book = books.current();
    for (Map.Entry<String, Duration> failing : queue.failing().entrySet()) {
      Optional<Rule> rule = book.flatMap(it -> it.rule(failing.getKey())).filter(Rule::enabled);
      if (rule.isPresent() && failing.getValue().compareTo(FAILING_MIN) >= 0) {
        troubles.add(failing(Kind.ENDPOINT_FAILING, failing.getKey(), failing.getValue(), now));
      }
    }
    if (book.isEmpty()) {
      // All rules are gone then, and the one cause is told.
      return;
    }
    for (Waiting waiting : queue.waiting()) {
      if (book.get().rule(waiting.rule()).isEmpty()) {
        troubles.add(
            new Trouble(
                new Cause(Kind.RULE_GONE, waiting.rule()),
                null,
                "%d wait, the oldest since %s".formatted(waiting.count(), waiting.oldest())));
      }
    }
  }

  private void lookAtSubscribers(List<Trouble> troubles) throws StoreUnavailable {
    if (subscribers == null) {
      return;
    }
    Instant now = clock.instant();
    for (Pause pause : subscribers.cursors().pausedSubscribers()) {
      paused(pause, Kind.SUBSCRIBER_PAUSED).ifPresent(troubles::add);
    }
    for (Cursor cursor : subscribers.cursors().cursors()) {
      @Nullable Duration failing = cursor.standing().failing();
      boolean isEnabled =
          subscribers
              .files()
              .current()
              .flatMap(roster -> roster.subscriber(cursor.subscriber()))
              .filter(subscriber -> subscriber.enabled())
              .isPresent();
      if (failing != null && failing.compareTo(FAILING_MIN) >= 0 && isEnabled) {
        troubles.add(failing(Kind.SUBSCRIBER_FAILING, cursor.subscriber(), failing, now));
      }
    }
  }

  /// What a person has paused needs no telling.
  private static Optional<Trouble> paused(Pause pause, Kind kind) {
    Cause cause = new Cause(kind, pause.rule());
    return switch (pause.cause()) {
      case PERSON -> Optional.empty();
      case GONE -> Optional.of(new Trouble(cause, pause.since(), pause.reason()));
      case FAILING ->
          Optional.of(
              new Trouble(
                  cause,
                  pause.since(),
                  List.of(
                      pause.reason(),
                      "it is tried hourly, and resumes by itself when it takes something")));
    };
  }

  private static Trouble failing(Kind kind, String name, Duration time, Instant now) {
    return new Trouble(
        new Cause(kind, name),
        now.minus(time),
        "nothing but failures for %d h %d min".formatted(time.toHours(), time.toMinutesPart()));
  }
}
