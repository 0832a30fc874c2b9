package io.postern;

import io.postern.config.Config;
import io.postern.console.Health.Finding;
import io.postern.console.Health.Level;
import io.postern.feed.Feed;
import io.postern.feed.Notices;
import io.postern.feed.Roster;
import io.postern.feed.Stand;
import io.postern.feed.SubscriberFiles;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Cursor;
import io.postern.queue.Cursors;
import io.postern.queue.Pause;
import io.postern.rules.LiveBook;
import io.postern.settings.LiveFiles;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The subscribers of one gateway: their files, which are followed, and the feed that tells them.
///
/// @param files what is in force of their files
/// @param feed tells them
/// @param cursors where they stand
record Subscribers(LiveFiles<Roster> files, Feed feed, Cursors cursors) implements AutoCloseable {
  /// The part of the heap that events may take, and bodies made of them another one.
  private static final int HEAP_SHARE = 8;

  /// Reads the files; nothing is told yet.
  ///
  /// @param notices told of pauses and of what is given up
  /// @return empty when the configuration names none
  static Optional<Subscribers> of(
      Config config,
      Map<String, String> environment,
      World world,
      SqliteStore store,
      LiveBook books,
      Notices notices)
      throws StoreUnavailable {
    io.postern.feed.@Nullable Settings settings = config.subscribers();
    if (settings == null) {
      // Those of an earlier configuration keep nothing back any more.
      store.keep(List.of(), world.clock().instant());
      return Optional.empty();
    }
    LiveFiles<Roster> files =
        new LiveFiles<>(
            new SubscriberFiles(settings, environment, Severity.WARNING),
            new Shelf(store, "subscribers"),
            world.clock());
    files.start();
    Feed feed =
        new Feed(
            new Feed.Parts(
                store,
                files::current,
                books::current,
                world.couriers().apply(config.delivery()),
                new Payload.Gateway(config.hostName().ascii(), config.serverComposition()),
                world.clock(),
                world.chance(),
                notices),
            new Feed.Limits(
                config.retention().log(),
                config.delivery().stopGrace(),
                Runtime.getRuntime().maxMemory() / HEAP_SHARE));
    return Optional.of(new Subscribers(files, feed, store));
  }

  void start() {
    feed.start();
  }

  /// Looks at the files, and has the feed take what has changed.
  void look() {
    String before = files.state().version();
    files.look();
    if (!before.equals(files.state().version())) {
      feed.wake();
    }
  }

  void reload() {
    files.reload();
    feed.wake();
  }

  /// What a person should look at. Mail flows whatever it is, so nothing is red.
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    files.state().problems().forEach(problem -> findings.add(finding(problem.toString())));
    if (!feed.isAlive()) {
      findings.add(finding("nobody is told any more; restart the gateway"));
    }
    feed.stands().forEach((name, stand) -> tell(name, stand, findings));
    feed.faults()
        .forEach(
            (name, fault) ->
                findings.add(
                    finding(
                        "%s can't be told for a fault of ours, see the service log: %s"
                            .formatted(name, fault))));
    return findings;
  }

  /// What of that can't be told without the store.
  List<Finding> findingsInStore() throws StoreUnavailable {
    List<Finding> findings = new ArrayList<>();
    for (Pause pause : cursors.pausedSubscribers()) {
      findings.add(
          finding(
              pause.endsByItself()
                  ? "%s is paused: %s; it is tried hourly, and resumes when it takes something"
                      .formatted(pause.rule(), pause.reason())
                  : "%s is paused: %s; when it is mended: postern subscriber resume %s"
                      .formatted(pause.rule(), pause.reason(), pause.rule())));
    }
    for (Cursor cursor : cursors.cursors()) {
      files
          .current()
          .flatMap(roster -> roster.subscriber(cursor.subscriber()))
          .filter(it -> it.enabled() && !it.isVerifiedBy(cursor))
          .ifPresent(it -> findings.add(unverified(it.name())));
    }
    return findings;
  }

  private Finding unverified(String name) {
    Stand stand = feed.stands().get(name);
    String last = stand == null || stand.reason().isEmpty() ? "" : ": " + stand.reason();
    return finding(
        "%s is unverified: its URL has taken no test event%s; see: postern subscriber test %s"
            .formatted(name, last, name));
  }

  private static void tell(String name, Stand stand, List<Finding> findings) {
    if (stand.state() == Stand.State.FAILING) {
      String last = stand.reason().isEmpty() ? "the last post was not taken" : stand.reason();
      findings.add(
          finding(
              "%s takes no events: %s; it is tried again, and at once by: postern subscriber resume %s"
                  .formatted(name, last, name)));
    }
    if (!stand.skipped().isEmpty()) {
      findings.add(finding("%s was not told of all: %s".formatted(name, stand.skipped())));
    }
  }

  private static Finding finding(String text) {
    return new Finding(Level.YELLOW, "subscriber", text);
  }

  @Override
  public void close() {
    feed.close();
  }
}
