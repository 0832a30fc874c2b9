package io.postern.watch;

import io.postern.delivery.Activity;
import io.postern.queue.Pause;
import io.postern.watch.Page.Point;
import io.postern.watch.Page.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// What is told of endpoints and the attempts to reach them. An endpoint goes by its rule's name.
final class EndpointLines {
  private EndpointLines() {}

  static void write(Activity activity, Page page) {
    page.gauge(
        "postern_attempts_in_flight",
        "Attempts under way.",
        activity.inFlight().values().stream().mapToInt(Integer::intValue).sum());
    page.gauge(
        "postern_attempts_in_flight_max",
        "How many attempts may be under way: delivery.concurrency.",
        activity.inFlightMax());
    page.gauges(
        "postern_endpoint_attempts_in_flight",
        "Attempts under way to one endpoint; left out when there are none.",
        RuleLines.points(activity.inFlight(), Integer::sum));
    page.gauges(
        "postern_endpoint_dead",
        "1 while an endpoint gets one attempt at a time, to find out whether it still fails.",
        RuleLines.first(new TreeSet<>(activity.dead())).stream()
            .map(rule -> new Point(1, "rule", rule))
            .toList());
    Map<String, Pause.Cause> paused = new TreeMap<>(activity.paused());
    page.gauges(
        "postern_endpoint_paused",
        "1 while an endpoint is paused, by what paused it: person, gone (410) or failing.",
        RuleLines.first(paused.keySet()).stream()
            .map(
                rule ->
                    new Point(
                        1,
                        "rule",
                        rule,
                        "cause",
                        String.valueOf(paused.get(rule)).toLowerCase(Locale.ROOT)))
            .toList());
    made(new TreeMap<>(activity.made()), page);
  }

  private static void made(Map<String, Activity.Made> made, Page page) {
    List<Point> ends = new ArrayList<>();
    List<Spread> seconds = new ArrayList<>();
    List<Spread> latency = new ArrayList<>();
    made.forEach(
        (rule, counts) -> {
          counts
              .ends()
              .forEach(
                  (end, count) ->
                      ends.add(
                          new Point(
                              count,
                              "rule",
                              rule,
                              "outcome",
                              end.outcome(),
                              "answer",
                              end.answer())));
          seconds.add(new Spread(counts.seconds(), "rule", rule));
          latency.add(new Spread(counts.latency(), "rule", rule));
        });
    page.counters(
        "postern_attempts",
        "Attempts by what came of them: outcome (succeeded, deferred, failed, not-made) and class"
            + " of the last answer (2xx to 5xx, none).",
        ends);
    page.histograms(
        "postern_attempt_duration_seconds",
        "How long attempts took, the call to the backup URL included.",
        seconds);
    page.histograms(
        "postern_delivery_latency_seconds",
        "How long it took from a mail's MAIL command to its success, without replays.",
        latency);
  }
}
