package io.postern.delivery;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;

/// The Retry-After header (RFC 9110 §10.2.3).
final class RetryAfter {
  /// What asctime() of C makes, in UTC.
  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.US).withZone(ZoneOffset.UTC);

  /// How far ahead a date with a year of two digits may be; further on, it is of the century
  /// before.
  private static final int AHEAD_YEARS_MAX = 50;

  private RetryAfter() {}

  /// Reads seconds or an HTTP date, in any of the three forms that RFC 9110 §5.6.7 wants to be
  /// read.
  ///
  /// @param now what a date is measured from
  /// @return empty for anything else, and for a date that is over
  static Optional<Duration> parse(String value, Instant now) {
    String text = value.strip();
    try {
      Duration wait =
          text.chars().allMatch(c -> c >= '0' && c <= '9')
              ? Duration.ofSeconds(Long.parseLong(text))
              : Duration.between(now, date(text, now));
      return wait.isNegative() ? Optional.empty() : Optional.of(wait);
    } catch (NumberFormatException | DateTimeException _) {
      return Optional.empty();
    }
  }

  private static Instant date(String text, Instant now) {
    return switch (text.indexOf(',')) {
      case -1 -> ZonedDateTime.parse(text, ASCTIME).toInstant();
      case 3 -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      default -> dateWithShortYear(text, now);
    };
  }

  /// A date of RFC 850, such as `Sunday, 06-Nov-94 08:49:37 GMT`.
  private static Instant dateWithShortYear(String text, Instant now) {
    ZonedDateTime latest = now.atZone(ZoneOffset.UTC).plusYears(AHEAD_YEARS_MAX);
    DateTimeFormatter form =
        new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, latest.getYear() - 99)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.US)
            .withZone(ZoneOffset.UTC);
    ZonedDateTime date = ZonedDateTime.parse(text, form);
    return (date.isAfter(latest) ? date.minusYears(100) : date).toInstant();
  }
}
