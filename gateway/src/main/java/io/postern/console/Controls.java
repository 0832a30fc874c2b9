package io.postern.console;

import io.postern.journal.StoreUnavailable;

/// What can be changed in a running gateway, by who has the token.
public interface Controls {
  /// Pauses a rule's endpoint.
  ///
  /// @param reason why, in a few words
  void pause(String rule, String reason) throws StoreUnavailable;

  /// Ends a pause.
  ///
  /// @return false when there was none
  boolean resume(String rule) throws StoreUnavailable;
}
