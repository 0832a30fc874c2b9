package io.postern.intake;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class MessageMemoryTest {
  @Test
  void sharesGrowUntilAllIsTakenAndComeBackWhenClosed() {
    MessageMemory memory = new MessageMemory(100);
    MessageMemory.Share one = memory.share();
    MessageMemory.Share two = memory.share();
    assertTrue(one.grow(60));
    assertTrue(one.grow(50), "it has that already");
    assertFalse(two.grow(41));
    assertTrue(two.grow(40));
    one.close();
    one.close();
    assertTrue(two.grow(100));
    assertFalse(one.grow(1));
  }
}
