package io.postern.settings;

import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is in force of a folder of files that people edit while the gateway runs. Someone turns the
/// crank, [#look()], every two seconds; it compares contents, for file events get lost on symbolic
/// links, network mounts and in containers. An edit is taken once two looks in a row saw the same
/// files. What can't be used leaves in force what is, and [#state()] says why.
///
/// What comes in force is kept on the shelf before, so that a restart with broken files has
/// something to start with. Any thread may call any method; [#state()] never waits.
///
/// @param <T> what the files are made into
public final class LiveFiles<T> {
  private static final Logger log = LoggerFactory.getLogger(LiveFiles.class);

  private final Reader<T> reader;
  private final TextShelf<? super T> shelf;
  private final InstantSource clock;

  private volatile State<T> state = new State<>(null, "", null, true, List.of());
  private String seen = "";
  private String judged = "";
  private boolean shelfRead;

  /// Makes something of files. Holds no state.
  ///
  /// @param <T> what it makes
  public interface Reader<T> {
    /// Their kind, for problems and the service log.
    Sources.Kind kind();

    /// The place that stands for all the files.
    Place place();

    /// Reads the files.
    Sources look();

    /// Makes something of them.
    Judgement<T> judge(Sources sources);

    /// How many single things, such as rules, there are in it.
    int count(T whole);
  }

  /// What is in force, and how the files stand to it.
  ///
  /// @param <T> what the files are made into
  /// @param whole what is in force; null when there never was anything good
  /// @param version its version; empty when there is none
  /// @param taken when it came in force; null with it
  /// @param stale true when the files on disk are not what is in force: they are broken, or lose
  ///   more than half
  /// @param problems what is wrong with the files now, warnings too, by place
  public record State<T>(
      @Nullable T whole,
      String version,
      @Nullable Instant taken,
      boolean stale,
      List<Problem> problems) {
    public State {
      problems = List.copyOf(problems);
    }
  }

  /// Makes one with nothing in force; [#start()] comes next.
  public LiveFiles(Reader<T> reader, TextShelf<? super T> shelf, InstantSource clock) {
    this.reader = reader;
    this.shelf = shelf;
    this.clock = clock;
  }

  /// What is in force. Who asks once sees one thing to the end.
  public Optional<T> current() {
    return Optional.ofNullable(state.whole());
  }

  /// How it stands.
  public State<T> state() {
    return state;
  }

  /// Reads the files now; when they can't be used, what was kept last comes in force.
  public synchronized State<T> start() {
    Sources sources = reader.look();
    seen = sources.fingerprint();
    openShelf();
    consider(sources, false);
    return state;
  }

  /// One turn of the crank: takes the files when they have changed and then been still for two
  /// looks.
  public synchronized void look() {
    Sources sources = reader.look();
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

  /// Takes the files as they are now, even when most is gone from them.
  public synchronized State<T> reload() {
    Sources sources = reader.look();
    seen = sources.fingerprint();
    openShelf();
    consider(sources, true);
    return state;
  }

  /// Puts in force what was kept last, when nothing is yet. A shelf that can't be read is tried
  /// again at the next occasion.
  private void openShelf() {
    if (shelfRead || state.whole() != null) {
      return;
    }
    try {
      Optional<TextShelf.Kept> kept = shelf.latest();
      shelfRead = true;
      if (kept.isPresent()) {
        unpack(kept.get());
      }
    } catch (IOException e) {
      log.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("the kept {} can't be read now", reader.kind().many());
    }
  }

  private void unpack(TextShelf.Kept kept) {
    Judgement<T> judgement =
        Sources.fromArchive(kept.text())
            .map(reader::judge)
            .orElseGet(() -> new Judgement.Bad<>(List.of(unreadable())));
    switch (judgement) {
      case Judgement.Good<T>(T whole, _) ->
          state = new State<>(whole, kept.version(), kept.taken(), true, state.problems());
      case Judgement.Bad<T>(List<Problem> problems) ->
          log.atWarn()
              .addKeyValue("version", kept.version())
              .addKeyValue("first", firstError(problems))
              .log("the kept {} can't be used", reader.kind().many());
    }
  }

  private Problem unreadable() {
    return new Problem(reader.place(), Severity.ERROR, "what was kept can't be read");
  }

  private static Problem firstError(List<Problem> problems) {
    return problems.stream()
        .filter(problem -> problem.severity() == Severity.ERROR)
        .findFirst()
        .orElseThrow();
  }

  private void consider(Sources sources, boolean asked) {
    switch (reader.judge(sources)) {
      case Judgement.Bad<T>(List<Problem> problems) -> {
        judged = sources.fingerprint();
        stay(problems);
      }
      case Judgement.Good<T>(T whole, List<Problem> warnings) -> {
        @Nullable T before = state.whole();
        if (before != null && !asked && losesMost(before, whole)) {
          judged = sources.fingerprint();
          stay(List.of(loss(before, whole)));
        } else {
          take(sources, whole, warnings);
        }
      }
    }
  }

  /// A renamed rule is not a lost one, so they are counted: a folder that is being copied, or that
  /// failed to mount, has few or none.
  private boolean losesMost(T before, T after) {
    return reader.count(after) * 2 < reader.count(before);
  }

  private Problem loss(T before, T after) {
    return new Problem(
        reader.place(),
        Severity.ERROR,
        "only %d of %d %s are left; if that is meant, reload (systemctl reload postern)"
            .formatted(reader.count(after), reader.count(before), reader.kind().many()));
  }

  private void take(Sources sources, T whole, List<Problem> warnings) {
    String version = sources.version();
    @Nullable Instant since = state.taken();
    boolean isInForce = since != null && state.version().equals(version);
    Instant taken = isInForce && since != null ? since : clock.instant();
    if (!isInForce) {
      try {
        // It stands on the shelf before anything is done by it.
        shelf.keep(version, taken, sources.archive(), whole);
      } catch (IOException e) {
        // Not judged: the next look tries again.
        judged = "";
        stay(
            List.of(
                new Problem(
                    reader.place(),
                    Severity.ERROR,
                    "the %s can't be kept in the store (%s); mend the store"
                        .formatted(reader.kind().many(), e.getMessage()))));
        return;
      }
    }
    judged = sources.fingerprint();
    state = new State<>(whole, version, taken, false, warnings);
    if (!isInForce) {
      log.atInfo()
          .addKeyValue("version", version)
          .addKeyValue("count", reader.count(whole))
          .addKeyValue("warnings", warnings.size())
          .log("{} taken", reader.kind().many());
    }
  }

  private void stay(List<Problem> problems) {
    boolean isNews = !problems.equals(state.problems());
    state = new State<>(state.whole(), state.version(), state.taken(), true, problems);
    if (isNews) {
      log.atError()
          .addKeyValue("inForce", state.version())
          .addKeyValue("problems", problems.size())
          .addKeyValue("first", firstError(problems))
          .log("{} not taken", reader.kind().many());
    }
  }
}
