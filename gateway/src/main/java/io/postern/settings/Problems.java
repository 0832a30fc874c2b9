package io.postern.settings;

import io.postern.settings.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Collects the problems of one reading, so that a person sees all of them at once. For one thread.
public final class Problems {
  /// As many are kept; the rest are counted.
  public static final int COUNT_MAX = 1_000;

  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparing((Problem problem) -> problem.place().file())
          .thenComparingInt(problem -> problem.place().line())
          .thenComparingInt(problem -> problem.place().column());

  private final List<Problem> found = new ArrayList<>();
  private int uncounted;
  private boolean errors;

  /// Notes that the file can't be used.
  public void error(Place place, String text) {
    add(new Problem(place, Severity.ERROR, text));
  }

  /// Notes that somebody should look.
  public void warn(Place place, String text) {
    add(new Problem(place, Severity.WARNING, text));
  }

  /// Notes a problem.
  public void add(Problem problem) {
    errors |= problem.severity() == Severity.ERROR;
    if (found.size() < COUNT_MAX) {
      found.add(problem);
    } else {
      uncounted++;
    }
  }

  /// Notes all of them.
  public void addAll(List<Problem> problems) {
    problems.forEach(this::add);
  }

  /// How many there are so far.
  public int count() {
    return found.size() + uncounted;
  }

  /// True when at least one says that a file can't be used.
  public boolean hasErrors() {
    return errors;
  }

  /// All of them by file, line and column. When there were too many to keep, the last one says how
  /// many are missing.
  public List<Problem> sorted() {
    List<Problem> sorted = new ArrayList<>(found);
    sorted.sort(BY_PLACE);
    if (uncounted > 0) {
      sorted.add(
          new Problem(
              new Place(sorted.getLast().place().file(), 0, 0),
              errors ? Severity.ERROR : Severity.WARNING,
              "and " + uncounted + " more problems; mend those above first"));
    }
    return List.copyOf(sorted);
  }
}
