package io.postern.delivery;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What came of one call to an endpoint.
public sealed interface Outcome {
  /// The answer's status code; 0 when there was no answer.
  int httpStatus();

  /// What went wrong, in words that are the same each time it is the same; empty when nothing did.
  String reason();

  /// What differs from time to time, such as the start of the answer; may be empty.
  String detail();

  /// What went wrong as one text: the reason and, where there is one, the detail.
  default String text() {
    return text(reason(), detail());
  }

  /// Taken: 2xx.
  ///
  /// @param httpStatus the code
  /// @param byBackup true when it was the backup URL that took it
  record Accepted(int httpStatus, boolean byBackup) implements Outcome {
    /// By the URL that was called.
    public Accepted(int httpStatus) {
      this(httpStatus, false);
    }

    @Override
    public String reason() {
      return "";
    }

    @Override
    public String detail() {
      return "";
    }
  }

  /// Not now: to be tried again.
  ///
  /// @param httpStatus the code, or 0
  /// @param retryAfter how long the endpoint asked to wait; null when it did not
  record Deferred(int httpStatus, String reason, String detail, @Nullable Duration retryAfter)
      implements Outcome {
    /// What came of this call and of the one to the backup URL that it led to. Whatever the backup
    /// said, unless it took it, the URL itself may take it next time.
    public Outcome orBackup(Outcome backup) {
      if (backup instanceof Accepted(int status, _)) {
        return new Accepted(status, true);
      }
      String said = backup.detail().isEmpty() ? "" : "backup: " + backup.detail();
      String both = detail.isEmpty() || said.isEmpty() ? detail + said : detail + "; " + said;
      return new Deferred(httpStatus, reason + "; backup: " + backup.reason(), both, retryAfter);
    }
  }

  /// The request itself was refused: the same bytes will never be taken.
  ///
  /// @param httpStatus the code
  record Refused(int httpStatus, String reason, String detail) implements Outcome {}

  /// The endpoint was never asked, or not to the end, by a fault of ours: a secret that can't be
  /// read, a bug, the gateway's stop. It is tried again however old it is: a mail must not fail for
  /// that.
  ///
  /// @param stopping true when it was the gateway's stop, which says nothing of the next attempt
  record NotMade(String reason, boolean stopping) implements Outcome {
    /// For a fault that the next attempt may meet, too.
    public NotMade(String reason) {
      this(reason, false);
    }

    @Override
    public int httpStatus() {
      return 0;
    }

    @Override
    public String detail() {
      return "";
    }
  }

  /// 410: the endpoint says that it is gone for good. It is paused, and its deliveries wait.
  record Gone(String reason, String detail) implements Outcome {
    @Override
    public int httpStatus() {
      return 410;
    }
  }

  /// A reason and, where there is one, a detail as one text.
  static String text(String reason, String detail) {
    return detail.isEmpty() ? reason : reason + ": " + detail;
  }

  /// True for a status that says that the endpoint has taken it: 2xx.
  static boolean isSuccess(int status) {
    return status >= 200 && status < 300;
  }

  /// Reads an answer's status. A code that is not named anywhere is deferred.
  ///
  /// @param status the code
  /// @param permanent the codes that refuse the request itself
  /// @param reason how to name the answer in the status log
  /// @param detail what it said
  /// @param retryAfter what the endpoint asked for; null for nothing
  static Outcome of(
      int status,
      Set<Integer> permanent,
      String reason,
      String detail,
      @Nullable Duration retryAfter) {
    if (isSuccess(status)) {
      return new Accepted(status);
    }
    if (status == 410) {
      return new Gone(reason, detail);
    }
    return permanent.contains(status)
        ? new Refused(status, reason, detail)
        : new Deferred(status, reason, detail, retryAfter);
  }
}
