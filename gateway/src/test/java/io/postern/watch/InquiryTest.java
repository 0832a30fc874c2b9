package io.postern.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.postern.TestGateway;
import io.postern.journal.StoreUnavailable;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// That nobody waits for ever for a store that does not answer.
@Timeout(60)
final class InquiryTest {
  @Test
  void whatIsNotAnsweredIsGivenUpAndNotAskedAgainUntilItIs() throws Exception {
    Inquiry inquiry = new Inquiry(Duration.ofMillis(20));
    CountDownLatch answer = new CountDownLatch(1);
    AtomicInteger questions = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      StoreUnavailable none =
          assertThrows(
              StoreUnavailable.class,
              () ->
                  inquiry.ask(
                      () -> {
                        questions.incrementAndGet();
                        answer.await();
                        return "old";
                      }));
      assertEquals("The store has not answered for 0 s", none.getMessage());
    }
    assertEquals(1, questions.get());
    answer.countDown();
    TestGateway.until("the next question is answered", () -> isAnswered(inquiry));
  }

  @Test
  void whatIsOverdueIsWaitedForByNobodyElse() {
    Inquiry inquiry = new Inquiry(Duration.ofSeconds(1));
    CountDownLatch answer = new CountDownLatch(1);
    assertThrows(StoreUnavailable.class, () -> inquiry.ask(() -> wait(answer)));
    // One after the other they would wait for ten seconds.
    assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          for (int i = 0; i < 10; i++) {
            assertThrows(StoreUnavailable.class, () -> inquiry.ask(() -> "new"));
          }
        });
    answer.countDown();
  }

  private static String wait(CountDownLatch answer) throws InterruptedException {
    answer.await();
    return "old";
  }

  private static boolean isAnswered(Inquiry inquiry) {
    try {
      return inquiry.ask(() -> "new").equals("new");
    } catch (StoreUnavailable _) {
      return false;
    }
  }

  @Test
  void whatTheQuestionThrowsIsThrown() {
    Inquiry inquiry = new Inquiry(TestGateway.PATIENCE);
    StoreUnavailable gone = new StoreUnavailable("gone", false, new Exception());
    assertSame(
        gone,
        assertThrows(
            StoreUnavailable.class,
            () ->
                inquiry.ask(
                    () -> {
                      throw gone;
                    })));
    IllegalStateException bug = new IllegalStateException();
    assertSame(
        bug,
        assertThrows(
            IllegalStateException.class,
            () ->
                inquiry.ask(
                    () -> {
                      throw bug;
                    })));
  }
}
