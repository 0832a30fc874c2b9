package io.postern.watch;

import io.postern.count.Histogram;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One answer to Prometheus while it is written: families of metrics, each under its name with its
/// help. The library sees to names, labels and the format, and refuses a name that comes twice.
final class Page {
  private final List<MetricSnapshot> families = new ArrayList<>();

  /// One value of a family.
  ///
  /// @param value the number
  /// @param labels what tells it from the others
  record Point(double value, Labels labels) {
    /// @param labels names and values, in turn
    Point(double value, String... labels) {
      this(value, Labels.of(labels));
    }

    /// A count. Prometheus knows only floating point: above 2^53 the last digits are lost.
    Point(long value, String... labels) {
      this((double) value, Labels.of(labels));
    }
  }

  /// One histogram of a family.
  ///
  /// @param values what it held
  /// @param labels what tells it from the others
  record Spread(Histogram.Snapshot values, Labels labels) {
    /// @param labels names and values, in turn
    Spread(Histogram.Snapshot values, String... labels) {
      this(values, Labels.of(labels));
    }
  }

  void gauge(String name, String help, double value) {
    gauges(name, help, List.of(new Point(value)));
  }

  void gauge(String name, String help, long value) {
    gauges(name, help, List.of(new Point(value)));
  }

  void gauges(String name, String help, List<Point> points) {
    families.add(
        new GaugeSnapshot(
            new MetricMetadata(name, help),
            points.stream()
                .map(it -> new GaugeDataPointSnapshot(it.value(), it.labels(), null))
                .toList()));
  }

  /// @param name without the `_total` that Prometheus sees at its end
  void counter(String name, String help, double value) {
    counters(name, help, List.of(new Point(value)));
  }

  /// @param name without the `_total` that Prometheus sees at its end
  void counter(String name, String help, long value) {
    counters(name, help, List.of(new Point(value)));
  }

  /// @param name without the `_total` that Prometheus sees at its end
  void counters(String name, String help, List<Point> points) {
    families.add(
        new CounterSnapshot(
            new MetricMetadata(name, help),
            points.stream()
                .map(it -> new CounterDataPointSnapshot(it.value(), it.labels(), null, 0))
                .toList()));
  }

  void histograms(String name, String help, List<Spread> spreads) {
    families.add(
        new HistogramSnapshot(
            new MetricMetadata(name, help),
            spreads.stream()
                .map(
                    it ->
                        new HistogramDataPointSnapshot(
                            buckets(it.values()),
                            it.values().sum(),
                            it.labels(),
                            Exemplars.EMPTY,
                            0))
                .toList()));
  }

  private static ClassicHistogramBuckets buckets(Histogram.Snapshot values) {
    List<Double> bounds = new ArrayList<>(values.bounds());
    bounds.add(Double.POSITIVE_INFINITY);
    return ClassicHistogramBuckets.of(bounds, values.counts());
  }

  /// Texts that belong to the whole gateway, as the labels of a 1.
  ///
  /// @param name without the `_info` that Prometheus sees at its end
  /// @param labels names and values, in turn
  void info(String name, String help, String... labels) {
    families.add(
        new InfoSnapshot(
            new MetricMetadata(name, help), List.of(new InfoDataPointSnapshot(Labels.of(labels)))));
  }

  /// The text format of Prometheus, version 0.0.4: families in the order of their names.
  String text() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create()
          .write(bytes, new MetricSnapshots(families), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException("memory can be written to", e);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
