package io.postern.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class LineTest {
  private static final int GROUP_MAX = 4;
  private static final long BYTES_MAX = 1_000;

  private final Line line = new Line(100);

  @Test
  void servesShortMailBeforeTheBlocksOfLongOnes() {
    for (int i = 0; i < 10; i++) {
      add("block " + i, 400, true);
    }
    add("short", 10, false);

    assertEquals(List.of("short", "block 0", "block 1"), drain());
    assertEquals(List.of("block 2", "block 3"), drain());
  }

  @Test
  void givesThePatientLaneAPartOfEachGroup() {
    for (int i = 0; i < 3; i++) {
      add("block " + i, 400, true);
    }
    for (int i = 0; i < 6; i++) {
      add("short " + i, 300, false);
    }

    assertEquals(List.of("short 0", "short 1", "short 2", "block 0"), drain());
    assertEquals(List.of("short 3", "short 4", "short 5", "block 1"), drain());
    assertEquals(List.of("block 2"), drain());
  }

  @Test
  void givesThePatientLaneAPartOfAGroupThatIsFull() {
    add("block", 400, true);
    for (int i = 0; i < 5; i++) {
      add("short " + i, 0, false);
    }

    assertEquals(List.of("short 0", "short 1", "short 2", "short 3", "block"), drain());
    assertEquals(List.of("short 4"), drain());
  }

  @Test
  void takesAChangeThatIsLargerThanAGroup() {
    add("large", 5_000, true);
    add("larger", 6_000, false);

    assertEquals(List.of("larger", "large"), drain());
  }

  @Test
  void isOverWhenItIsClosedAndBothLanesAreEmpty() {
    add("block", 400, true);
    line.close();

    assertFalse(line.isOver());
    assertEquals(List.of("block"), drain());
    assertTrue(line.isOver());
    assertFalse(line.add(new Ticket<>("late", _ -> true, 0, true)));
  }

  private void add(String doing, int bytes, boolean patient) {
    assertTrue(line.add(new Ticket<>(doing, _ -> true, bytes, patient)));
  }

  private List<String> drain() {
    return line.drain(GROUP_MAX, BYTES_MAX).stream().map(Ticket::doing).toList();
  }
}
