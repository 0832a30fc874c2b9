package io.postern.feed;

import io.postern.journal.Posting;
import io.postern.journal.Postings;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// Events that a subscriber was not told of, and never will be, as its log has it.
///
/// @param at when they were given up
/// @param reason how many, and why
public record Skipped(Instant at, String reason) {
  /// Posts can fail for another reason, and are made anew then: so many rows are looked at.
  private static final int ROWS_MAX = 1_000;

  private static final String ONE = "1 event skipped";
  private static final String MANY = " events skipped";

  /// The last time that there were any.
  ///
  /// @param log where it was noted
  /// @param subscriber the subscriber's name
  /// @return empty when there were none, or the log of it is kept no more
  public static Optional<Skipped> last(Postings log, String subscriber) throws StoreUnavailable {
    Postings.Wanted failed = new Postings.Wanted(null, null, Set.of(Status.FAILED), subscriber);
    return log.postings(failed, 0, ROWS_MAX).stream()
        .map(Posting::trial)
        .filter(trial -> isSkip(trial.reason()))
        .findFirst()
        .map(trial -> new Skipped(trial.at(), trial.reason()));
  }

  /// So many events, in the words that begin a reason.
  static String words(long events) {
    return events == 1 ? ONE : events + MANY;
  }

  private static boolean isSkip(String reason) {
    int blank = reason.indexOf(' ');
    boolean isNumber = blank > 0 && reason.chars().limit(blank).allMatch(c -> c >= '0' && c <= '9');
    return isNumber && (reason.startsWith(ONE) || reason.startsWith(MANY, blank));
  }
}
