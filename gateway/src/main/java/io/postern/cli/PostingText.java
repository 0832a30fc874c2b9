package io.postern.cli;

import io.postern.journal.Posting;
import io.postern.journal.Times;

/// A row of the subscribers' log on one line of a terminal.
final class PostingText {
  private static final int STATUS_WIDTH = 9;

  private PostingText() {}

  static String of(Posting posting) {
    StringBuilder text = new StringBuilder();
    Posting.Trial trial = posting.trial();
    String status = posting.status().word();
    text.append(Times.text(posting.received())).append("  ");
    text.append(status).repeat(' ', STATUS_WIDTH - status.length()).append("  ");
    text.append(posting.subscriber()).append("  ").append(posting.events());
    text.append(" to ").append(trial.endpointUrl()).append("  ").append(posting.id());
    if (trial.attempt() > 0) {
      text.append("  attempt ").append(trial.attempt());
      text.append(" in ").append(trial.elapsed().toMillis()).append(" ms");
    }
    if (!trial.reason().isEmpty()) {
      text.append("  ").append(trial.reason());
    }
    return text.toString();
  }
}
