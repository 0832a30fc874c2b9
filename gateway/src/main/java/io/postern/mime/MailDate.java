package io.postern.mime;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Dates in header fields (RFC 5322 §3.3), the obsolete forms included (§4.3): comments, years of
/// two and three digits, zones by name, no seconds, no zone.
public final class MailDate {
  /// Longer texts are no dates.
  private static final int CHARS_MAX = 200;

  /// RFC 3339 §5.6 has no room for later ones.
  private static final int YEAR_MAX = 9999;

  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  private MailDate() {}

  /// Reads a date. A zone that isn't there or isn't known counts as UTC, as §4.3 says of `-0000`.
  ///
  /// @return empty when the text is no date
  public static Optional<OffsetDateTime> parse(String text) {
    if (text.length() > CHARS_MAX) {
      return Optional.empty();
    }
    List<String> words = words(text);
    int at = !words.isEmpty() && isDay(words.getFirst()) ? 1 : 0;
    if (words.size() < at + 4) {
      return Optional.empty();
    }
    try {
      int day = Integer.parseInt(words.get(at));
      int month = MONTHS.indexOf(start(words.get(at + 1))) + 1;
      int year = year(words.get(at + 2));
      if (year < 0 || year > YEAR_MAX) {
        return Optional.empty();
      }
      String[] time = words.get(at + 3).split(":", -1);
      if (time.length < 2 || time.length > 3) {
        return Optional.empty();
      }
      // A leap second has no place in Java's dates.
      int second = time.length == 3 ? Math.min(59, Integer.parseInt(time[2])) : 0;
      ZoneOffset zone = words.size() > at + 4 ? zone(words.get(at + 4)) : ZoneOffset.UTC;
      int hour = Integer.parseInt(time[0]);
      int minute = Integer.parseInt(time[1]);
      return Optional.of(OffsetDateTime.of(year, month, day, hour, minute, second, 0, zone));
    } catch (DateTimeException | NumberFormatException _) {
      return Optional.empty();
    }
  }

  /// The words outside comments.
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int depth = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ' ';
      depth += c == '(' ? 1 : 0;
      if (depth > 0 || c == ' ' || c == '\t' || c == ',') {
        if (!word.isEmpty()) {
          words.add(word.toString());
          word.setLength(0);
        }
        depth -= c == ')' ? 1 : 0;
      } else {
        word.append(c);
      }
    }
    return words;
  }

  private static boolean isDay(String word) {
    return DAYS.contains(start(word));
  }

  private static String start(String word) {
    return word.substring(0, Math.min(3, word.length())).toLowerCase(Locale.ROOT);
  }

  /// §4.3: two digits are of 1950 to 2049, three are counted from 1900.
  private static int year(String word) {
    int year = Integer.parseUnsignedInt(word);
    return switch (word.length()) {
      case 2 -> year < 50 ? 2000 + year : 1900 + year;
      case 3 -> 1900 + year;
      default -> year;
    };
  }

  private static ZoneOffset zone(String word) {
    if (word.matches("[+-]\\d{4}")) {
      int sign = word.charAt(0) == '-' ? -1 : 1;
      int hours = Integer.parseInt(word.substring(1, 3));
      int minutes = Integer.parseInt(word.substring(3));
      return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
    }
    return switch (word.toUpperCase(Locale.ROOT)) {
      case "EDT" -> ZoneOffset.ofHours(-4);
      case "EST", "CDT" -> ZoneOffset.ofHours(-5);
      case "CST", "MDT" -> ZoneOffset.ofHours(-6);
      case "MST", "PDT" -> ZoneOffset.ofHours(-7);
      case "PST" -> ZoneOffset.ofHours(-8);
      default -> ZoneOffset.UTC;
    };
  }
}
