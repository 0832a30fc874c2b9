package io.postern.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.delivery.Activity;
import io.postern.watch.Page.Point;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How many rules become labels.
final class RuleLinesTest {
  @Test
  void rulesBeyondTheLimitAreOne() {
    Map<String, Long> values = new HashMap<>();
    for (int i = 0; i < Activity.RULES_MAX + 20; i++) {
      values.put("rule-%05d".formatted(i), 2L);
    }
    assertEquals(Activity.RULES_MAX, RuleLines.first(values.keySet()).size());
    List<Point> points = RuleLines.points(values, Long::sum);
    assertEquals(Activity.RULES_MAX + 1, points.size());
    Labels others = Labels.of("rule", Activity.OTHERS);
    assertEquals(
        List.of(40.0),
        points.stream().filter(it -> it.labels().equals(others)).map(Point::value).toList());
    assertEquals(2.0 * (Activity.RULES_MAX + 20), points.stream().mapToDouble(Point::value).sum());
  }
}
