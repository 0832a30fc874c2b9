package io.postern.feed;

import io.postern.webhook.Body;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/// What a subscriber says of its posts' bodies: a format and its options.
///
/// @param format whose fields
/// @param form true for `application/x-www-form-urlencoded`, where the format has it
/// @param version 1 or 2 where the format has versions, else 1
/// @param zone of the times in formats that tell them without one; UTC for all others
/// @param serverId the number of a server where the format tells it, else 0
public record EventDialect(
    EventFormat format, boolean form, int version, ZoneId zone, long serverId) {
  private static final String JSON = "application/json";

  public EventDialect {
    if (form && !format.hasForm()) {
      throw new IllegalArgumentException(format.word() + " is not to be had as a form");
    }
  }

  /// How large events are in such bodies.
  EventSize size() {
    return form ? EventSize.FORM : EventSize.JSON;
  }

  /// Renders a post. Two posts of the same events differ in what the call says, and in nothing
  /// else.
  ///
  /// @param batch events of one type in their order, at least one and at most
  ///   [EventFormat#eventsMax], of types that the format has
  public EventPost render(List<Event> batch, EventCall call) {
    if (batch.isEmpty() || batch.size() > format.eventsMax()) {
      throw new IllegalArgumentException(batch.size() + " events in a post of " + format.word());
    }
    return switch (format) {
      case CMC -> cmc(batch, call);
      case SOCKETLABS -> post(JSON, new SocketlabsEvents(serverId).body(batch.getFirst(), call));
      case MESSAGEFLOW ->
          new EventPost(
              body(JSON, MessageflowEvents.body(batch, call)), MessageflowEvents.headers(call));
      case BIK -> post(JSON, BikEvents.body(batch.getFirst()));
      case POSTERN -> post(JSON, PosternEvents.body(batch, call));
      case CLOUDEVENTS -> post(CloudEvents.CONTENT_TYPE, CloudEvents.body(batch, call));
    };
  }

  /// Renders what is posted to see whether a URL takes events, before it gets any. An answer is
  /// judged as that to any post.
  ///
  /// @param test a test event of a type that the subscriber wants
  public EventPost validation(Event test, EventCall call) {
    return format == EventFormat.SOCKETLABS
        ? post(JSON, new SocketlabsEvents(serverId).validation(call))
        : render(List.of(test), call);
  }

  private EventPost cmc(List<Event> batch, EventCall call) {
    CmcEvents events = new CmcEvents(version, zone);
    return form
        ? post("application/x-www-form-urlencoded", events.form(batch, call))
        : post(JSON, events.json(batch, call));
  }

  private static EventPost post(String contentType, JsonBytes bytes) {
    return new EventPost(body(contentType, bytes), Map.of());
  }

  private static Body body(String contentType, JsonBytes bytes) {
    return new Body(contentType, bytes.size(), bytes.whole());
  }
}
