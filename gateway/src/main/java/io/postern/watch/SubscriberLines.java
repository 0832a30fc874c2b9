package io.postern.watch;

import io.postern.feed.Stand;
import io.postern.feed.Stand.State;
import io.postern.feed.Subscribers;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.CursorView;
import io.postern.queue.CursorView.Behind;
import io.postern.watch.Page.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is told of those who are told of events. What waits for one is not counted: that would be a
/// walk through the log for each. The numbers of rows say enough, and take no more than a look.
final class SubscriberLines {
  private SubscriberLines() {}

  static void write(Subscribers subscribers, Instant now, Page page) {
    Map<String, Stand> stands = new TreeMap<>(subscribers.feed().stands());
    List<Point> states = new ArrayList<>();
    List<Point> posts = new ArrayList<>();
    List<Point> missed = new ArrayList<>();
    stands.forEach(
        (name, stand) -> {
          for (State state : State.values()) {
            int is = stand.state() == state ? 1 : 0;
            states.add(new Point(is, "subscriber", name, "state", state.word()));
          }
          stand
              .posts()
              .forEach(
                  (end, count) ->
                      posts.add(
                          new Point(
                              count,
                              "subscriber",
                              name,
                              "outcome",
                              end.outcome(),
                              "answer",
                              end.answer())));
          missed.add(new Point(stand.missed(), "subscriber", name));
        });
    page.gauges(
        "postern_subscriber_state",
        "1 for the state that a subscriber is in: good, failing, unverified or paused.",
        states);
    page.counters(
        "postern_subscriber_posts",
        "Posts to a subscriber by what came of them: outcome (succeeded, deferred, not-made) and"
            + " class of the last answer (2xx to 5xx, none).",
        posts);
    page.counters(
        "postern_subscriber_missed_events",
        "Events that a subscriber will never be told of, since it was first seen.",
        missed);
    waiting(subscribers.cursors(), stands, now, page);
  }

  private static void waiting(CursorView log, Map<String, Stand> stands, Instant now, Page page) {
    List<Point> rows = new ArrayList<>();
    List<Point> ages = new ArrayList<>();
    try {
      for (Map.Entry<String, Stand> entry : stands.entrySet()) {
        Behind behind = log.behind(entry.getValue().position());
        rows.add(new Point(behind.rows(), "subscriber", entry.getKey()));
        if (behind.oldest() != null) {
          long millis = Duration.between(behind.oldest(), now).toMillis();
          ages.add(new Point(Math.max(0, millis) / 1e3, "subscriber", entry.getKey()));
        }
      }
    } catch (StoreUnavailable _) {
      // That the store can't be read is told with what waits in the queue.
      return;
    }
    page.gauges(
        "postern_subscriber_rows_waiting",
        "Rows of the status log that a subscriber is not done with; not all need be for it.",
        rows);
    page.gauges(
        "postern_subscriber_oldest_age_seconds",
        "How long ago the first of those rows was written; left out when there is none.",
        ages);
  }
}
