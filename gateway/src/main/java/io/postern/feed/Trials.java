package io.postern.feed;

import java.time.Instant;

/// Test events, as a subscriber would be told of real ones.
final class Trials {
  private Trials() {}

  /// One of the first type that the subscriber selects.
  static Event event(Subscriber subscriber, Instant now) {
    for (Event.Type type : Event.Type.values()) {
      if (subscriber.selection().types().contains(type)) {
        return event(subscriber, type, now);
      }
    }
    return event(subscriber, Event.Type.DELIVERIES, now);
  }

  /// One of a type.
  static Event event(Subscriber subscriber, Event.Type type, Instant now) {
    return TestEvents.of(
        type, subscriber.selection().rules().stream().sorted().findFirst().orElse("test"), now);
  }
}
