package io.postern.mime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.OffsetDateTime;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailDateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mon, 2 Nov 2026 12:04:05 +0900 | 2026-11-02T12:04:05+09:00",
        "2 Nov 2026 12:04 GMT | 2026-11-02T12:04Z",
        "Mon,02 NOV 26 12:04:05 EST (a (nested) comment) | 2026-11-02T12:04:05-05:00",
        "Fri, 21 Nov 97 09:55:06 -0600 | 1997-11-21T09:55:06-06:00",
        "(x)Fri (y), 21 November 099 09:55:06 | 1999-11-21T09:55:06Z",
        "Sun, 29 Feb 2032 23:59:60 -0000 | 2032-02-29T23:59:59Z",
        "1 Jan 2026 00:00:00 Z | 2026-01-01T00:00Z",
      })
  void readsDates(String text, OffsetDateTime expected) {
    assertEquals(Optional.of(expected), MailDate.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Mon",
        "Mon, 2 Nov 2026",
        "31 Feb 2026 12:00 +0000",
        "2 Nov 2026 25:00 +0000",
        "2 Nov 2026 1:2:3:4 +0000",
        "2 Nov 2026 12:04:05 +9900",
        "x Nov 2026 12:00",
        "2 Smarch 2026 12:00",
        "2 Nov 99999 12:00",
        "2 Nov -5 12:00",
        "2 Nov -20260 12:00",
        "2026-11-02T12:04:05Z",
        "(((((((((((((((((((",
        "2 Nov 2026 : +0000"
      })
  void refusesWhatIsNone(String text) {
    assertEquals(Optional.empty(), MailDate.parse(text));
    assertEquals(Optional.empty(), MailDate.parse("2 Nov 2026 12:00 +0000" + " ".repeat(200)));
  }
}
