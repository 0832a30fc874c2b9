package io.postern.feed;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Status;
import io.postern.journal.Times;
import java.util.List;

/// What BIK's event forwarding posts, one event at a time
/// (https://help.bik.ai/en/articles/10205760-webhook-integration): `event`, `timestamp`, and `data`
/// with `message_id`, `status` and `details`. The events that the service has are sent, delivered,
/// read and failed; `status` is the same word, and `details` what `postern` tells of the event.
final class BikEvents {
  private BikEvents() {}

  static JsonBytes body(Event event) {
    String word = word(event);
    return JsonBytes.of(
        List.of(event),
        json -> {
          json.writeStartObject();
          json.writeStringProperty("event", word);
          json.writeStringProperty("timestamp", Times.text(event.at()));
          json.writeObjectPropertyStart("data");
          json.writeStringProperty("message_id", EventTexts.messageId(event));
          json.writeStringProperty("status", word);
          json.writeName("details");
          PosternEvents.write(json, event);
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private static String word(Event event) {
    return switch (event) {
      case Change change -> word(change.row().status());
      case Bounced bounced ->
          switch (bounced.report()) {
            case Failure _ -> "failed";
            case Complaint _ -> "delivered";
          };
      case Blocked _ -> throw new IllegalArgumentException("BIK has no blocks");
    };
  }

  /// A deferred delivery is sent and not delivered, still.
  private static String word(Status status) {
    return switch (status) {
      case QUEUED, DEFERRED -> "sent";
      case SUCCEEDED -> "delivered";
      case FAILED, DENIED -> "failed";
    };
  }
}
