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

  @Test
  void aThirdOfItIsForSmallMessagesAlone() {
    MessageMemory memory = new MessageMemory(9L * MessageMemory.SMALL_MAX);
    MessageMemory.Share large = memory.share();
    assertTrue(large.grow(6L * MessageMemory.SMALL_MAX));
    assertFalse(large.grow(6L * MessageMemory.SMALL_MAX + 1));
    for (int small = 0; small < 3; small++) {
      assertTrue(memory.share().grow(MessageMemory.SMALL_MAX));
    }
    assertFalse(memory.share().grow(1), "a small one takes what there is, and no more");
  }

  @Test
  void aSmallMessageThatBecomesLargeAsksLikeALargeOne() {
    MessageMemory memory = new MessageMemory(9L * MessageMemory.SMALL_MAX);
    assertTrue(memory.share().grow(6L * MessageMemory.SMALL_MAX));
    MessageMemory.Share growing = memory.share();
    assertTrue(growing.grow(MessageMemory.SMALL_MAX));
    assertFalse(growing.grow(MessageMemory.SMALL_MAX + 1));
  }
}
