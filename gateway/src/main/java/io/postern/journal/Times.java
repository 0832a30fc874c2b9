package io.postern.journal;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/// Times as the status log prints them: RFC 3339, UTC, always with milliseconds.
public final class Times {
  private Times() {}

  /// Such as `2026-01-31T09:05:00.007Z`. By the shortest text that a time has, for a formatter
  /// takes several times as long, and an event has three of them.
  public static String text(Instant time) {
    LocalDateTime utc =
        LocalDateTime.ofInstant(time.truncatedTo(ChronoUnit.MILLIS), ZoneOffset.UTC);
    if (utc.getNano() > 0) {
      return utc + "Z";
    }
    return utc + (utc.getSecond() > 0 ? ".000Z" : ":00.000Z");
  }
}
