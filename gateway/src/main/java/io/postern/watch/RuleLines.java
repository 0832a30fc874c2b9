package io.postern.watch;

import io.postern.delivery.Activity;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.settings.LiveFiles;
import io.postern.settings.Problem.Severity;
import io.postern.watch.Page.Point;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/// What is told of the rules, and how their names become labels: [Activity#RULES_MAX] of them at
/// most, so that ten thousand rules don't become ten thousand times as many series.
final class RuleLines {
  private RuleLines() {}

  static void write(LiveFiles.State<Book> state, Page page) {
    page.info(
        "postern_rules",
        "The version of the rule book in force; empty when there is none.",
        "version",
        state.version());
    if (state.whole() != null) {
      List<Rule> rules = state.whole().rules();
      long enabled = rules.stream().filter(Rule::enabled).count();
      page.gauges(
          "postern_rules_in_force",
          "Rules of the book in force.",
          List.of(
              new Point(enabled, "enabled", "true"),
              new Point(rules.size() - enabled, "enabled", "false")));
    }
    page.gauge(
        "postern_rules_last_reload_successful",
        "1 when the rule files are what is in force, 0 when they can't be used.",
        state.stale() ? 0 : 1);
    if (state.taken() != null) {
      page.gauge(
          "postern_rules_taken_timestamp_seconds",
          "When the book in force was taken.",
          state.taken().getEpochSecond());
    }
    page.gauges(
        "postern_rules_problems",
        "What is wrong with the rule files now.",
        List.of(
            new Point(count(state, Severity.ERROR), "severity", "error"),
            new Point(count(state, Severity.WARNING), "severity", "warning")));
  }

  private static long count(LiveFiles.State<Book> state, Severity severity) {
    return state.problems().stream().filter(it -> it.severity() == severity).count();
  }

  /// The first names, in their order.
  static List<String> first(Collection<String> sorted) {
    return sorted.stream().limit(Activity.RULES_MAX).toList();
  }

  /// A value for each rule; those beyond the limit come as one.
  ///
  /// @param together what two of these are as one
  static <N extends Number> List<Point> points(Map<String, N> values, BinaryOperator<N> together) {
    Map<String, N> sorted = new TreeMap<>(values);
    Map<String, N> shown = new TreeMap<>();
    for (String rule : first(sorted.keySet())) {
      shown.put(rule, sorted.remove(rule));
    }
    sorted.values().forEach(value -> shown.merge(Activity.OTHERS, value, together));
    return shown.entrySet().stream()
        .map(it -> new Point(it.getValue().doubleValue(), "rule", it.getKey()))
        .toList();
  }
}
