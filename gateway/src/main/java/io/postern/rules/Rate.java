package io.postern.rules;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How often an endpoint may be called, as `50/s`, `30/m` or `100/h`. It delays and never skips.
///
/// @param count attempts, 1 to 100,000
/// @param per in this time: a second, a minute or an hour
public record Rate(int count, Duration per) {
  static final int COUNT_MAX = 100_000;

  private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,5})/([smh])");

  /// So much of the rate may come at once, so that a rate of many a second needs no timer of as
  /// many ticks.
  private static final int BURST_MILLIS = 100;

  /// Reads one.
  ///
  /// @return empty when it is none
  static Optional<Rate> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int count = Integer.parseInt(matcher.group(1));
    Duration per =
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(1);
          case "m" -> Duration.ofMinutes(1);
          default -> Duration.ofHours(1);
        };
    return count <= COUNT_MAX ? Optional.of(new Rate(count, per)) : Optional.empty();
  }

  /// The time from one attempt to the next.
  public Duration gap() {
    return per.dividedBy(count);
  }

  /// How many may come at once: a tenth of a second's worth, 1 at least.
  public int burst() {
    return (int) Math.max(1, (long) count * BURST_MILLIS / per.toMillis());
  }

  @Override
  public String toString() {
    String unit = per.toSeconds() == 1 ? "s" : per.toSeconds() == 60 ? "m" : "h";
    return count + "/" + unit;
  }
}
