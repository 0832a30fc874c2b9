package io.postern.queue;

import io.postern.journal.StoreUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The line of mail that was promised and is not yet delivered. Every method may be called from any
/// thread, and returns when what it changed is on disk (fsync). When it throws, nothing is promised
/// and nothing is seen; yet a change whose commit failed in its fsync may be there after a crash.
/// For a mail this means that the peer, which was not told 250, sends it again, and it comes twice:
/// never that it is lost.
///
/// The states of a delivery:
///
/// ```
/// put -> READY --claim--> LEASED --Done--> SUCCEEDED --retention--> purged
///          ^                | |----Dead--> FAILED --retention--> purged
///          |---lease over---| |
///          |---Again (due later), Unmade
///
/// SUCCEEDED, FAILED --replay--> READY      READY --replay to another rule--> READY
/// READY, LEASED --drop--> FAILED           any state --forget--> purged
/// ```
///
/// What an operator asks for may be a million deliveries. It is done in many small transactions
/// between those of the mail: when it throws, or its thread is interrupted, what was done stays
/// done, and who asks again gets the rest.
public interface MailQueue extends QueueView, AutoCloseable {
  /// A spool for the next message.
  Spool spool();

  /// Keeps a mail: message, deliveries and their queued rows become visible together. When this
  /// returns, and not before, the peer may be told 250.
  ///
  /// @param accepted the mail
  /// @param message its bytes; used up by this call when it returns
  void put(Accepted accepted, Spool message) throws StoreUnavailable;

  /// Leases deliveries that are due, of each rule the oldest due first, and counts the attempt. A
  /// lease that is over is due again. Where there is not room for all, every rule with something
  /// due gets its equal part before one of them gets more, whatever waits for the others: the room
  /// that a want doesn't use is the others'.
  ///
  /// @param demand rules that may be tried now, and how much; rules not named stay untouched
  /// @param now the time
  /// @return the claims of all rules, oldest due first
  List<Claim> claim(Demand demand, Instant now) throws StoreUnavailable;

  /// Notes what came of an attempt, and writes the row of the status log when the state or the
  /// reason changed.
  ///
  /// @return false when the claim is not in force any more (its lease ended and another took over):
  ///   nothing was changed
  boolean settle(Claim claim, Settlement settlement) throws StoreUnavailable;

  /// When the next delivery of any of these rules is due; empty when none waits.
  Optional<Instant> nextDue(Collection<String> rules) throws StoreUnavailable;

  /// Lets time pass for the waiting deliveries of these rules: only this time counts against their
  /// retry period. A crash forgets at most what was not yet told.
  void elapse(Collection<String> rules, Duration time) throws StoreUnavailable;

  /// Makes due now some of what would be due later than any wait reaches: it was put off, or
  /// accepted, by a clock that was ahead and has been set right since. One small transaction.
  ///
  /// @param longest how long a delivery of each of these rules waits at most
  /// @param now the time
  /// @return true when there may be more
  boolean bringForward(Map<String, Duration> longest, Instant now) throws StoreUnavailable;

  /// Removes some of what has been kept for long enough, in one small transaction: deliveries that
  /// are over, which count as purged; with the last delivery of a mail the mail; rows of the status
  /// log. What waits is never removed.
  ///
  /// @return true when there may be more
  boolean purge(Expired expired) throws StoreUnavailable;

  /// Pauses a rule's endpoint. A second pause changes nothing, but that a person's or the
  /// endpoint's own takes the place of one that would end by itself.
  void pause(Pause pause) throws StoreUnavailable;

  /// Ends a pause. The endpoint's failures are counted anew from here.
  ///
  /// @return false when there was none
  boolean resume(String rule) throws StoreUnavailable;

  /// Ends a pause of an endpoint that did nothing but fail, for it has taken something. A pause
  /// that has taken the place of that one meanwhile stays.
  ///
  /// @return false when there was none of that cause
  boolean resumeFailing(String rule) throws StoreUnavailable;

  /// Makes deliveries that are over ready again, at once: the id and the numbers of attempts go on,
  /// a new retry period begins, and their posts say that they are replayed. Each gets a queued row.
  /// What waits is taken only to be moved to another rule, and not while it is being tried.
  ///
  /// @param choice which; those that end while this runs are left alone
  /// @param toRule the rule to give them to; empty to leave each with its own
  /// @return how many
  long replay(Choice choice, String toRule) throws StoreUnavailable;

  /// Gives up deliveries that wait: they become failed, by an operator, and can be replayed. The
  /// outcome of an attempt that is in flight is not noted any more.
  ///
  /// @param choice which; those that are over are left alone
  /// @return how many
  long drop(Choice choice) throws StoreUnavailable;

  /// Erases message, addresses and whatever was read from headers, of mails and of their rows in
  /// the status log, which keep time, state and rule, so that all counts stay. Deliveries that wait
  /// become failed first. What was erased is overwritten in the file, too; copies that others made
  /// of it are out of reach.
  ///
  /// @return how many mails, and how many rows
  Done forget(Traces traces) throws StoreUnavailable;

  /// Is called, from a thread of the engine and without delay, after deliveries became ready. One
  /// listener; it must not block.
  void onReady(Runnable listener);

  /// True when there is room on disk for a message of this size beside the reserve.
  boolean hasRoom(long bytes);

  /// Finishes what was begun and lets go of the store.
  @Override
  void close();
}
