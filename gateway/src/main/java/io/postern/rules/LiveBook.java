package io.postern.rules;

import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The book in force, which follows the rule files while mail flows. Someone turns the crank,
/// [#look()], every two seconds; it compares contents, for file events get lost on symbolic links,
/// network mounts and in containers. An edit is taken once two looks in a row saw the same files.
/// What can't be used leaves the book in force where it is, and [#state()] says why.
///
/// Every book is kept on the shelf before it comes in force, so that a restart with broken files
/// has a book to start with. Any thread may call any method; [#current()] never waits.
public final class LiveBook {
  private static final Logger log = LoggerFactory.getLogger(LiveBook.class);

  private final RuleFiles files;
  private final BookShelf shelf;
  private final InstantSource clock;

  private volatile State state = new State(null, null, true, List.of());
  private String seen = "";
  private String judged = "";
  private boolean shelfRead;

  /// What is in force, and how the files stand to it.
  ///
  /// @param book the book in force; null when there never was a good one
  /// @param taken when it came in force; null with the book
  /// @param stale true when the files on disk are not what is in force: they are broken, or lose
  ///   more than half of the rules
  /// @param problems what is wrong with the files now, warnings too, by place
  public record State(
      @Nullable Book book, @Nullable Instant taken, boolean stale, List<Problem> problems) {
    public State {
      problems = List.copyOf(problems);
    }

    /// The version in force; empty when there is none.
    public String version() {
      return book == null ? "" : book.version();
    }
  }

  /// Makes a live book without one in force; [#start()] comes next.
  public LiveBook(RuleFiles files, BookShelf shelf, InstantSource clock) {
    this.files = files;
    this.shelf = shelf;
    this.clock = clock;
  }

  /// The book in force. A mail that asks once sees one book to its end.
  public Optional<Book> current() {
    return Optional.ofNullable(state.book());
  }

  /// How it stands.
  public State state() {
    return state;
  }

  /// Reads the files now; when they can't be used, the book that was kept last comes in force.
  public synchronized State start() {
    Sources sources = files.look();
    seen = sources.fingerprint();
    openShelf();
    consider(sources, false);
    return state;
  }

  /// One turn of the crank: takes the files when they have changed and then been still for two
  /// looks.
  public synchronized void look() {
    Sources sources = files.look();
    String fingerprint = sources.fingerprint();
    openShelf();
    if (!fingerprint.equals(seen)) {
      seen = fingerprint;
      return;
    }
    if (!fingerprint.equals(judged)) {
      consider(sources, false);
    }
  }

  /// Takes the files as they are now, even when most rules are gone from them.
  public synchronized State reload() {
    Sources sources = files.look();
    seen = sources.fingerprint();
    openShelf();
    consider(sources, true);
    return state;
  }

  /// Puts the book that was kept last in force, when none is yet. A shelf that can't be read is
  /// tried again at the next occasion.
  private void openShelf() {
    if (shelfRead || state.book() != null) {
      return;
    }
    try {
      Optional<BookShelf.Kept> kept = shelf.latest();
      shelfRead = true;
      if (kept.isPresent()) {
        switch (files.fromArchive(kept.get().text())) {
          case Read.Good(Book book, _) ->
              state = new State(book, kept.get().taken(), true, state.problems());
          case Read.Bad(List<Problem> problems) ->
              log.atWarn()
                  .addKeyValue("version", kept.get().version())
                  .addKeyValue("first", firstError(problems))
                  .log("the kept rules can't be used");
        }
      }
    } catch (IOException e) {
      log.atWarn().addKeyValue("reason", e.getMessage()).log("the kept rules can't be read now");
    }
  }

  private static Problem firstError(List<Problem> problems) {
    return problems.stream()
        .filter(problem -> problem.severity() == Severity.ERROR)
        .findFirst()
        .orElseThrow();
  }

  private void consider(Sources sources, boolean asked) {
    switch (files.judge(sources)) {
      case Read.Bad(List<Problem> problems) -> {
        judged = sources.fingerprint();
        stay(problems);
      }
      case Read.Good(Book book, List<Problem> warnings) -> {
        @Nullable Book before = state.book();
        if (before != null && !asked && losesMost(before, book)) {
          judged = sources.fingerprint();
          stay(List.of(loss(before, book)));
        } else {
          take(book, warnings, sources.fingerprint());
        }
      }
    }
  }

  /// A renamed rule is not a lost one, so rules are counted: a folder that is being copied, or that
  /// failed to mount, has few or none.
  private static boolean losesMost(Book before, Book after) {
    return after.rules().size() * 2 < before.rules().size();
  }

  private Problem loss(Book before, Book after) {
    return new Problem(
        files.folderPlace(),
        Severity.ERROR,
        "only %d of %d rules are left; if that is meant, reload (systemctl reload postern)"
            .formatted(after.rules().size(), before.rules().size()));
  }

  private void take(Book book, List<Problem> warnings, String fingerprint) {
    @Nullable Instant since = state.taken();
    boolean isInForce = since != null && state.version().equals(book.version());
    Instant taken = isInForce && since != null ? since : clock.instant();
    if (!isInForce) {
      try {
        // The book stands on the shelf before the first mail is judged by it.
        shelf.keep(book.version(), taken, book.archive());
      } catch (IOException e) {
        // Not judged: the next look tries again.
        judged = "";
        stay(
            List.of(
                new Problem(
                    files.folderPlace(),
                    Severity.ERROR,
                    "the rules can't be kept in the store ("
                        + e.getMessage()
                        + "); mend the store")));
        return;
      }
    }
    judged = fingerprint;
    state = new State(book, taken, false, warnings);
    if (!isInForce) {
      log.atInfo()
          .addKeyValue("version", book.version())
          .addKeyValue("rules", book.rules().size())
          .addKeyValue("warnings", warnings.size())
          .log("rules taken");
    }
  }

  private void stay(List<Problem> problems) {
    boolean isNews = !problems.equals(state.problems());
    state = new State(state.book(), state.taken(), true, problems);
    if (isNews) {
      log.atError()
          .addKeyValue("inForce", state.version())
          .addKeyValue("problems", problems.size())
          .addKeyValue("first", firstError(problems))
          .log("rules not taken");
    }
  }
}
