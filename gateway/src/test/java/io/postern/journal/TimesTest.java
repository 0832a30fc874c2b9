package io.postern.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimesTest {

  @ParameterizedTest
  @CsvSource({
    "2026-01-31T09:05:07.120Z, 2026-01-31T09:05:07.120Z",
    "2026-01-31T09:05:07.007999999Z, 2026-01-31T09:05:07.007Z",
    "2026-01-31T09:05:07.000999Z, 2026-01-31T09:05:07.000Z",
    "2026-01-31T09:05:07Z, 2026-01-31T09:05:07.000Z",
    "2026-01-31T09:05:00Z, 2026-01-31T09:05:00.000Z",
    "2026-01-31T09:05:00.007Z, 2026-01-31T09:05:00.007Z",
    "1969-12-31T23:59:59.999999Z, 1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00Z, 1970-01-01T00:00:00.000Z"
  })
  void aTimeHasMillisecondsWhateverTheyAre(Instant time, String text) {
    assertEquals(text, Times.text(time));
  }
}
