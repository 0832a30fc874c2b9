package io.postern.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ScreenTest {
  @Test
  void spellsOutWhatATerminalObeys() {
    assertEquals("a\\u001B[2Jb\\u0007", Screen.safe("a\u001B[2Jb\u0007"));
    assertEquals("\\u009B1m\\u007F\\u0000", Screen.safe("\u009B1m\u007F\u0000"));
    assertEquals("x\\u202Egpj.exe\\u2066", Screen.safe("x\u202Egpj.exe\u2066"));
    assertEquals("\\u2028\\u2029\\uFEFF\\uD800", Screen.safe("\u2028\u2029\uFEFF\uD800"));
    assertEquals("a\\tb\\r\\n", Screen.safe("a\tb\r\n"));
    assertEquals("\\uE0041", Screen.safe(Character.toString(0xE0041)));
  }

  @Test
  void leavesTextAlone() {
    String text = "見積書 naïve 👩\u200D💻 \"x\" \\ %";
    assertEquals(text, Screen.safe(text));
  }

  @Test
  void noCharacterPassesThatCouldMoveTheCursorOrTurnTheText() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      byte direction = Character.getDirectionality(c);
      boolean turns =
          direction >= Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING
              && direction <= Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE;
      if (turns || Character.isISOControl(c)) {
        assertTrue(Screen.safe(Character.toString(c)).startsWith("\\"), Integer.toHexString(c));
      }
    }
  }

  @Test
  void cutsBetweenCharactersAndCountsTheRest() {
    assertEquals("abc", Screen.line("abc", 3));
    assertEquals("ab ... (+ 1 character)", Screen.line("abc", 2));
    assertEquals("a ... (+ 1,002 characters)", Screen.line("a💻" + "x".repeat(1000), 2));
  }

  @Test
  void cutsLinesInBothDirections() {
    assertEquals(List.of(), Screen.lines("", 2, 10));
    assertEquals(List.of("a", "", "b"), Screen.lines("a\r\n\nb\r", 9, 10));
    assertEquals(List.of("a", "b", "... (+ 3 characters)"), Screen.lines("a\nb\nc\nd", 2, 10));
  }
}
