package io.postern.feed;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.feed.BounceReport.Origin;
import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Arrival;
import io.postern.journal.BlockChange;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Events of every kind, and every form of posts.
final class SampleEvents {
  static final Instant NOW = Instant.parse("2026-01-31T23:05:07.089Z");

  private static final String MAIL = "01jd7c2v5s3k8m0q4r6t8w0y2a";
  private static final Origin ORIGIN =
      new Origin(
          "mx.example.net",
          "<order-17@shop.example.com>",
          "shop@example.com",
          "Bestellung 17 für Sie");

  private SampleEvents() {}

  /// One of each, by name, in an order that could have been.
  static Map<String, Event> all() {
    Map<String, Event> all = new LinkedHashMap<>();
    all.put("queued", change(101, Status.QUEUED, "", 0, 0));
    all.put("succeeded", change(102, Status.SUCCEEDED, "", 1, 200));
    all.put("deferred", change(103, Status.DEFERRED, "HTTP 503, try <later> & \"again\"", 1, 503));
    all.put("failed", change(104, Status.FAILED, "given up after 4 d; last: no connection", 9, 0));
    all.put("denied", denied());
    all.put("forgotten", new Change(row(106, Status.FAILED, "", 1, 400), MailFacts.NONE, ""));
    all.put("bounce-hard", bounced(107, hard()));
    all.put("bounce-soft", bounced(108, soft()));
    all.put("bounce-spam", bounced(109, spam()));
    all.put(
        "complaint", bounced(110, new Complaint("user@example.net", "abuse", "Loop/1.0", ORIGIN)));
    all.put(
        "block-added",
        new Blocked(new BlockChange(1, NOW, true, "spammer@example.org", "sends nothing else")));
    all.put(
        "block-removed",
        new Blocked(new BlockChange(2, NOW.plusSeconds(60), false, "example.org", "")));
    for (Event.Type type : Event.Type.values()) {
      all.put("test-" + type.word(), TestEvents.of(type, "support-desk", NOW));
    }
    return all;
  }

  /// Every form of posts, by name.
  static Map<String, EventDialect> dialects() {
    ZoneId tokyo = ZoneId.of("Asia/Tokyo");
    Map<String, EventDialect> all = new LinkedHashMap<>();
    all.put("cmc-1-form", new EventDialect(EventFormat.CMC, true, 1, tokyo, 0));
    all.put("cmc-2-form", new EventDialect(EventFormat.CMC, true, 2, tokyo, 0));
    all.put("cmc-2-json", new EventDialect(EventFormat.CMC, false, 2, tokyo, 0));
    for (EventFormat format : EventFormat.values()) {
      if (format != EventFormat.CMC) {
        all.put(format.word(), of(format));
      }
    }
    return all;
  }

  static EventDialect of(EventFormat format) {
    return new EventDialect(format, false, 1, ZoneOffset.UTC, format.hasServerId() ? 12345 : 0);
  }

  /// A call with what its format takes of keys.
  static EventCall call(EventDialect dialect) {
    EventFormat format = dialect.format();
    return new EventCall(
        "ops-feed-101",
        NOW.plusSeconds(1),
        format.hasKeyField() ? "the-api-key" : "",
        format.hasSecretKey() ? "the-secret-key" : "",
        new Payload.Gateway("mx.example.com", "main"));
  }

  static byte[] bytes(EventPost post) throws IOException {
    try (InputStream in = post.body().source().open()) {
      return in.readAllBytes();
    }
  }

  static Change change(long number, Status status, String reason, int attempt, int httpStatus) {
    MailFacts mail =
        new MailFacts("bounces@example.org", "Grüße [ticket #17]", "192.0.2.25", 4321, false);
    return new Change(row(number, status, reason, attempt, httpStatus), mail, "acme");
  }

  static Bounced bounced(long number, BounceReport report) {
    Arrival arrival =
        new Arrival(
            NOW,
            "s-77",
            "mx.example.net",
            "mailer-daemon@example.net",
            "returns@in.example.com",
            "<report-1@mx.example.net>");
    Step step = new Step(MAIL + "-1", "returns", 0, 0, Duration.ZERO, null);
    return new Bounced(
        new Row(number, NOW, Status.QUEUED, "", arrival, step),
        new MailFacts("", "Undelivered Mail Returned to Sender", "192.0.2.25", 6789, true),
        "acme",
        report,
        1);
  }

  static Failure hard() {
    return new Failure(
        "nobody@example.net",
        BounceReason.UNKNOWN_USER,
        true,
        "5.1.1",
        "550 5.1.1 <nobody@example.net>: no such user",
        ORIGIN);
  }

  private static Failure soft() {
    return new Failure(
        "full@example.net", BounceReason.OVER_CAPACITY, false, "5.2.2", "552 mailbox full", ORIGIN);
  }

  private static Failure spam() {
    Origin unknown = new Origin("", "", "", "");
    return new Failure("user@example.net", BounceReason.REJECTED_BY_POLICY, false, "", "", unknown);
  }

  private static Row row(long number, Status status, String reason, int attempt, int httpStatus) {
    Arrival arrival =
        new Arrival(
            NOW,
            "s-76",
            "mail.example.org",
            "alice@example.org",
            "support@in.example.com",
            "<a1@mail.example.org>");
    boolean isTried = attempt > 0;
    @Nullable Instant next = status == Status.DEFERRED ? NOW.plusSeconds(61) : null;
    Step step =
        new Step(
            MAIL + "-1",
            "support-desk",
            attempt,
            httpStatus,
            isTried ? Duration.ofMillis(37) : Duration.ZERO,
            next);
    Instant at = isTried ? NOW.plusMillis(250) : NOW;
    return new Row(number, at, status, reason, arrival, step);
  }

  private static Change denied() {
    Arrival arrival =
        new Arrival(NOW, "s-78", "spam.example.org", "x@example.org", "no-one@in.example.com", "");
    Row row =
        new Row(105, NOW, Status.DENIED, "no rule takes mail for this address", arrival, Step.NONE);
    return new Change(row, MailFacts.NONE, "");
  }
}
