package io.postern.store.sqlite;

import java.sql.SQLException;

/// One thing that a caller wants changed: all of it happens, or nothing. It runs on the writer's
/// thread, and touches nothing but the tables, for it may be undone, and run again after that.
@FunctionalInterface
interface Change<T> {
  T apply(Tables tables) throws SQLException;

  /// One that has nothing to tell who wanted it.
  @FunctionalInterface
  interface Silent {
    void apply(Tables tables) throws SQLException;
  }
}
