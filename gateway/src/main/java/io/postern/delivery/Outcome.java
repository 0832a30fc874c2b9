package io.postern.delivery;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What came of one call to an endpoint.
public sealed interface Outcome {
  /// The answer's status code; 0 when there was no answer.
  int httpStatus();

  /// Taken: 2xx.
  ///
  /// @param httpStatus the code
  record Accepted(int httpStatus) implements Outcome {}

  /// Not now: to be tried again.
  ///
  /// @param httpStatus the code, or 0
  /// @param reason what went wrong, for the status log
  /// @param retryAfter how long the endpoint asked to wait; null when it did not
  record Deferred(int httpStatus, String reason, @Nullable Duration retryAfter)
      implements Outcome {}

  /// The request itself was refused: the same bytes will never be taken.
  ///
  /// @param httpStatus the code
  /// @param reason for the status log
  record Refused(int httpStatus, String reason) implements Outcome {}

  /// 410: the endpoint says that it is gone for good. It is paused, and its deliveries wait.
  ///
  /// @param reason for the status log
  record Gone(String reason) implements Outcome {
    @Override
    public int httpStatus() {
      return 410;
    }
  }

  /// Reads an answer's status. A code that is not named anywhere is deferred.
  ///
  /// @param status the code
  /// @param permanent the codes that refuse the request itself
  /// @param reason how to name the answer in the status log
  /// @param retryAfter what the endpoint asked for; null for nothing
  static Outcome of(
      int status, Set<Integer> permanent, String reason, @Nullable Duration retryAfter) {
    if (status >= 200 && status < 300) {
      return new Accepted(status);
    }
    if (status == 410) {
      return new Gone(reason);
    }
    return permanent.contains(status)
        ? new Refused(status, reason)
        : new Deferred(status, reason, retryAfter);
  }
}
