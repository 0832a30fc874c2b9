package io.postern.store.sqlite;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Days of traffic, faults, crashes, orders and clocks that jump, in seconds: see [Simulation].
/// Each run has another seed, which a failure names.
///
/// `-Dpostern.simulation.steps=20000` makes it long, `-Dpostern.simulation.seed=N` repeats one.
final class SimulationTest {
  private static final int STEPS = Integer.getInteger("postern.simulation.steps", 250);

  @TempDir private Path folder;

  @Test
  void everyMailMeetsExactlyOneFate() throws Exception {
    long seed = Long.getLong("postern.simulation.seed", new Random().nextLong());
    Simulation simulation = new Simulation(folder, seed);
    int step = 0;
    try {
      for (; step < STEPS; step++) {
        simulation.step();
      }
      simulation.end();
      System.out.println("simulation with the seed " + seed + ": " + simulation.summary());
    } catch (Exception | AssertionError e) {
      throw new AssertionError("in step " + step + " with the seed " + seed, e);
    } finally {
      simulation.close();
    }
  }
}
