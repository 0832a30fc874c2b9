package io.postern.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Counting between bounds.
final class HistogramTest {
  @Test
  void aBoundBelongsToWhatIsBelowIt() {
    Histogram histogram = new Histogram(1, 10);
    for (double value : new double[] {0, 1, 1.5, 10, 10.5, 1e9}) {
      histogram.note(value);
    }
    Histogram.Snapshot snapshot = histogram.snapshot();
    assertEquals(List.of(1.0, 10.0), snapshot.bounds());
    assertEquals(List.of(2L, 2L, 2L), snapshot.counts());
    assertEquals(6, snapshot.count());
    assertEquals(1e9 + 23, snapshot.sum());
  }

  @Test
  void boundsMustRise() {
    assertThrows(IllegalArgumentException.class, () -> new Histogram(1, 1));
  }

  @Test
  void nothingIsMissedWhenManyCount() throws InterruptedException {
    Histogram histogram = new Histogram(0.5);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 10_000; n++) {
                      histogram.note(n % 2);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(40_000L, 40_000L), histogram.snapshot().counts());
    assertEquals(40_000, histogram.snapshot().sum());
  }
}
