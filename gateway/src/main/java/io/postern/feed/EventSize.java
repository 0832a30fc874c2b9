package io.postern.feed;

import io.postern.journal.Arrival;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;

/// How large events are. Whoever sends mail writes most of their texts, and no count of events
/// bounds those.
final class EventSize {
  /// What an event has besides texts of others: its objects, and names and times in a body.
  private static final long FIXED = 1_000;

  private EventSize() {}

  /// How many bytes an event takes at most, or about that, in memory or in a body.
  static long of(Event event) {
    return FIXED
        + switch (event) {
          case Event.Change change -> of(change.row(), change.mail()) + of(change.account());
          case Event.Bounced bounced ->
              of(bounced.row(), bounced.mail()) + of(bounced.account()) + of(bounced.report());
          case Event.Blocked blocked ->
              of(blocked.change().sender()) + of(blocked.change().reason());
        };
  }

  private static long of(Row row, MailFacts mail) {
    Arrival arrival = row.arrival();
    return of(arrival.from())
        + of(arrival.to())
        + of(arrival.messageId())
        + of(arrival.hostName())
        + of(row.reason())
        + of(row.step().rule())
        + of(mail.reversePath())
        + of(mail.subject());
  }

  private static long of(BounceReport report) {
    BounceReport.Origin origin = report.origin();
    long own =
        switch (report) {
          case BounceReport.Failure failure -> of(failure.status()) + of(failure.diagnostic());
          case BounceReport.Complaint complaint ->
              of(complaint.feedbackType()) + of(complaint.userAgent());
        };
    return own
        + of(report.address())
        + of(origin.reportingMta())
        + of(origin.messageId())
        + of(origin.from())
        + of(origin.subject());
  }

  private static long of(String text) {
    long size = 0;
    for (int i = 0; i < text.length(); i++) {
      size += of(text.charAt(i));
    }
    return size;
  }

  /// A character where it takes most: within JSON within a form, in UTF-8 with each byte in
  /// hexadecimal.
  private static int of(char c) {
    if (c >= 0x80) {
      return 9;
    }
    return switch (c) {
      case '<', '>' -> 8;
      case '"', '\\' -> 6;
      case '@',
          '/',
          ':',
          ';',
          ',',
          '=',
          '+',
          '&',
          '%',
          '?',
          '#',
          '(',
          ')',
          '[',
          ']',
          '{',
          '}',
          '|',
          '!',
          '$',
          '\'',
          '^',
          '`',
          '~' ->
          3;
      default -> 1;
    };
  }
}
