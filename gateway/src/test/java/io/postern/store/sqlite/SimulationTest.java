package io.postern.store.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Days of traffic, faults, crashes, orders and clocks that jump, in seconds: see [Simulation]. The
/// build makes the same run each time, `mvn -Pnightly verify` others each night; a failure names
/// its seed.
///
/// `-Dpostern.simulation.runs=20` makes several, `-Dpostern.simulation.steps=20000` long ones,
/// `-Dpostern.simulation.seed=N` makes the one with this seed first.
final class SimulationTest {
  private static final int RUNS = Integer.getInteger("postern.simulation.runs", 1);
  private static final int STEPS = Integer.getInteger("postern.simulation.steps", 250);

  @TempDir private Path folder;

  @Test
  void everyMailMeetsExactlyOneFate() throws Exception {
    long first = Long.getLong("postern.simulation.seed", 20_261_122);
    for (long seed = first; seed < first + RUNS; seed++) {
      run(Files.createDirectory(folder.resolve(Long.toString(seed))), seed);
    }
  }

  private static void run(Path folder, long seed) throws Exception {
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
