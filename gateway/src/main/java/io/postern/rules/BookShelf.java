package io.postern.rules;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/// Where books are kept, so that a gateway with broken rule files still starts. The wiring puts it
/// on the store.
public interface BookShelf {
  /// Keeps a book durably and makes it the latest one; returns when it is on disk. A version that
  /// was kept before gets the new time.
  ///
  /// @param version the book's version
  /// @param taken when it came in force
  /// @param text the book's archive
  /// @throws IOException when it can't be kept now
  void keep(String version, Instant taken, String text) throws IOException;

  /// The book that was kept last.
  ///
  /// @throws IOException when the shelf can't be read now
  Optional<Kept> latest() throws IOException;

  /// A kept book.
  ///
  /// @param version its version
  /// @param taken when it came in force
  /// @param text its archive
  record Kept(String version, Instant taken, String text) {}
}
