package io.postern.queue;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far a subscriber has had the status log, and what it is at.
///
/// @param subscriber its name
/// @param position the number of the last row that it is done with
/// @param batch the rows that are being posted to it; null for none
/// @param verified where a test event was taken last, in the words of whoever notes it; empty for
///   nowhere
/// @param standing how it stands with its endpoint
/// @param missed what it was not told
public record Cursor(
    String subscriber,
    long position,
    @Nullable Batch batch,
    String verified,
    Standing standing,
    Missed missed) {
  /// Rows that are being posted, by one post or several.
  ///
  /// @param id the beginning of the posts' ids; no two batches ever have the same
  /// @param last the number of its last row; it begins behind the cursor's position
  /// @param done how many of its posts are over
  /// @param version what it was parted into posts by; by another version it is another batch
  /// @param posts how many it has
  public record Batch(String id, long last, int done, String version, int posts) {
    /// The same when one more of its posts is over.
    public Batch next() {
      return new Batch(id, last, done + 1, version, posts);
    }

    /// The id of the next of its posts.
    public String postId() {
      return postId(done);
    }

    /// The id of one of its posts.
    ///
    /// @param index from 0
    public String postId(int index) {
      return id + "-" + (index + 1);
    }
  }

  /// What it was not told, and what it may not have been.
  ///
  /// @param events how many it will never be told of, since it was first seen
  /// @param away since when it was not enabled, or not there; null when it always was, or when what
  ///   it missed by that has been seen to
  public record Missed(long events, @Nullable Instant away) {
    /// Of one that has missed nothing.
    public static final Missed NOTHING = new Missed(0, null);

    /// With some more events.
    public Missed and(long more) {
      return new Missed(events + more, away);
    }

    /// When it is there, and what it missed by not having been is counted.
    public Missed seenTo() {
      return new Missed(events, null);
    }
  }

  /// What came of the attempts to post.
  ///
  /// @param attempts how many were made since something was taken
  /// @param due the next one is not made before
  /// @param failing for how long, of the time that counts, there was nothing but failures; null
  ///   when the last attempt was good
  /// @param held how much of the age of what waits does not count, for nothing could be posted then
  /// @param seen when this was so
  public record Standing(
      int attempts, Instant due, @Nullable Duration failing, Duration held, Instant seen) {
    /// Some time later.
    ///
    /// @param passed how much later
    /// @param counted how much of it counts
    public Standing later(Duration passed, Duration counted, Instant now) {
      return new Standing(
          attempts,
          due,
          failing == null ? null : failing.plus(counted),
          held.plus(passed).minus(counted),
          now);
    }

    /// After something was taken, or a person wants it tried again.
    public Standing well(Instant now) {
      return new Standing(0, now, null, held, seen);
    }

    /// After an attempt that was not.
    ///
    /// @param theirs true when the endpoint is at fault
    public Standing ill(Instant next, boolean theirs) {
      Duration since = failing == null && theirs ? Duration.ZERO : failing;
      return new Standing(attempts + 1, next, since, held, seen);
    }

    /// With another time for the next attempt.
    public Standing due(Instant next) {
      return new Standing(attempts, next, failing, held, seen);
    }

    /// When nothing waits, so that no age is to be reckoned.
    public Standing idle() {
      return new Standing(attempts, due, failing, Duration.ZERO, seen);
    }
  }

  /// The same at another place, with nothing that is being posted.
  public Cursor at(long number) {
    return new Cursor(subscriber, number, null, verified, standing, missed);
  }

  /// The same with other rows that are being posted.
  public Cursor with(@Nullable Batch next) {
    return new Cursor(subscriber, position, next, verified, standing, missed);
  }

  /// The same, standing otherwise.
  public Cursor with(Standing next) {
    return new Cursor(subscriber, position, batch, verified, next, missed);
  }

  /// The same, verified elsewhere.
  public Cursor verified(String where) {
    return new Cursor(subscriber, position, batch, where, standing, missed);
  }

  /// The same, with something else that it was not told.
  public Cursor with(Missed next) {
    return new Cursor(subscriber, position, batch, verified, standing, next);
  }
}
