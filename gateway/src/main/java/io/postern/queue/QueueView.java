package io.postern.queue;

import io.postern.journal.StoreUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The line of waiting mail for one who only looks.
public interface QueueView {
  /// What waits, by rule, in the order of names.
  List<Waiting> waiting() throws StoreUnavailable;

  /// What waits, one by one, next due first.
  ///
  /// @param rule the rule's whole name; empty for all
  /// @param limit how many to return at most, 1 to 1,000
  List<Pending> pending(String rule, int limit) throws StoreUnavailable;

  /// How many deliveries these are now.
  long count(Choice choice) throws StoreUnavailable;

  /// How many mails and rows of the status log hold these traces now.
  Done count(Traces traces) throws StoreUnavailable;

  /// Rules for which something waits and whose endpoints have done nothing but fail, with how long
  /// they have, of the time that counts for their retry periods.
  Map<String, Duration> failing() throws StoreUnavailable;

  /// The pauses in force.
  List<Pause> pauses() throws StoreUnavailable;
}
