package io.postern.feed;

import io.postern.delivery.Outcome;
import io.postern.journal.Posting;
import io.postern.journal.Posting.Trial;
import io.postern.journal.Postings;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Cursor;
import io.postern.queue.Cursors;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What one subscriber's posts add to the subscribers' log. It waits here until it is put on disk
/// together with the cursor that it belongs to. For one thread.
final class Notes {
  /// What the post of a test event holds, in words.
  static final String TEST_EVENT = "1 test event";

  private final Cursors cursors;
  private final String subscriber;
  private final String hostName;
  private final List<Posting> unsaved = new ArrayList<>();
  private boolean isBehind;
  private boolean isRecalled;
  private Skipped skipped = new Skipped(Instant.EPOCH, "");

  /// @param hostName who we are, in the log
  Notes(Cursors cursors, String subscriber, String hostName) {
    this.cursors = cursors;
    this.subscriber = subscriber;
    this.hostName = hostName;
  }

  /// A post is to be made.
  void queued(String id, Subscriber to, Parcel parcel, Instant now) {
    note(id, parcel.words(), Status.QUEUED, now, trial(to.receiver().url(), now, ""));
  }

  /// An attempt to make it has ended.
  ///
  /// @param events what it holds, in words
  /// @param attempt its number
  void tried(String id, String events, Envoy.Answer answer, int attempt, Instant now) {
    boolean isTaken = answer.outcome() instanceof Outcome.Accepted;
    Trial trial =
        new Trial(
            now,
            attempt,
            hostName,
            answer.url().toString(),
            answer.outcome().httpStatus(),
            answer.elapsed(),
            Envoy.reason(answer.outcome()));
    note(id, events, isTaken ? Status.SUCCEEDED : Status.DEFERRED, now, trial);
  }

  /// The post that is on disk as not taken, and is to be made again: of a test event, or the one at
  /// which a batch stands.
  Optional<Posting> open() throws StoreUnavailable {
    Postings.Wanted deferred = new Postings.Wanted(null, null, Set.of(Status.DEFERRED), subscriber);
    return cursors.postings(deferred, 0, 1).stream().findFirst();
  }

  /// True of the row of a test event.
  static boolean isTest(Posting posting) {
    return posting.events().equals(TEST_EVENT);
  }

  /// Another one is to be posted in its place.
  void endTest(String id, URI url, Instant now) {
    givenUp(id, TEST_EVENT, url, "its subscriber's file was changed; another is posted", now);
  }

  /// Events will not be told, in that post or ever.
  void givenUp(String id, String events, URI url, String reason, Instant now) {
    note(id, events, Status.FAILED, now, trial(url, now, reason));
  }

  private void note(String id, String events, Status status, Instant now, Trial trial) {
    unsaved.add(new Posting(0, id, subscriber, now, status, events, trial));
  }

  private Trial trial(URI url, Instant now, String reason) {
    return new Trial(now, 0, hostName, url.toString(), 0, Duration.ZERO, reason);
  }

  /// Events were given up, of which a person is to be told for a while.
  void missed(String reason, Instant now) {
    skipped = new Skipped(now, reason);
  }

  /// Once, what was given up before this process began is looked for, if there is any: it is to be
  /// told, too.
  void recall(Cursor cursor) throws StoreUnavailable {
    if (!isRecalled && cursor.missed().events() > 0) {
      skipped = Skipped.last(cursors, subscriber).orElse(skipped);
    }
    isRecalled = true;
  }

  /// What was given up last, if it was since a time; else empty.
  String missedSince(Instant time) {
    return skipped.at().isAfter(time) ? skipped.reason() : "";
  }

  /// How many rows wait.
  int size() {
    return unsaved.size();
  }

  /// True when the last attempt to put them on disk was in vain.
  boolean isBehind() {
    return isBehind;
  }

  /// Puts them on disk, with the cursor.
  void save(Cursor cursor) throws StoreUnavailable {
    isBehind = true;
    cursors.save(cursor, List.copyOf(unsaved));
    unsaved.clear();
    isBehind = false;
  }
}
