package io.postern.policy;

/// What the heuristics say of a mail.
public sealed interface Verdict {
  /// Nothing against it.
  record Accept() implements Verdict {}

  /// Accepted, though a heuristic that only observes would have denied it.
  ///
  /// @param reason why; printable ASCII, one line
  record Observe(String reason) implements Verdict {}

  /// Denied.
  ///
  /// @param reason why; printable ASCII, one line
  record Refuse(String reason) implements Verdict {}
}
