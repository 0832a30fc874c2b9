package io.postern.demo;

import java.time.Duration;

/// How a [Catcher] answers.
///
/// @param status what posts get that are to fail, 200 to 599
/// @param first how many posts of each `webhook-id` get it before the others get 200; 0 for all of
///   them
/// @param path only posts to this path get it, others 200; empty for every path
/// @param delay waited before each answer, at most an hour
public record Answering(int status, int first, String path, Duration delay) {
  /// 200 at once.
  public static final Answering OK = new Answering(200, 0, "", Duration.ZERO);

  public Answering {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("a status is 200 to 599, not " + status);
    }
    if (first < 0) {
      throw new IllegalArgumentException("the number of failing posts is 0 or more, not " + first);
    }
    if (delay.isNegative() || delay.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("a delay is 0 to 1 h, not " + delay);
    }
  }

  /// The status for a post.
  ///
  /// @param target its path, without a query
  /// @param number how many posts of its `webhook-id` there were, this one included
  int statusFor(String target, int number) {
    boolean meant = path.isEmpty() || path.equals(target);
    return meant && (first == 0 || number <= first) ? status : 200;
  }
}
