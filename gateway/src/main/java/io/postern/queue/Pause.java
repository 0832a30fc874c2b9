package io.postern.queue;

import java.time.Instant;

/// An endpoint that takes nothing for now: its deliveries wait and lose no time of their period.
///
/// @param rule the rule whose endpoint it is
/// @param since when it was paused
/// @param cause who or what paused it
/// @param reason why, in a few words
public record Pause(String rule, Instant since, Cause cause, String reason) {
  /// A pause by a person.
  public Pause(String rule, Instant since, String reason) {
    this(rule, since, Cause.PERSON, reason);
  }

  /// True when it ends by itself, for the endpoint is still tried now and then and may take
  /// something; any other one a person ends.
  public boolean endsByItself() {
    return cause == Cause.FAILING;
  }

  /// Who or what pauses.
  public enum Cause {
    /// A person, who also ends it.
    PERSON,
    /// The endpoint, which said that it is gone for good (410). A person ends it.
    GONE,
    /// The gateway, because the endpoint did nothing but fail for too long. It is probed, and ends
    /// by itself when the endpoint takes something.
    FAILING
  }
}
