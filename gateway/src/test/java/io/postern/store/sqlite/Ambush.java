package io.postern.store.sqlite;

import java.sql.SQLException;

/// A fault of the database that waits for a call of the writer. For any thread.
final class Ambush implements TroubledJdbc.Trouble {
  /// How many calls still work before one fails; negative while none is to fail.
  private int left = -1;

  private boolean lasting;
  private boolean struck;

  /// The call so many on fails, from 1; if it lasts, all after it too, until the end.
  synchronized void after(int calls, boolean lasts) {
    left = calls - 1;
    lasting = lasts;
    struck = false;
  }

  synchronized void end() {
    left = -1;
    lasting = false;
    struck = false;
  }

  /// True when a call has failed.
  synchronized boolean hasStruck() {
    return struck;
  }

  @Override
  public synchronized void before(String call, String sql) throws SQLException {
    if (left < 0) {
      return;
    }
    if (left > 0) {
      left--;
      return;
    }
    struck = true;
    if (!lasting) {
      left = -1;
    }
    throw new SQLException("disk I/O error (made by the simulation): " + sql);
  }
}
