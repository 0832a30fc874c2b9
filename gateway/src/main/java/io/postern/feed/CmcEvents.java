package io.postern.feed;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Arrival;
import io.postern.journal.Row;
import io.postern.journal.Status;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/// What Customers Mail Cloud's event webhook posts (https://smtps.jp/docs-en/apiv2/webhook/event,
/// version 1 https://smtps.jp/docs/apiv1/webhook/event): `server_composition`, `event_type` and
/// `event`, an object with one property named as the type, a list. As a form, `event` is the text
/// of that object, in which angle brackets are escaped; `api_key` comes first where there is one.
/// All values are texts.
///
/// - `deliveries`: `created`, `returnPath`, `from`, `to`, `messageId`, `reason`, `senderIp`,
///   `sourceIp`, `status`, `subject`, `apiData`; version 1 has `envelopeFrom` and `envelopeTo` in
///   place of `returnPath` and `to`, and neither `from` nor `apiData`.
/// - `bounces`: the service's pages don't show what the webhook posts; these are the properties
///   that its list of bounces has, and `status` is the number of [BounceReason].
/// - `blocks`: those of its list of blocks, and `operation` and `reason`, which are ours.
///
/// @param version 1 or 2
/// @param zone of the times, which don't say it
record CmcEvents(int version, ZoneId zone) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

  JsonBytes json(List<Event> batch, EventCall call) {
    return JsonBytes.of(
        batch,
        json -> {
          json.writeStartObject();
          if (!call.apiKey().isEmpty()) {
            json.writeStringProperty("api_key", call.apiKey());
          }
          json.writeStringProperty("event_type", batch.getFirst().type().word());
          json.writeStringProperty("server_composition", call.gateway().composition());
          json.writeName("event");
          write(json, batch);
          json.writeEndObject();
        });
  }

  JsonBytes form(List<Event> batch, EventCall call) {
    JsonBytes form = new JsonBytes(batch, EventSize.FORM);
    if (!call.apiKey().isEmpty()) {
      field(form, "api_key=", call.apiKey());
      field(form, "&", "");
    }
    field(form, "server_composition=", call.gateway().composition());
    field(form, "&event_type=", batch.getFirst().type().word());
    field(form, "&event=", "");
    JsonBytes.write(new FormText(form), json -> write(json, batch));
    return form;
  }

  private static void field(JsonBytes form, String before, String value) {
    form.writeBytes((before + URLEncoder.encode(value, UTF_8)).getBytes(UTF_8));
  }

  /// Writes a field's value as it stands in a form. Angle brackets, which JSON has within texts
  /// only, become what JSON escapes them by.
  private static final class FormText extends OutputStream {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final byte[] PERCENT = {'%'};
    private static final byte[] ESCAPE = "%5Cu00".getBytes(UTF_8);

    private final JsonBytes form;

    FormText(JsonBytes form) {
      this.form = form;
    }

    @Override
    public void write(int b) {
      int c = b & 0xFF;
      boolean isPlain =
          (c >= '0' && c <= '9')
              || (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || c == '-'
              || c == '.'
              || c == '_'
              || c == '*';
      if (isPlain) {
        form.write(c);
      } else if (c == ' ') {
        form.write('+');
      } else {
        // %5Cu003C, or the hexadecimal digits alone.
        form.writeBytes(c == '<' || c == '>' ? ESCAPE : PERCENT);
        form.write(HEX.toHighHexDigit(c));
        form.write(HEX.toLowHexDigit(c));
      }
    }
  }

  private void write(JsonGenerator json, List<Event> batch) {
    json.writeStartObject();
    json.writeArrayPropertyStart(batch.getFirst().type().word());
    for (Event event : batch) {
      json.writeStartObject();
      json.writeStringProperty("created", time(event.at()));
      switch (event) {
        case Change change -> write(json, change);
        case Bounced bounced -> write(json, bounced);
        case Blocked blocked -> write(json, blocked);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(JsonGenerator json, Change change) {
    Row row = change.row();
    Arrival arrival = row.arrival();
    writeEnvelope(json, change.mail().reversePath(), arrival.from(), arrival.to());
    json.writeStringProperty("messageId", arrival.messageId());
    json.writeStringProperty("reason", reason(row));
    json.writeStringProperty("senderIp", "");
    // As there: told when the mail has come, and of no later status.
    String peer = row.status() == Status.QUEUED ? change.mail().peer() : "";
    json.writeStringProperty("sourceIp", peer);
    json.writeStringProperty("status", word(row.status()));
    json.writeStringProperty("subject", change.mail().subject());
    writeApiData(json);
  }

  /// Why it is not done; that it was queued by a replay is no such reason.
  private static String reason(Row row) {
    return switch (row.status()) {
      case QUEUED, SUCCEEDED -> "";
      case DEFERRED, FAILED, DENIED -> row.reason();
    };
  }

  /// There is no word for a mail that was refused at the door.
  private static String word(Status status) {
    return switch (status) {
      case QUEUED, SUCCEEDED, DEFERRED, FAILED -> status.word();
      case DENIED -> Status.FAILED.word();
    };
  }

  private void write(JsonGenerator json, Bounced bounced) {
    BounceReport report = bounced.report();
    // A report goes to the reverse-path of the mail that it is facts.
    String reversePath = bounced.row().arrival().to();
    writeEnvelope(json, reversePath, report.origin().from(), report.address());
    json.writeStringProperty("messageId", report.origin().messageId());
    json.writeStringProperty("reason", EventTexts.diagnostic(report));
    json.writeStringProperty("status", Integer.toString(reason(report).code()));
    json.writeStringProperty("subject", report.origin().subject());
    writeApiData(json);
  }

  /// There is no code for a complaint; one that asks to be left alone comes nearest to having
  /// unsubscribed.
  private static BounceReason reason(BounceReport report) {
    return switch (report) {
      case BounceReport.Failure failure -> failure.reason();
      case BounceReport.Complaint complaint ->
          complaint.feedbackType().equals("opt-out")
              ? BounceReason.UNSUBSCRIBED
              : BounceReason.OTHER;
    };
  }

  private static void write(JsonGenerator json, Blocked blocked) {
    json.writeStringProperty("email", blocked.change().sender());
    json.writeStringProperty("id", blocked.id());
    json.writeStringProperty("occurred", "1");
    json.writeStringProperty("status", Integer.toString(BounceReason.BLOCKED_ADDRESS.code()));
    json.writeStringProperty("operation", blocked.change().added() ? "add" : "remove");
    json.writeStringProperty("reason", blocked.change().reason());
  }

  private void writeEnvelope(JsonGenerator json, String reversePath, String from, String to) {
    if (version == 1) {
      json.writeStringProperty("envelopeFrom", reversePath);
      json.writeStringProperty("envelopeTo", to);
    } else {
      json.writeStringProperty("returnPath", reversePath);
      json.writeStringProperty("from", from);
      json.writeStringProperty("to", to);
    }
  }

  /// The value of the mail's `X-Api-Data`, which is not kept in the log.
  private void writeApiData(JsonGenerator json) {
    if (version != 1) {
      json.writeStringProperty("apiData", "");
    }
  }

  private String time(Instant time) {
    return TIME.format(time.atZone(zone));
  }
}
