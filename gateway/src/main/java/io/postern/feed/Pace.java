package io.postern.feed;

import java.util.Set;

/// How many events a subscriber gets at once: as many as its file says while it takes them; few
/// after a failure, and twice as many with each batch that is taken; half as many while it is
/// looked for the one that is not taken. For one thread.
final class Pace {
  /// How many events the first batch has after a failure.
  static final int START = 10;

  /// RFC 9110 §15.5.14.
  private static final int TOO_LARGE = 413;

  /// Answers that another body might not get (RFC 9110 §15.5.1, §15.5.14, §15.5.21).
  private static final Set<Integer> ABOUT_CONTENT = Set.of(400, TOO_LARGE, 422);

  /// An application that breaks at an event answers so, but not it alone.
  private static final int BROKEN = 500;

  /// After so many of these it was the events.
  private static final int BROKEN_MIN = 3;

  /// After so many batches that were taken the next are twice as large again: an endpoint's limit
  /// may have been raised, and events may have become shorter.
  static final int GROW_AFTER = 100;

  private int takenBelow;
  private int size = Integer.MAX_VALUE;
  private int sizeMax = Integer.MAX_VALUE;

  /// How many events the post had at which the application broke, while it is looked for the one;
  /// else 0.
  private int soughtIn;

  /// How many the next batch has at most.
  ///
  /// @param most what the subscriber's file says
  int max(int most) {
    return Math.min(most, Math.min(size, sizeMax));
  }

  /// A batch was taken.
  void taken() {
    size = size > Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE : size * 2;
    soughtIn = size > soughtIn ? 0 : soughtIn;
    if (sizeMax < Integer.MAX_VALUE && ++takenBelow == GROW_AFTER) {
      takenBelow = 0;
      sizeMax = sizeMax > Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE : sizeMax * 2;
    }
  }

  /// A post was not; or it is tried again after a pause, or by another process.
  void failed() {
    size = START;
    soughtIn = 0;
  }

  /// True when the events of a post that was not taken are to be posted anew, fewer at once.
  ///
  /// @param attempt the number of this attempt
  boolean isTooMuch(int httpStatus, int attempt, Parcel parcel) {
    boolean isBroken = httpStatus == BROKEN && (attempt >= BROKEN_MIN || soughtIn > 0);
    return parcel.isDivisible() && (isBroken || ABOUT_CONTENT.contains(httpStatus));
  }

  /// Has batches be half as large: for long when the post was too large, else until the event is
  /// found, or all were taken.
  void halve(int httpStatus, int events) {
    int half = Math.max(1, events / 2);
    if (httpStatus == TOO_LARGE) {
      sizeMax = half;
      takenBelow = 0;
    } else {
      size = half;
      soughtIn = Math.max(soughtIn, events);
    }
  }
}
