package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryAfterTest {
  private static final Instant NOW = Instant.parse("1994-11-06T08:47:37Z");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "120",
        " 120 ",
        // The examples of RFC 9110 §5.6.7.
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994"
      })
  void readsSecondsAndEachFormOfADate(String value) {
    assertEquals(Optional.of(Duration.ofMinutes(2)), RetryAfter.parse(value, NOW));
  }

  @Test
  void readsADayOfTwoDigitsToo() {
    Optional<Duration> days = Optional.of(Duration.ofDays(10).plusMinutes(2));
    assertEquals(days, RetryAfter.parse("Wed, 16 Nov 1994 08:49:37 GMT", NOW));
    assertEquals(days, RetryAfter.parse("Wednesday, 16-Nov-94 08:49:37 GMT", NOW));
    assertEquals(days, RetryAfter.parse("Wed Nov 16 08:49:37 1994", NOW));
  }

  @Test
  void takesAYearOfTwoDigitsForOneWithinFiftyYears() {
    Instant newYear = Instant.parse("2099-12-31T23:59:00Z");
    assertEquals(
        Optional.of(Duration.ofMinutes(1)),
        RetryAfter.parse("Friday, 01-Jan-00 00:00:00 GMT", newYear));
    // The 5th of November 2044, and the 7th, which is more than fifty years ahead: in 1944 then.
    assertEquals(
        Optional.of(Duration.between(NOW, Instant.parse("2044-11-05T08:49:37Z"))),
        RetryAfter.parse("Saturday, 05-Nov-44 08:49:37 GMT", NOW));
    assertEquals(Optional.empty(), RetryAfter.parse("Monday, 07-Nov-44 08:49:37 GMT", NOW));
    assertEquals(Optional.empty(), RetryAfter.parse("Tuesday, 07-Nov-44 08:49:37 GMT", NOW));
    assertEquals(Optional.empty(), RetryAfter.parse("Sunday, 06-Nov-95 08:49:37 GMT", NOW));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "1.5",
        "99999999999999999999",
        "soon",
        "Sun, 06 Nov 1994 08:47:36 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sunday, 6-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 PST",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 31-Nov-94 08:49:37 GMT",
        "Sun, 06 Nov 1994"
      })
  void readsNothingElse(String value) {
    assertEquals(Optional.empty(), RetryAfter.parse(value, NOW));
  }
}
