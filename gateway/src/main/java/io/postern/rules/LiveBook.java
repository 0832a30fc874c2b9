package io.postern.rules;

import io.postern.settings.LiveFiles;
import io.postern.settings.Place;
import io.postern.settings.Problem;
import io.postern.settings.Sources;
import io.postern.settings.TextShelf;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The book in force, which follows the rule files while mail flows, as [LiveFiles] tells. Any
/// thread may call any method; [#current()] never waits.
public final class LiveBook {
  private final LiveFiles<Book> live;

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

    private static State of(LiveFiles.State<Book> state) {
      return new State(state.whole(), state.taken(), state.stale(), state.problems());
    }
  }

  /// Makes a live book without one in force; [#start()] comes next.
  public LiveBook(RuleFiles files, TextShelf shelf, InstantSource clock) {
    this.live = new LiveFiles<>(new BookReader(files), shelf, clock);
  }

  /// The book in force. A mail that asks once sees one book to its end.
  public Optional<Book> current() {
    return live.current();
  }

  /// How it stands.
  public State state() {
    return State.of(live.state());
  }

  /// Reads the files now; when they can't be used, the book that was kept last comes in force.
  public State start() {
    return State.of(live.start());
  }

  /// One turn of the crank: takes the files when they have changed and then been still for two
  /// looks.
  public void look() {
    live.look();
  }

  /// Takes the files as they are now, even when most rules are gone from them.
  public State reload() {
    return State.of(live.reload());
  }

  private record BookReader(RuleFiles files) implements LiveFiles.Reader<Book> {
    @Override
    public Sources.Kind kind() {
      return RuleFiles.KIND;
    }

    @Override
    public Place place() {
      return files.folderPlace();
    }

    @Override
    public Sources look() {
      return files.look();
    }

    @Override
    public LiveFiles.Judgement<Book> judge(Sources sources) {
      return switch (files.judge(sources)) {
        case Read.Good(Book book, List<Problem> warnings) ->
            new LiveFiles.Judgement.Good<>(book, warnings);
        case Read.Bad(List<Problem> problems) -> new LiveFiles.Judgement.Bad<>(problems);
      };
    }

    @Override
    public int count(Book book) {
      return book.rules().size();
    }
  }
}
