package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.journal.Arrival;
import io.postern.journal.Entry;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.journal.StoreUnavailable;
import io.postern.mail.Message;
import io.postern.queue.Cursor;
import io.postern.queue.CursorView;
import io.postern.queue.Pause;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which rows of reports are bounces, and what becomes of one that can't be read.
final class TellerTest {
  private static final Instant NOW = Instant.parse("2026-01-31T23:05:07.089Z");
  private static final Subscriber.Selection BOUNCES =
      new Subscriber.Selection(
          Set.of(Event.Type.BOUNCES), Set.of(Status.values()), Set.of(), Set.of());

  /// A mail that reports of one recipient.
  static final byte[] REPORT =
      """
      Content-Type: multipart/report; report-type=delivery-status; boundary=b

      --b

      Sorry.
      --b
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.example.net

      Final-Recipient: rfc822; nobody@example.net
      Action: failed
      Status: 5.1.1

      --b--
      """
          .replace("\n", "\r\n")
          .getBytes(StandardCharsets.US_ASCII);

  @Test
  void aReportIsToldWhenItCameAndNotWhenItIsReplayed() throws Exception {
    Teller teller = teller(() -> new ByteArrayInputStream(REPORT));
    assertEquals(1, teller.events(queued("report-1", ""), BOUNCES).size());
    assertEquals(List.of(), teller.events(queued("report-1", "replayed by operator"), BOUNCES));
    assertEquals(List.of(), teller.events(queued("report-2", ""), BOUNCES), "one for the mail");
  }

  @Test
  void whoHearsOfSomeRulesIsToldOfEachOfTheirDeliveriesUnderOneId() throws Exception {
    Teller teller = teller(() -> new ByteArrayInputStream(REPORT));
    Subscriber.Selection some =
        new Subscriber.Selection(
            Set.of(Event.Type.BOUNCES), Set.of(Status.values()), Set.of("returns"), Set.of());
    List<Event> first = teller.events(queued("report-1", ""), some);
    List<Event> second = teller.events(queued("report-2", ""), some);
    assertEquals(List.of("report-bounce-1"), first.stream().map(Event::id).toList());
    assertEquals(List.of("report-bounce-1"), second.stream().map(Event::id).toList());
    Subscriber.Selection others =
        new Subscriber.Selection(
            Set.of(Event.Type.BOUNCES), Set.of(Status.values()), Set.of("desk"), Set.of());
    assertEquals(List.of(), teller.events(queued("report-1", ""), others));
  }

  @Test
  void aReportIsNotPassedOverWhileTheStoreCannotBeRead() {
    StoreUnavailable fault =
        new StoreUnavailable("disk I/O error", false, new IOException("made by the test"));
    Teller teller =
        teller(
            () -> {
              throw new IOException(fault);
            });
    assertThrows(StoreUnavailable.class, () -> teller.events(queued("report-1", ""), BOUNCES));
  }

  @Test
  void aReportThatIsDamagedHoldsNothingUp() throws Exception {
    Teller teller =
        teller(
            () -> {
              throw new IOException("a part of it is gone");
            });
    assertEquals(List.of(), teller.events(queued("report-1", ""), BOUNCES));
  }

  private static Entry.Logged queued(String delivery, String reason) {
    Arrival arrival =
        new Arrival(NOW, "s", "mx.example.net", "", "returns@in.example.com", "<1@example.net>");
    Step step = new Step(delivery, "returns", 0, 0, Duration.ZERO, null);
    return new Entry.Logged(
        new Row(1, NOW, Status.QUEUED, reason, arrival, step),
        new MailFacts("", "Returned", "192.0.2.1", REPORT.length, true),
        "");
  }

  private static Teller teller(Opening opening) {
    return new Teller(Optional::empty, new OneMail(opening));
  }

  /// Opens a message.
  private interface Opening {
    InputStream open() throws IOException;
  }

  /// A log of which nothing is asked but a message.
  private record OneMail(Opening opening) implements CursorView {
    @Override
    public Optional<Message> message(String mail) {
      return Optional.of(
          new Message() {
            @Override
            public long size() {
              return REPORT.length;
            }

            @Override
            public InputStream open(long offset) throws IOException {
              InputStream in = opening.open();
              in.skipNBytes(offset);
              return in;
            }
          });
    }

    @Override
    public List<Cursor> cursors() {
      return List.of();
    }

    @Override
    public List<Pause> pausedSubscribers() {
      return List.of();
    }

    @Override
    public Map<String, Long> skips() {
      return Map.of();
    }

    @Override
    public Behind behind(long after) {
      return new Behind(0, null);
    }

    @Override
    public long gone(long after) {
      return 0;
    }

    @Override
    public Stretch stretch(long after, Set<Status> statuses, int limit) {
      return new Stretch(List.of(), after);
    }
  }
}
