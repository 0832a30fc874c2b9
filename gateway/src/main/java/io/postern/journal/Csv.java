package io.postern.journal;

import java.util.List;

/// The status log as comma-separated values (RFC 4180, but with LF as line end): UTF-8, a line of
/// column names, then a line a row.
public final class Csv {
  /// The columns, in order.
  public static final List<String> COLUMNS =
      List.of("received", "status", "from", "to", "hostName", "messageId", "filterName", "reason");

  private Csv() {}

  /// The first line, with its line end.
  public static String heading() {
    return String.join(",", COLUMNS) + "\n";
  }

  /// One row, with its line end.
  public static String line(Row row) {
    Arrival arrival = row.arrival();
    return String.join(
            ",",
            List.of(
                quoted(Times.text(arrival.received())),
                quoted(row.status().word()),
                quoted(arrival.from()),
                quoted(arrival.to()),
                quoted(arrival.hostName()),
                quoted(arrival.messageId()),
                quoted(row.step().rule()),
                quoted(row.reason())))
        + "\n";
  }

  static String quoted(String value) {
    boolean isPlain =
        value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n')
            && value.equals(value.strip());
    return isPlain ? value : '"' + value.replace("\"", "\"\"") + '"';
  }
}
