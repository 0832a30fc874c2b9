package io.postern.cli;

import io.postern.journal.Row;
import io.postern.journal.Step;
import io.postern.journal.Times;

/// A row of the status log on one line of a terminal.
final class RowText {
  private static final int STATUS_WIDTH = 9;

  private RowText() {}

  static String of(Row row) {
    StringBuilder text = new StringBuilder();
    text.append(Times.text(row.at())).append("  ");
    String status = row.status().word();
    text.append(status).repeat(' ', STATUS_WIDTH - status.length()).append("  ");
    text.append(row.arrival().from().isEmpty() ? "<>" : row.arrival().from());
    text.append(" -> ").append(row.arrival().to());
    Step step = row.step();
    if (!step.rule().isEmpty()) {
      text.append("  [").append(step.rule()).append(']');
    }
    if (!step.delivery().isEmpty()) {
      text.append("  ").append(step.delivery());
    }
    if (step.attempt() > 0) {
      text.append("  attempt ").append(step.attempt());
    }
    if (step.elapsed().isPositive()) {
      text.append(" in ").append(step.elapsed().toMillis()).append(" ms");
    }
    if (!row.reason().isEmpty()) {
      text.append("  ").append(row.reason());
    }
    if (step.next() != null) {
      text.append("  next try at ").append(Times.text(step.next()));
    }
    return text.toString();
  }
}
