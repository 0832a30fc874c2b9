package io.postern.feed;

import io.postern.delivery.Activity.End;
import java.util.Locale;
import java.util.Map;

/// How a subscriber stands, and what was posted to it since the gateway started.
///
/// @param state in a word
/// @param position the number of the last row of the log that it is done with, on disk or not yet
/// @param missed how many events it will never be told of, since it was first seen
/// @param posts how many ended in a way, test events among them
/// @param reason why it did not take the last post; empty when it did, and of one before the start
/// @param skipped what it was not told in the last week, in words; empty for nothing
public record Stand(
    State state, long position, long missed, Map<End, Long> posts, String reason, String skipped) {
  public Stand {
    posts = Map.copyOf(posts);
  }

  /// How it stands.
  public enum State {
    /// It took the last post, or there was none.
    GOOD,
    /// It did not take the last post, which is tried again.
    FAILING,
    /// Its URL has not taken a test event yet, so nothing is posted to it.
    UNVERIFIED,
    /// A person, a 410 or nothing but failures have paused it.
    PAUSED;

    /// In lower case.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
