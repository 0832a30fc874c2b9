package io.postern.journal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times as the status log prints them: RFC 3339, UTC, always with milliseconds.
public final class Times {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Times() {}

  /// Such as `2026-01-31T09:05:00.007Z`.
  public static String text(Instant time) {
    return FORMAT.format(time);
  }
}
