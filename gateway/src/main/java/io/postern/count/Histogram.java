package io.postern.count;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// How often values fell between fixed bounds. To note one costs some nanoseconds and no lock; who
/// reads meanwhile gets counts of slightly different moments, none of which is ever missing later.
///
/// Safe for use by many threads.
public final class Histogram {
  private final double[] bounds;
  private final LongAdder[] counts;
  private final DoubleAdder sum = new DoubleAdder();

  /// Makes an empty one.
  ///
  /// @param bounds upper bounds, each inclusive and above the one before; values above the last are
  ///   counted too
  public Histogram(double... bounds) {
    this.bounds = bounds.clone();
    for (int i = 1; i < bounds.length; i++) {
      if (bounds[i] <= bounds[i - 1]) {
        throw new IllegalArgumentException("bounds must rise: " + Arrays.toString(bounds));
      }
    }
    this.counts =
        Stream.generate(LongAdder::new).limit(bounds.length + 1L).toArray(LongAdder[]::new);
  }

  /// Counts a value.
  public void note(double value) {
    int place = 0;
    while (place < bounds.length && value > bounds[place]) {
      place++;
    }
    counts[place].increment();
    sum.add(value);
  }

  /// What it holds now.
  public Snapshot snapshot() {
    return new Snapshot(
        DoubleStream.of(bounds).boxed().toList(),
        Stream.of(counts).map(LongAdder::sum).toList(),
        sum.sum());
  }

  /// What a histogram held at some time.
  ///
  /// @param bounds the upper bounds
  /// @param counts how many values fell between a bound and the one before; one more than bounds,
  ///   for those above the last
  /// @param sum of all values
  public record Snapshot(List<Double> bounds, List<Long> counts, double sum) {
    public Snapshot {
      bounds = List.copyOf(bounds);
      counts = List.copyOf(counts);
    }

    /// How many values there were.
    public long count() {
      return counts.stream().mapToLong(Long::longValue).sum();
    }
  }
}
