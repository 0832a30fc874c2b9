package io.postern.journal;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The subscribers' log of one store, for reading.
public interface Postings {
  /// The newest matching rows, newest first.
  ///
  /// @param offset how many matches to pass over, 0 or more
  /// @param limit how many to return at most, 1 to 1,000
  List<Posting> postings(Wanted wanted, int offset, int limit) throws StoreUnavailable;

  /// Every matching row, oldest first, a page at a time.
  void eachPosting(Wanted wanted, Consumer<Posting> reader) throws StoreUnavailable;

  /// Which rows are asked for. A null or empty part asks for all.
  ///
  /// @param since received at this time or later
  /// @param until received before this time
  /// @param statuses any of these
  /// @param subscriber the subscriber's whole name
  record Wanted(
      @Nullable Instant since, @Nullable Instant until, Set<Status> statuses, String subscriber) {
    /// Every row there is.
    public static final Wanted ALL = new Wanted(null, null, Set.of(), "");

    public Wanted {
      statuses = Set.copyOf(statuses);
    }
  }
}
