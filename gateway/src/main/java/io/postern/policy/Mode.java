package io.postern.policy;

/// What a heuristic does with a mail that it finds forged.
public enum Mode {
  /// Denies it.
  ENFORCE,
  /// Accepts it and says what it would have denied.
  OBSERVE,
  /// Does not look.
  OFF
}
