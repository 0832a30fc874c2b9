package io.postern.feed;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Times;
import java.util.List;

/// CloudEvents 1.0 in the batched mode of its HTTP binding, in its JSON format
/// (https://github.com/cloudevents/spec, `http-protocol-binding.md` §3.3 and `json-format.md` §4):
/// an array of `specversion`, `id`, `source`, `type`, `subject`, `time`, `datacontenttype` and
/// `data`, which is what `postern` tells of the event.
final class CloudEvents {
  static final String CONTENT_TYPE = "application/cloudevents-batch+json";

  private static final String PREFIX = "io.postern.";

  private CloudEvents() {}

  static JsonBytes body(List<Event> batch, EventCall call) {
    return JsonBytes.of(
        batch,
        json -> {
          json.writeStartArray();
          for (Event event : batch) {
            json.writeStartObject();
            json.writeStringProperty("specversion", "1.0");
            json.writeStringProperty("id", event.id());
            json.writeStringProperty("source", "//" + call.gateway().hostName() + "/postern");
            json.writeStringProperty("type", PREFIX + type(event));
            json.writeStringProperty("subject", subject(event));
            json.writeStringProperty("time", Times.text(event.at()));
            json.writeStringProperty("datacontenttype", "application/json");
            json.writeName("data");
            PosternEvents.write(json, event);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static String type(Event event) {
    return switch (event) {
      case Change change -> "delivery." + change.row().status().word();
      case Bounced bounced ->
          switch (bounced.report()) {
            case Failure failure -> failure.hard() ? "bounce.hard" : "bounce.soft";
            case Complaint _ -> "complaint";
          };
      case Blocked blocked -> blocked.change().added() ? "block.added" : "block.removed";
    };
  }

  /// Never empty: the specification forbids it.
  private static String subject(Event event) {
    String subject =
        switch (event) {
          case Change change -> change.row().step().delivery();
          case Bounced bounced -> bounced.report().address();
          case Blocked blocked -> blocked.change().sender();
        };
    return subject.isEmpty() ? event.id() : subject;
  }
}
