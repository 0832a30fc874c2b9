package io.postern.feed;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Row;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/// What SocketLabs' event webhook posts, one event at a time
/// (https://help.socketlabs.com/docs/event-webhooks-events and
/// https://help.socketlabs.com/docs/event-webhooks-data-attributes; the types of numbers and the
/// words of `FailureType` as the service's own receiver,
/// https://github.com/socketlabs/SocketLabs.EventWebhooks.Extensions, reads them).
///
/// - Of all: `Type`, `DateTime`, `ServerId`, `SubaccountId`, `SecretKey`; but for `Validation`,
///   also `Address`, `MailingId` (our delivery), `MessageId` and `Data`, whose `Tags` name the
///   rule.
/// - `Queued`: `FromAddress`, `Subject`, `MessageSize`. `Deferred`: `FromAddress`, `DeferralCode`,
///   `Reason`. `Delivered`: `Response`, `LocalIp`, `RemoteMta`. `Failed`: `FromAddress`,
///   `FailureCode`, `FailureType`, `Reason`, `BounceStatus`, `DiagnosticCode`, `RemoteMta`.
///   `Complaint`: `FblType`, `UserAgent`, `From`, `To`, `Length`.
///
/// @param serverId which server it is, for a receiver that knows several
record SocketlabsEvents(long serverId) {
  /// There, a fraction of a second always has seven digits.
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  JsonBytes body(Event event, EventCall call) {
    return JsonBytes.of(
        List.of(event),
        json -> {
          json.writeStartObject();
          switch (event) {
            case Change change -> write(json, change, call);
            case Bounced bounced -> write(json, bounced, call);
            case Blocked _ -> throw new IllegalArgumentException("SocketLabs has no blocks");
          }
          json.writeEndObject();
        });
  }

  /// What the service posts when a URL is entered.
  JsonBytes validation(EventCall call) {
    return JsonBytes.of(
        List.of(),
        json -> {
          json.writeStartObject();
          writeStart(json, "Validation", call.at(), call);
          json.writeEndObject();
        });
  }

  private void writeStart(JsonGenerator json, String type, Instant at, EventCall call) {
    json.writeStringProperty("Type", type);
    json.writeStringProperty("DateTime", TIME.format(at));
    json.writeNumberProperty("ServerId", serverId);
    json.writeNumberProperty("SubaccountId", serverId);
    json.writeStringProperty("SecretKey", call.secretKey());
  }

  private void writeStart(
      JsonGenerator json, String type, Event event, String address, EventCall call) {
    writeStart(json, type, event.at(), call);
    json.writeStringProperty("Address", address);
  }

  private void write(JsonGenerator json, Change change, EventCall call) {
    Row row = change.row();
    String from = row.arrival().from();
    String type =
        switch (row.status()) {
          case QUEUED -> "Queued";
          case SUCCEEDED -> "Delivered";
          case DEFERRED -> "Deferred";
          case FAILED, DENIED -> "Failed";
        };
    writeStart(json, type, change, row.arrival().to(), call);
    switch (row.status()) {
      case QUEUED -> {
        json.writeStringProperty("FromAddress", from);
        json.writeStringProperty("Subject", change.mail().subject());
        json.writeNumberProperty("MessageSize", change.mail().size());
      }
      case SUCCEEDED -> {
        json.writeStringProperty("Response", EventTexts.answer(row));
        json.writeStringProperty("LocalIp", "");
        json.writeStringProperty("RemoteMta", "");
      }
      case DEFERRED -> {
        json.writeStringProperty("FromAddress", from);
        json.writeNumberProperty("DeferralCode", code(row));
        json.writeStringProperty("Reason", EventTexts.answer(row));
      }
      case FAILED, DENIED -> {
        json.writeStringProperty("FromAddress", from);
        json.writeNumberProperty("FailureCode", code(row));
        // There, "permanent" is a promise not to send to the address again.
        json.writeStringProperty("FailureType", "Temporary");
        json.writeStringProperty("Reason", EventTexts.answer(row));
      }
    }
    writeEnd(json, change, row);
  }

  /// The nearest of the service's failure codes: what became of a call to an endpoint is none of
  /// those that speak of an address.
  private static int code(Row row) {
    return switch (row.status()) {
      case DENIED -> 1999; // rejected
      default ->
          switch (row.step().httpStatus()) {
            case 0 -> 4003; // unable to connect
            case 429, 503 -> 4001; // too busy
            default -> 4999; // another failure of system, network or protocol
          };
    };
  }

  private void write(JsonGenerator json, Bounced bounced, EventCall call) {
    BounceReport report = bounced.report();
    switch (report) {
      case Failure failure -> {
        writeStart(json, "Failed", bounced, failure.address(), call);
        json.writeStringProperty("FromAddress", failure.origin().from());
        json.writeNumberProperty("FailureCode", code(failure));
        json.writeStringProperty("FailureType", failure.hard() ? "Permanent" : "Temporary");
        json.writeStringProperty("Reason", EventTexts.diagnostic(failure));
        json.writeStringProperty("BounceStatus", failure.status());
        json.writeStringProperty("DiagnosticCode", failure.diagnostic());
        json.writeStringProperty("RemoteMta", failure.origin().reportingMta());
      }
      case Complaint complaint -> {
        writeStart(json, "Complaint", bounced, complaint.address(), call);
        json.writeStringProperty("FblType", complaint.feedbackType());
        json.writeStringProperty("UserAgent", complaint.userAgent());
        json.writeStringProperty("From", complaint.origin().from());
        json.writeStringProperty("To", complaint.address());
        json.writeNumberProperty("Length", bounced.mail().size());
      }
    }
    writeEnd(json, bounced, bounced.row());
  }

  private static int code(Failure failure) {
    return switch (failure.reason()) {
      case UNKNOWN_USER -> 2001;
      case UNKNOWN_HOST -> 2002;
      case ADDRESS_FORMAT -> 2003;
      case OVER_CAPACITY -> 3001;
      case RETRY_TIMEOUT -> 3003;
      case REJECTED_BY_POLICY, TOO_LARGE -> 1999;
      case FORWARD_ERROR, SERVER_ERROR -> 4999;
      case BLOCKED_ADDRESS, UNSUBSCRIBED -> 9999;
      case OTHER -> failure.hard() ? 2999 : 3999;
    };
  }

  private static void writeEnd(JsonGenerator json, Event event, Row row) {
    json.writeStringProperty("MailingId", row.step().delivery());
    json.writeStringProperty("MessageId", EventTexts.messageId(event));
    json.writeObjectPropertyStart("Data");
    json.writeArrayPropertyStart("Meta");
    json.writeEndArray();
    json.writeArrayPropertyStart("Tags");
    if (!row.step().rule().isEmpty()) {
      json.writeString(row.step().rule());
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
