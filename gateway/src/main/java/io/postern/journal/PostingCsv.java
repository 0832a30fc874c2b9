package io.postern.journal;

import java.util.List;

/// The subscribers' log as comma-separated values, in the manner of [Csv].
public final class PostingCsv {
  /// The columns, in order.
  public static final List<String> COLUMNS =
      List.of("received", "status", "hostName", "endpointUrl", "reason");

  private PostingCsv() {}

  /// The first line, with its line end.
  public static String heading() {
    return String.join(",", COLUMNS) + "\n";
  }

  /// One row, with its line end.
  public static String line(Posting posting) {
    Posting.Trial trial = posting.trial();
    return String.join(
            ",",
            List.of(
                Csv.quoted(Times.text(posting.received())),
                Csv.quoted(posting.status().word()),
                Csv.quoted(trial.hostName()),
                Csv.quoted(trial.endpointUrl()),
                Csv.quoted(trial.reason())))
        + "\n";
  }
}
