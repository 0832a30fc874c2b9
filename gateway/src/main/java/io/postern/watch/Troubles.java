package io.postern.watch;

import io.postern.feed.Roster;
import io.postern.feed.Subscribers;
import io.postern.journal.StoreUnavailable;
import io.postern.notice.Cause;
import io.postern.notice.Cause.Kind;
import io.postern.notice.Sight;
import io.postern.notice.Sight.Trouble;
import io.postern.queue.Cursor;
import io.postern.queue.Pause;
import io.postern.queue.Waiting;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.settings.LiveFiles;
import io.postern.settings.Problem;
import io.postern.tls.LiveCertificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks at the parts for what a person is to be told by mail. Everything is looked up as it is
/// now, so that after a restart, too, nothing is missed and nothing is over that is not.
///
/// Safe for use by many threads.
public final class Troubles {
  /// How long the store may take to answer: counting what waits takes a moment for each million,
  /// and may wait for others who search.
  private static final Duration ANSWER_MAX = Duration.ofMinutes(1);

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

  private final Parts parts;
  private final Inquiry inquiry;

  /// What one look has come to so far.
  private record Seen(List<Trouble> troubles, Set<Kind> unseen, Set<Cause> quiet) {
    Seen() {
      this(new ArrayList<>(), EnumSet.noneOf(Kind.class), new HashSet<>());
    }
  }

  /// Makes one that looks at these parts.
  public Troubles(Parts parts) {
    this(parts, ANSWER_MAX);
  }

  /// For tests, which don't wait that long.
  Troubles(Parts parts, Duration answerMax) {
    this.parts = parts;
    this.inquiry = new Inquiry(answerMax);
  }

  /// Looks.
  public Sight look() {
    List<Trouble> troubles = new ArrayList<>();
    lookAtThreads(troubles);
    lookAtRules(troubles);
    if (parts.certificate() != null) {
      lookAtCertificate(parts.certificate().state(), troubles);
    }
    if (parts.subscribers() != null && parts.subscribers().files().state().stale()) {
      troubles.add(
          new Trouble(
              new Cause(Kind.SUBSCRIBERS, ""),
              null,
              facts(parts.subscribers().files().state().problems())));
    }
    if (!parts.queue().hasRoom(0)) {
      troubles.add(new Trouble(new Cause(Kind.DISK_RESERVE, ""), null, "see store.disk-reserve"));
    }
    parts
        .fault()
        .get()
        .ifPresent(words -> troubles.add(new Trouble(new Cause(Kind.STORE, ""), null, words)));
    try {
      Seen seen = inquiry.ask(this::inStore);
      troubles.addAll(seen.troubles());
      return new Sight(troubles, seen.unseen(), seen.quiet());
    } catch (StoreUnavailable e) {
      String words = String.valueOf(e.getMessage());
      troubles.add(new Trouble(new Cause(Kind.STORE_READ, ""), null, words));
      return new Sight(troubles, IN_STORE, Set.of());
    }
  }

  private Seen inStore() throws StoreUnavailable {
    Seen seen = new Seen();
    lookAtQueue(seen);
    if (parts.subscribers() != null) {
      lookAtSubscribers(parts.subscribers(), seen);
    }
    return seen;
  }

  private void lookAtThreads(List<Trouble> troubles) {
    if (!parts.dispatcher().isAlive()) {
      troubles.add(new Trouble(new Cause(Kind.DELIVERY, ""), null, "its thread has ended"));
    }
    if (parts.subscribers() != null && !parts.subscribers().feed().isAlive()) {
      troubles.add(new Trouble(new Cause(Kind.FEED, ""), null, "its thread has ended"));
    }
  }

  private void lookAtRules(List<Trouble> troubles) {
    LiveFiles.State<Book> state = parts.books().state();
    if (state.stale() || state.whole() == null) {
      List<String> facts = facts(state.problems());
      facts.addFirst(
          state.whole() == null
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
        .ending(parts.clock().instant())
        .ifPresent(
            words ->
                troubles.add(
                    new Trouble(new Cause(Kind.CERTIFICATE_ENDS, ""), null, "it " + words)));
  }

  private static List<String> facts(List<Problem> problems) {
    List<String> facts = new ArrayList<>();
    problems.stream().limit(PROBLEMS_MAX).forEach(problem -> facts.add(problem.toString()));
    if (problems.size() > PROBLEMS_MAX) {
      facts.add("and " + (problems.size() - PROBLEMS_MAX) + " more");
    }
    return facts;
  }

  private void lookAtQueue(Seen seen) throws StoreUnavailable {
    Set<String> paused = lookAtPauses(parts.queue().pauses(), Kind.ENDPOINT_PAUSED, seen);
    Optional<Book> book = parts.books().current();
    if (book.isEmpty()) {
      // All rules are gone then, and the one cause is told. What was told of them isn't over.
      seen.unseen().addAll(EnumSet.of(Kind.ENDPOINT_FAILING, Kind.RULE_GONE));
      return;
    }
    for (Map.Entry<String, Duration> failing : parts.queue().failing().entrySet()) {
      String name = failing.getKey();
      if (book.get().rule(name).filter(Rule::enabled).isPresent()) {
        failing(new Cause(Kind.ENDPOINT_FAILING, name), failing.getValue(), paused, seen);
      }
    }
    for (Waiting waiting : parts.queue().waiting()) {
      if (book.get().rule(waiting.rule()).isEmpty()) {
        seen.troubles()
            .add(
                new Trouble(
                    new Cause(Kind.RULE_GONE, waiting.rule()),
                    null,
                    "%d wait, the oldest since %s".formatted(waiting.count(), waiting.oldest())));
      }
    }
  }

  private void lookAtSubscribers(Subscribers subscribers, Seen seen) throws StoreUnavailable {
    Set<String> paused =
        lookAtPauses(subscribers.cursors().pausedSubscribers(), Kind.SUBSCRIBER_PAUSED, seen);
    Optional<Roster> roster = subscribers.files().current();
    if (roster.isEmpty()) {
      seen.unseen().add(Kind.SUBSCRIBER_FAILING);
      return;
    }
    for (Cursor cursor : subscribers.cursors().cursors()) {
      String name = cursor.subscriber();
      @Nullable Duration failing = cursor.standing().failing();
      boolean isEnabled =
          roster.get().subscriber(name).filter(subscriber -> subscriber.enabled()).isPresent();
      if (failing != null && isEnabled) {
        failing(new Cause(Kind.SUBSCRIBER_FAILING, name), failing, paused, seen);
      }
    }
  }

  /// Looks at them, and tells whose they are.
  private static Set<String> lookAtPauses(List<Pause> pauses, Kind kind, Seen seen) {
    Set<String> names = new HashSet<>();
    for (Pause pause : pauses) {
      paused(pause, kind).ifPresent(seen.troubles()::add);
      names.add(pause.rule());
    }
    return names;
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

  /// What is paused isn't tried, or only to see whether it works again: that it is tried again
  /// would be untrue, and that it no longer fails would be, too.
  private void failing(Cause cause, Duration time, Set<String> paused, Seen seen) {
    if (paused.contains(cause.name())) {
      seen.quiet().add(cause);
    } else if (time.compareTo(FAILING_MIN) >= 0) {
      seen.troubles()
          .add(
              new Trouble(
                  cause,
                  parts.clock().instant().minus(time),
                  "nothing but failures for %d h %d min"
                      .formatted(time.toHours(), time.toMinutesPart())));
    }
  }
}
