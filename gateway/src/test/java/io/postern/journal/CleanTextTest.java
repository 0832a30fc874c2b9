package io.postern.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class CleanTextTest {
  @Test
  void replacesWhatATerminalMightObeyAndKeepsTheRest() {
    assertEquals("\uFFFD[2J \uFFFDevil \uFFFD", CleanText.of("\u001b[2J \u202eevil \ud800"));
    String joined =
        "\ud83d\udc68\u200d\ud83d\udcbb \u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645";
    assertEquals(joined, CleanText.of(joined));
  }

  @Test
  void cutsWhatIsTooLong() {
    assertEquals("x".repeat(CleanText.CHARS_MAX), CleanText.of("x".repeat(5_000)));
  }
}
