package io.postern.journal;

import java.util.Locale;
import java.util.Optional;

/// The five states that the status log knows.
public enum Status {
  /// Accepted with a 250 and on disk.
  QUEUED,
  /// The endpoint took it (2xx).
  SUCCEEDED,
  /// An attempt came to nothing; another will be made.
  DEFERRED,
  /// Given up: the retry period is over, the endpoint refused the request itself, or an operator
  /// dropped it.
  FAILED,
  /// Never accepted: refused at the door.
  DENIED;

  /// The lower-case word of log, CSV and commands.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads that word, in any case.
  public static Optional<Status> of(String word) {
    for (Status status : values()) {
      if (status.name().equalsIgnoreCase(word)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }
}
