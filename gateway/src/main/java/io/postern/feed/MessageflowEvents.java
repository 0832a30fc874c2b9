package io.postern.feed;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Row;
import io.postern.journal.Status;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/// What MessageFlow, which is EmailLabs, posts as a delivery report: an array
/// (https://newpanel.docs.emaillabs.io/en/account/settings/webhooks/data-transmission), the fields
/// as receivers in use read them.
///
/// - `subject`, `smtpAccount` (our account, else the composition), `to` with `email`, `name`, which
///   is empty, and `messageId`, `from` with `email` and `name`, `tags` (the rule, or null),
///   `status`, `statusTime` in seconds since 1970, `statusDesc`, and `allStatuses`, which is empty.
/// - Headers: `X-Webhook-Date`, `Request-Id`, and `X-Webhook-Checksum`, the SHA-1 of the secret key
///   and the two, joined by `|`. It does not cover the body.
final class MessageflowEvents {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private MessageflowEvents() {}

  static JsonBytes body(List<Event> batch, EventCall call) {
    return JsonBytes.of(
        batch,
        json -> {
          json.writeStartArray();
          for (Event event : batch) {
            json.writeStartObject();
            switch (event) {
              case Change change -> write(json, change, call);
              case Bounced bounced -> write(json, bounced, call);
              case Blocked _ -> throw new IllegalArgumentException("MessageFlow has no blocks");
            }
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  static Map<String, String> headers(EventCall call) {
    String date = TIME.format(call.at());
    return Map.of(
        "X-Webhook-Date", date,
        "Request-Id", call.id(),
        "X-Webhook-Checksum", sha1(call.secretKey() + "|" + date + "|" + call.id()));
  }

  private static void write(JsonGenerator json, Change change, EventCall call) {
    Row row = change.row();
    json.writeStringProperty("subject", change.mail().subject());
    json.writeStringProperty("smtpAccount", account(change.account(), call));
    writeAddress(json, "to", row.arrival().to(), EventTexts.messageId(change));
    writeAddress(json, "from", row.arrival().from(), "");
    writeEnd(json, change, row, word(row.status()), EventTexts.answer(row));
  }

  /// What is given up or refused here says nothing of an address: a receiver that strikes out those
  /// that bounced must not see a bounce in it.
  private static String word(Status status) {
    return switch (status) {
      case QUEUED -> "injected";
      case SUCCEEDED -> "ok";
      case DEFERRED -> "deferred";
      case FAILED, DENIED -> "dropped";
    };
  }

  private static void write(JsonGenerator json, Bounced bounced, EventCall call) {
    BounceReport report = bounced.report();
    json.writeStringProperty("subject", report.origin().subject());
    json.writeStringProperty("smtpAccount", account(bounced.account(), call));
    writeAddress(json, "to", report.address(), EventTexts.messageId(bounced));
    writeAddress(json, "from", report.origin().from(), "");
    writeEnd(json, bounced, bounced.row(), word(report), EventTexts.diagnostic(report));
  }

  private static String word(BounceReport report) {
    return switch (report) {
      case Failure failure when failure.reason() == BounceReason.REJECTED_BY_POLICY -> "spambounce";
      case Failure failure -> failure.hard() ? "hardbounce" : "softbounce";
      case Complaint _ -> "spambounce";
    };
  }

  private static String account(String account, EventCall call) {
    return account.isEmpty() ? call.gateway().composition() : account;
  }

  private static void writeAddress(
      JsonGenerator json, String name, String address, String messageId) {
    json.writeObjectPropertyStart(name);
    json.writeStringProperty("email", address);
    json.writeStringProperty("name", "");
    if (!messageId.isEmpty()) {
      json.writeStringProperty("messageId", messageId);
    }
    json.writeEndObject();
  }

  private static void writeEnd(
      JsonGenerator json, Event event, Row row, String status, String description) {
    if (row.step().rule().isEmpty()) {
      json.writeNullProperty("tags");
    } else {
      json.writeArrayPropertyStart("tags");
      json.writeString(row.step().rule());
      json.writeEndArray();
    }
    json.writeStringProperty("status", status);
    json.writeNumberProperty("statusTime", event.at().getEpochSecond());
    json.writeStringProperty("statusDesc", description);
    json.writeArrayPropertyStart("allStatuses");
    json.writeEndArray();
  }

  private static String sha1(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
