package io.postern;

import io.postern.config.Config;
import io.postern.feed.Feed;
import io.postern.feed.Notices;
import io.postern.feed.Roster;
import io.postern.feed.SubscriberFiles;
import io.postern.journal.StoreUnavailable;
import io.postern.rules.LiveBook;
import io.postern.settings.LiveFiles;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The subscribers of one gateway: their files, which are followed, and the feed that tells them.
///
/// @param files what is in force of their files
/// @param feed tells them
record Subscribers(LiveFiles<Roster> files, Feed feed) implements AutoCloseable {
  /// Reads the files; nothing is told yet.
  ///
  /// @return empty when the configuration names none
  static Optional<Subscribers> of(
      Config config,
      Map<String, String> environment,
      World world,
      SqliteStore store,
      LiveBook books)
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
                Notices.NONE),
            new Feed.Limits(config.retention().log(), config.delivery().stopGrace()));
    return Optional.of(new Subscribers(files, feed));
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

  @Override
  public void close() {
    feed.close();
  }
}
