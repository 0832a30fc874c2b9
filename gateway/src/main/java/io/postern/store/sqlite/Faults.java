package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.io.Serial;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Turns what the engine says into what the house understands.
final class Faults {
  /// Extended result codes have the primary one in their lowest byte.
  private static final int PRIMARY_CODE = 0xff;

  private Faults() {}

  /// What a caller is told.
  ///
  /// @param doing what was being done, to follow "The store can't"
  static StoreUnavailable unavailable(String doing, Throwable cause) {
    return new StoreUnavailable(
        "The store can't " + doing + ": " + words(cause), isFull(cause), cause);
  }

  /// A refusal in one sentence.
  static StoreUnavailable refused(String sentence) {
    return new StoreUnavailable(sentence, false, new SQLException(sentence));
  }

  /// True when storage has run out. SQLite says so itself for ENOSPC; a quota that is used up
  /// (EDQUOT) is an I/O error of a write to it, and more room is the cure of that one too.
  private static boolean isFull(@Nullable Throwable cause) {
    return switch (cause) {
      case null -> false;
      case Unwritten _ -> true;
      // The block before is told of by the one that comes after it.
      case Refused refused -> isFull(refused.getCause());
      case SQLiteException fault ->
          switch (fault.getResultCode()) {
            case SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE ->
                true;
            default -> false;
          };
      default -> false;
    };
  }

  /// True when the file is no SQLite database.
  static boolean isForeign(SQLException cause) {
    return cause instanceof SQLiteException fault
        && fault.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB;
  }

  /// True when a statement was ended before its end.
  static boolean isInterrupted(SQLException cause) {
    return cause instanceof SQLiteException fault
        && fault.getResultCode() == SQLiteErrorCode.SQLITE_INTERRUPT;
  }

  /// True when only the change is at fault, and the connection is as good as before.
  static boolean isHarmless(SQLException cause) {
    return cause instanceof Refused
        || (cause instanceof SQLiteException fault
            && (fault.getErrorCode() & PRIMARY_CODE) == SQLiteErrorCode.SQLITE_CONSTRAINT.code);
  }

  /// Thrown by a change that finds that it can't be made. No statement has failed then.
  static final class Refused extends SQLException {
    @Serial private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }

    Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// Thrown when the write-ahead log has lost its name.
  static final class LogRemoved extends SQLException {
    @Serial private static final long serialVersionUID = 1;

    LogRemoved(String message) {
      super(message);
    }
  }

  /// Thrown when a file beside the database takes no bytes.
  static final class Unwritten extends SQLException {
    @Serial private static final long serialVersionUID = 1;

    Unwritten(String message, Throwable cause) {
      super(message, cause);
    }
  }

  static String words(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
