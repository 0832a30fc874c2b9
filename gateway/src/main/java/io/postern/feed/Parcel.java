package io.postern.feed;

import java.util.List;

/// The events of one post.
///
/// @param events of one type, in their order; at least one
record Parcel(List<Event> events) {
  Parcel {
    events = List.copyOf(events);
  }

  Event.Type type() {
    return events.getFirst().type();
  }

  /// True when it holds events of several rows of the log: those of one are never parted.
  boolean isDivisible() {
    return events.getFirst().number() != events.getLast().number();
  }

  /// True when it holds nothing but what one row says.
  boolean isOf(long row) {
    return events.getFirst().number() == row && events.getLast().number() == row;
  }

  /// What it holds, in the words of the subscribers' log.
  String words() {
    return events.size() + " " + type().word();
  }
}
