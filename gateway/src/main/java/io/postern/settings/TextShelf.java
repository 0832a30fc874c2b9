package io.postern.settings;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/// Where the texts of a folder are kept that came in force, so that a gateway whose files are
/// broken still starts. The wiring puts it on the store.
///
/// @param <T> what the texts are made into
public interface TextShelf<T> {
  /// Keeps texts durably and makes them the latest ones; returns when they are on disk. A version
  /// that was kept before gets the new time.
  ///
  /// @param version theirs
  /// @param taken when they came in force
  /// @param text their archive
  /// @param whole what they were made into
  /// @throws IOException when they can't be kept now
  void keep(String version, Instant taken, String text, T whole) throws IOException;

  /// What was kept last.
  ///
  /// @throws IOException when the shelf can't be read now
  Optional<Kept> latest() throws IOException;

  /// Kept texts.
  ///
  /// @param version theirs
  /// @param taken when they came in force
  /// @param text their archive
  record Kept(String version, Instant taken, String text) {}
}
