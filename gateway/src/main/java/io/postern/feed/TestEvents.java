package io.postern.feed;

import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Arrival;
import io.postern.journal.BlockChange;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import java.time.Duration;
import java.time.Instant;

/// Events that never happened, to try an endpoint with. Their addresses are of domains that nobody
/// has (RFC 2606), and a receiver that stores them does no harm.
public final class TestEvents {
  private static final String SENDER = "sender@example.org";
  private static final String RECIPIENT = "recipient@example.com";
  private static final String MESSAGE_ID = "<test@example.org>";

  private TestEvents() {}

  /// A test event.
  ///
  /// @param rule the name of a rule that the subscriber hears of, for the looks of it
  public static Event of(Event.Type type, String rule, Instant now) {
    return switch (type) {
      case DELIVERIES -> new Change(row(Status.SUCCEEDED, rule, SENDER, now), facts(SENDER), "");
      case BOUNCES -> new Bounced(row(Status.QUEUED, rule, "", now), facts(""), "", report(), 1);
      case BLOCKS -> new Blocked(new BlockChange(0, now, true, SENDER, "test"));
    };
  }

  private static Row row(Status status, String rule, String from, Instant now) {
    Arrival arrival = new Arrival(now, "test", "mx.example.org", from, RECIPIENT, MESSAGE_ID);
    boolean isTried = status != Status.QUEUED;
    Step step =
        new Step(
            "test-" + now.toEpochMilli() + "-1",
            rule,
            isTried ? 1 : 0,
            isTried ? 200 : 0,
            Duration.ZERO,
            null);
    return new Row(0, now, status, "", arrival, step);
  }

  private static MailFacts facts(String reversePath) {
    return new MailFacts(reversePath, "Test", "192.0.2.1", 1024, reversePath.isEmpty());
  }

  private static BounceReport report() {
    return new BounceReport.Failure(
        RECIPIENT,
        BounceReason.UNKNOWN_USER,
        true,
        "5.1.1",
        "550 5.1.1 no such user",
        new BounceReport.Origin("mx.example.org", MESSAGE_ID, SENDER, "Test"));
  }
}
