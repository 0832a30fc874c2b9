package io.postern.journal;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The status log of one store, for reading. Every method may be called from any thread; those that
/// read wait for one of a few database connections.
public interface Journal {
  /// The newest matching rows, newest first.
  ///
  /// @param query which rows
  /// @param offset how many matches to pass over, 0 or more
  /// @param limit how many to return at most, 1 to 1,000
  List<Row> search(Query query, int offset, int limit) throws StoreUnavailable;

  /// Every matching row, oldest first, a page at a time: no read transaction lasts longer than a
  /// page.
  void each(Query query, Consumer<Row> reader) throws StoreUnavailable;

  /// Matching rows with a number above the given one, oldest first: for following.
  ///
  /// @param limit how many to return at most, 1 to 1,000
  List<Row> after(long number, Query query, int limit) throws StoreUnavailable;

  /// The number of the newest row; 0 when there is none.
  long newest() throws StoreUnavailable;

  /// The story behind a mail's, delivery's or session's id.
  Optional<Story> story(String id) throws StoreUnavailable;

  /// The ledger, read in one transaction.
  Ledger ledger() throws StoreUnavailable;
}
