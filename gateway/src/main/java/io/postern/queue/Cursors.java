package io.postern.queue;

import io.postern.journal.Posting;
import io.postern.journal.Postings;
import io.postern.journal.StoreUnavailable;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/// Where each subscriber stands in the status log, and what was posted to it. What a method that
/// changes something has returned from is on disk. Any thread may call any method.
///
/// The promise that all of this rests on is the store's: rows become visible in the order of their
/// numbers, so that no row ever appears behind one that was read already, and a number is never
/// given twice. (One writer and its transactions one after the other make that so in SQLite. An
/// engine with several writers has to number rows at their commit.)
public interface Cursors extends CursorView, Postings {
  /// Makes a cursor, at the end of the log, for each of these subscribers that has none. From now
  /// on the retention removes no row that one of them has not had yet; cursors of others stay where
  /// they are, keep nothing back, and are noted to be away.
  ///
  /// @param subscribers the enabled ones
  void keep(Collection<String> subscribers, Instant now) throws StoreUnavailable;

  /// Notes how far a subscriber is, and its posts, together. It changes nothing about pauses, nor
  /// about what is to be skipped.
  ///
  /// @param postings new ones, and those whose row is to say something else now, told by their ids
  void save(Cursor cursor, List<Posting> postings) throws StoreUnavailable;

  /// Notes that the posts of a batch that are not over will not be made.
  ///
  /// @param batch the batch's id
  /// @param reason why, cleaned
  void abandon(String batch, Instant now, String reason) throws StoreUnavailable;

  /// Pauses a subscriber. As with endpoints, only a pause that would end by itself gives way to
  /// another.
  ///
  /// @param pause with the subscriber's name for the rule's
  /// @return false when there is no such subscriber
  boolean pauseSubscriber(Pause pause) throws StoreUnavailable;

  /// A person has mended it: a pause is ended, its failures are forgotten, and the next attempt is
  /// due. Who posts to the subscriber has a standing of its own in memory, and is to be told as
  /// well.
  ///
  /// @return false when it was neither paused nor failing
  boolean resumeSubscriber(String subscriber) throws StoreUnavailable;

  /// Ends a pause of a subscriber that did nothing but fail, for it has taken something. A pause
  /// that has taken the place of that one meanwhile stays.
  ///
  /// @return false when there was none of that cause
  boolean resumeFailingSubscriber(String subscriber) throws StoreUnavailable;

  /// Notes that a person wants an event skipped, in place of one that was noted before. Who posts
  /// to the subscriber does it, and says so by [#endSkip].
  ///
  /// @param event its number
  /// @return false when there is no such subscriber
  boolean askSkip(String subscriber, long event) throws StoreUnavailable;

  /// Ends what was asked for by [#askSkip], be it done or not.
  ///
  /// @param event its number
  void endSkip(String subscriber, long event) throws StoreUnavailable;
}
