package io.postern.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// A time on the command line.
final class TimeOption {
  private static final Pattern AGO = Pattern.compile("(\\d{1,6})([smhd])");

  private TimeOption() {}

  static @Nullable Instant parse(CommandLine line, String option, @Nullable String text) {
    if (text == null) {
      return null;
    }
    Matcher ago = AGO.matcher(text);
    try {
      if (ago.matches()) {
        long number = Long.parseLong(ago.group(1));
        return Main.CLOCK.instant().minus(unit(ago.group(2)).multipliedBy(number));
      }
      return text.length() == "2026-01-31".length()
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException | ArithmeticException _) {
      throw new ParameterException(
          line,
          option
              + " "
              + text
              + ": write a time such as 2026-01-31T09:00:00Z, a day such as 2026-01-31,"
              + " or how long ago such as 2h");
    }
  }

  private static Duration unit(String letter) {
    return switch (letter) {
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      default -> Duration.ofDays(1);
    };
  }
}
