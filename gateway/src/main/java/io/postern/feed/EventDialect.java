package io.postern.feed;

import io.postern.webhook.Body;
import java.io.ByteArrayInputStream;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a subscriber says of its posts' bodies: a format and its options.
///
/// @param format whose fields
/// @param form true for `application/x-www-form-urlencoded`, where the format has it
/// @param version 1 or 2 where the format has versions, else 1
/// @param zone of the times in formats that tell them without one; UTC for all others
/// @param serverId the number of a server where the format tells it, else 0
public record EventDialect(
    EventFormat format, boolean form, int version, ZoneId zone, long serverId) {
  public EventDialect {
    if (form && !format.hasForm()) {
      throw new IllegalArgumentException(format.word() + " is not to be had as a form");
    }
  }

  /// True when an event may stand in one post with the one before it.
  public boolean joins(Event before, Event event) {
    return before.type() == event.type();
  }

  /// Renders a post. Two posts of the same events differ in what the call says, and in nothing
  /// else.
  ///
  /// @param batch events of one type in their order, at least one and at most
  ///   [EventFormat#eventsMax]
  public EventPost render(List<Event> batch, EventCall call) {
    if (batch.isEmpty() || batch.size() > format.eventsMax()) {
      throw new IllegalArgumentException(batch.size() + " events in a post of " + format.word());
    }
    return switch (format) {
      case CMC, SOCKETLABS, MESSAGEFLOW, BIK, CLOUDEVENTS -> throw new IllegalStateException();
      case POSTERN -> json(PosternEvents.body(batch, call));
    };
  }

  /// What is wrong with an answer to a test event, besides a status that refuses any post; empty
  /// when it is as the format wants it.
  ///
  /// @param answer the beginning of the answer's body
  public Optional<String> objection(String answer, EventCall call) {
    return Optional.empty();
  }

  private static EventPost json(byte[] bytes) {
    return new EventPost(body("application/json", bytes), Map.of());
  }

  private static Body body(String contentType, byte[] bytes) {
    return new Body(contentType, bytes.length, () -> new ByteArrayInputStream(bytes));
  }
}
