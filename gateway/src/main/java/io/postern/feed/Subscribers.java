package io.postern.feed;

import io.postern.queue.Cursors;
import io.postern.settings.LiveFiles;

/// The subscribers of one gateway: their files, which are followed, and the feed that tells them.
///
/// @param files what is in force of their files
/// @param feed tells them
/// @param cursors where they stand
public record Subscribers(LiveFiles<Roster> files, Feed feed, Cursors cursors)
    implements AutoCloseable {
  /// Starts the feed; the files have been read.
  public void start() {
    feed.start();
  }

  /// Looks at the files, and has the feed take what has changed.
  public void look() {
    String before = files.state().version();
    files.look();
    if (!before.equals(files.state().version())) {
      feed.wake();
    }
  }

  /// Takes the files as they are now.
  public void reload() {
    files.reload();
    feed.wake();
  }

  @Override
  public void close() {
    feed.close();
  }
}
