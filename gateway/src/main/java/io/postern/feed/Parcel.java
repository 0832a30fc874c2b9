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

  /// What it holds, in the words of the subscribers' log.
  String words() {
    return events.size() + " " + type().word();
  }
}
