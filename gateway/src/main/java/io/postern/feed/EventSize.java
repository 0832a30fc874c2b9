package io.postern.feed;

import io.postern.journal.Arrival;
import io.postern.journal.BlockChange;
import io.postern.journal.Entry;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;

/// How large events are. Whoever sends mail writes most of their texts, and no count of events
/// bounds those. It is reckoned by their lengths alone, for it is done again and again.
enum EventSize {
  /// In memory, or in JSON in UTF-8: three bytes for each `char` that takes most, and some texts
  /// stand twice in a format.
  JSON(4),

  /// In JSON within a form, where each byte may be written in hexadecimal.
  FORM(12);

  /// What an event has besides texts of others: its objects, and names and times in a body.
  private static final long FIXED = 1_000;

  private final long each;

  EventSize(long each) {
    this.each = each;
  }

  /// How many bytes an event takes at most.
  long of(Event event) {
    return FIXED
        + each
            * switch (event) {
              case Event.Change change ->
                  length(change.row(), change.mail()) + change.account().length();
              case Event.Bounced bounced ->
                  length(bounced.row(), bounced.mail())
                      + bounced.account().length()
                      + length(bounced.report());
              case Event.Blocked(BlockChange change) -> length(change);
            };
  }

  /// How many bytes an entry of the log takes at most.
  long of(Entry entry) {
    return FIXED
        + each
            * switch (entry) {
              case Entry.Logged logged ->
                  length(logged.row(), logged.mail()) + logged.account().length();
              case Entry.Changed(BlockChange change) -> length(change);
            };
  }

  private static long length(Row row, MailFacts mail) {
    Arrival arrival = row.arrival();
    return (long) arrival.from().length()
        + arrival.to().length()
        + arrival.messageId().length()
        + arrival.hostName().length()
        + row.reason().length()
        + row.step().rule().length()
        + mail.reversePath().length()
        + mail.subject().length();
  }

  private static long length(BounceReport report) {
    BounceReport.Origin origin = report.origin();
    long own =
        switch (report) {
          case BounceReport.Failure failure ->
              failure.status().length() + failure.diagnostic().length();
          case BounceReport.Complaint complaint ->
              complaint.feedbackType().length() + complaint.userAgent().length();
        };
    return own
        + report.address().length()
        + origin.reportingMta().length()
        + origin.messageId().length()
        + origin.from().length()
        + origin.subject().length();
  }

  private static long length(BlockChange change) {
    return (long) change.sender().length() + change.reason().length();
  }
}
