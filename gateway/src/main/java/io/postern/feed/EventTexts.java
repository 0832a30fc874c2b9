package io.postern.feed;

import io.postern.feed.Event.Blocked;
import io.postern.feed.Event.Bounced;
import io.postern.feed.Event.Change;
import io.postern.journal.Row;

/// What several formats tell of an event in the same words.
final class EventTexts {
  private EventTexts() {}

  /// The id by which a receiver knows the mail: its Message-ID without angle brackets; of a bounce,
  /// that of the mail that came back. Our own id where there is none.
  static String messageId(Event event) {
    String id =
        switch (event) {
          case Change change -> change.row().arrival().messageId();
          case Bounced bounced -> bounced.report().origin().messageId();
          case Blocked _ -> "";
        };
    String bare = id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
    return bare.isEmpty() ? event.id() : bare;
  }

  /// What the other side said: the row's reason, or the answer's code where a row needs no reason.
  static String answer(Row row) {
    int status = row.step().httpStatus();
    return row.reason().isEmpty() && status != 0 ? "HTTP " + status : row.reason();
  }

  /// What a report says of why, in one line.
  static String diagnostic(BounceReport report) {
    return switch (report) {
      case BounceReport.Failure failure ->
          failure.diagnostic().isEmpty()
              ? (failure.status() + " " + failure.reason().word()).strip()
              : failure.diagnostic();
      case BounceReport.Complaint complaint -> ("complaint: " + complaint.feedbackType()).strip();
    };
  }
}
