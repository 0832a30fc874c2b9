package io.postern.journal;

import java.time.Instant;
import java.util.List;

/// All that is known of one mail: `postern show ID`.
///
/// @param facts name and value of what the door noted (session, peer, TLS, envelope, size, book
///   version), in the order to print
/// @param rows its rows of the status log, oldest first
/// @param attempts its attempts that changed no state, oldest first, so far as they are kept
public record Story(List<Fact> facts, List<Row> rows, List<Attempt> attempts) {
  public Story {
    facts = List.copyOf(facts);
    rows = List.copyOf(rows);
    attempts = List.copyOf(attempts);
  }

  /// One line of the story's head.
  ///
  /// @param name what it is
  /// @param value as text, cleaned
  public record Fact(String name, String value) {}

  /// One attempt that was deferred.
  ///
  /// @param delivery which delivery
  /// @param number which attempt, from 1
  /// @param at when it ended
  /// @param elapsedMs how long it took
  /// @param reason what went wrong
  public record Attempt(String delivery, int number, Instant at, long elapsedMs, String reason) {}
}
