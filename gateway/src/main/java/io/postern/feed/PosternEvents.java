package io.postern.feed;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Arrival;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;
import io.postern.journal.Step;
import io.postern.journal.Times;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// Our own events: an object of `type`, `timestamp` and `data`, as Standard Webhooks advises, for a
/// whole post. What is not known is null.
///
/// - `type`: `postern.deliveries`, `postern.bounces` or `postern.blocks`; `timestamp`: when the
///   last event of the post happened.
/// - `data`: `version`, 1; `gateway`, its host name; `events`, each with `id`, `at`, `test` and
///   what its type tells. `docs/events.schema.json` has every field.
final class PosternEvents {
  private static final int VERSION = 1;

  private PosternEvents() {}

  static JsonBytes body(List<Event> batch, EventCall call) {
    Event last = batch.getLast();
    return JsonBytes.of(
        batch,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("type", "postern." + last.type().word());
          json.writeStringProperty("timestamp", Times.text(last.at()));
          json.writeObjectPropertyStart("data");
          json.writeNumberProperty("version", VERSION);
          json.writeStringProperty("gateway", call.gateway().hostName());
          json.writeArrayPropertyStart("events");
          for (Event event : batch) {
            write(json, event);
          }
          json.writeEndArray();
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  /// Writes the object of one event.
  static void write(JsonGenerator json, Event event) {
    json.writeStartObject();
    json.writeStringProperty("id", event.id());
    json.writeStringProperty("at", Times.text(event.at()));
    json.writeBooleanProperty("test", event.isTest());
    switch (event) {
      case Change change -> write(json, change);
      case Bounced bounced -> write(json, bounced);
      case Blocked blocked -> write(json, blocked);
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Change change) {
    Row row = change.row();
    Step step = row.step();
    json.writeStringProperty("status", row.status().word());
    string(json, "reason", row.reason());
    string(json, "delivery", step.delivery());
    string(json, "rule", step.rule());
    string(json, "account", change.account());
    json.writeNumberProperty("attempt", step.attempt());
    if (step.httpStatus() == 0) {
      json.writeNullProperty("httpStatus");
    } else {
      json.writeNumberProperty("httpStatus", step.httpStatus());
    }
    json.writeNumberProperty("elapsedMs", step.elapsed().toMillis());
    string(json, "next", step.next() == null ? "" : Times.text(step.next()));
    writeMail(json, row.arrival(), change.mail());
  }

  private static void write(JsonGenerator json, Bounced bounced) {
    BounceReport report = bounced.report();
    switch (report) {
      case Failure failure -> {
        json.writeStringProperty("kind", "bounce");
        string(json, "address", failure.address());
        json.writeBooleanProperty("hard", failure.hard());
        json.writeNumberProperty("code", failure.reason().code());
        json.writeStringProperty("reason", failure.reason().word());
        string(json, "status", failure.status());
        string(json, "diagnostic", failure.diagnostic());
      }
      case Complaint complaint -> {
        json.writeStringProperty("kind", "complaint");
        string(json, "address", complaint.address());
        string(json, "feedbackType", complaint.feedbackType());
        string(json, "userAgent", complaint.userAgent());
      }
    }
    string(json, "reportingMta", report.origin().reportingMta());
    json.writeObjectPropertyStart("original");
    string(json, "messageId", report.origin().messageId());
    string(json, "from", report.origin().from());
    string(json, "subject", report.origin().subject());
    json.writeEndObject();
    string(json, "rule", bounced.row().step().rule());
    string(json, "account", bounced.account());
    writeMail(json, bounced.row().arrival(), bounced.mail());
  }

  private static void write(JsonGenerator json, Blocked blocked) {
    json.writeStringProperty("action", blocked.change().added() ? "added" : "removed");
    json.writeStringProperty("sender", blocked.change().sender());
    string(json, "reason", blocked.change().reason());
  }

  private static void writeMail(JsonGenerator json, Arrival arrival, MailFacts facts) {
    boolean isKnown = !facts.equals(MailFacts.NONE);
    json.writeObjectPropertyStart("mail");
    json.writeStringProperty("received", Times.text(arrival.received()));
    json.writeStringProperty("session", arrival.session());
    string(json, "helo", arrival.hostName());
    string(json, "peer", facts.peer());
    if (isKnown) {
      json.writeStringProperty("envelopeFrom", facts.reversePath());
    } else {
      json.writeNullProperty("envelopeFrom");
    }
    string(json, "from", arrival.from());
    string(json, "to", arrival.to());
    string(json, "messageId", arrival.messageId());
    string(json, "subject", facts.subject());
    if (isKnown) {
      json.writeNumberProperty("size", facts.size());
    } else {
      json.writeNullProperty("size");
    }
    json.writeEndObject();
  }

  /// Null for an empty text.
  private static void string(JsonGenerator json, String name, String text) {
    if (text.isEmpty()) {
      json.writeNullProperty(name);
    } else {
      json.writeStringProperty(name, text);
    }
  }
}
