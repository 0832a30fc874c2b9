package io.postern.delivery;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// The Retry-After header (RFC 9110 §10.2.3).
final class RetryAfter {
  private RetryAfter() {}

  /// Reads seconds or an HTTP date.
  ///
  /// @param now what a date is measured from
  /// @return empty for anything else, and for a date that is over
  static Optional<Duration> parse(String value, Instant now) {
    String text = value.strip();
    try {
      Duration wait =
          text.chars().allMatch(c -> c >= '0' && c <= '9')
              ? Duration.ofSeconds(Long.parseLong(text))
              : Duration.between(
                  now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return wait.isNegative() ? Optional.empty() : Optional.of(wait);
    } catch (NumberFormatException | DateTimeException _) {
      return Optional.empty();
    }
  }
}
