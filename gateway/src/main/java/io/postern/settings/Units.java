package io.postern.settings;

import java.time.Duration;
import java.util.OptionalLong;

/// Numbers with units, as files write them.
final class Units {
  private static final int DIGITS_MAX = 15;
  private static final long[] DURATION_SECONDS = {86_400, 3_600, 60, 1};
  private static final String[] DURATION_UNITS = {"d", "h", "m", "s"};
  private static final long[] SIZE_BYTES = {1L << 30, 1L << 20, 1L << 10};
  private static final String[] SIZE_UNITS = {"GB", "MB", "KB"};

  private Units() {}

  /// A whole number: decimal digits and nothing else.
  static OptionalLong number(String text) {
    if (text.isEmpty() || text.length() > DIGITS_MAX || !digits(text)) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  /// True when the text is digits only: a number that lacks its unit.
  static boolean digits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /// Seconds of a text such as `30s`, `5m`, `12h`, `4d`.
  static OptionalLong seconds(String text) {
    return scaled(text, DURATION_UNITS, DURATION_SECONDS);
  }

  /// Bytes of a text such as `64KB`, `35MB`, `1GB`; powers of 1024.
  static OptionalLong bytes(String text) {
    return scaled(text, SIZE_UNITS, SIZE_BYTES);
  }

  private static OptionalLong scaled(String text, String[] units, long[] scales) {
    for (int i = 0; i < units.length; i++) {
      if (text.endsWith(units[i])) {
        OptionalLong count = number(text.substring(0, text.length() - units[i].length()));
        if (count.isEmpty() || count.getAsLong() > Long.MAX_VALUE / scales[i]) {
          return OptionalLong.empty();
        }
        return OptionalLong.of(count.getAsLong() * scales[i]);
      }
    }
    return OptionalLong.empty();
  }

  /// A duration of whole seconds in the largest unit that tells it exactly.
  static String duration(Duration duration) {
    return told(duration.toSeconds(), DURATION_UNITS, DURATION_SECONDS, "s");
  }

  /// A size in the largest unit that tells it exactly.
  static String size(long bytes) {
    // Nothing has a unit of its own; this is how a file would write it.
    return bytes == 0 ? "0KB" : told(bytes, SIZE_UNITS, SIZE_BYTES, " bytes");
  }

  private static String told(long count, String[] units, long[] scales, String smallest) {
    for (int i = 0; i < units.length; i++) {
      if (count != 0 && count % scales[i] == 0) {
        return count / scales[i] + units[i];
      }
    }
    return count + smallest;
  }
}
