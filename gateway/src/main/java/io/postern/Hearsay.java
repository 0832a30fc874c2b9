package io.postern;

import io.postern.config.Config;
import io.postern.feed.Notices;
import io.postern.mail.Ids;
import io.postern.notice.Cause;
import io.postern.notice.Cause.Kind;
import io.postern.notice.Notifier;
import io.postern.notice.Sight;
import io.postern.queue.Pause;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Hands on to the notifier what delivery and the feed have to say. Of pauses it only says that
/// there is something to see: what is so is looked up by [io.postern.watch.Troubles].
///
/// @param notifier tells people; null when nobody is told
record Hearsay(@Nullable Notifier notifier) implements Notices {
  /// For the people that the configuration names.
  static Hearsay of(Config config, World world) {
    if (config.notices() == null) {
      return new Hearsay(null);
    }
    return new Hearsay(
        new Notifier(
            config.notices(),
            config.stateFolder().resolve("notices.told"),
            world.clock(),
            new Ids(world.clock(), world.chance())));
  }

  @Override
  public void paused(Pause pause) {
    wake();
  }

  @Override
  public void resumed(String name) {
    wake();
  }

  @Override
  public void skipped(String subscriber, long events, String reason) {
    if (notifier != null) {
      notifier.happened(new Cause(Kind.EVENTS_SKIPPED, subscriber), events, reason);
    }
  }

  private void wake() {
    if (notifier != null) {
      notifier.wake();
    }
  }

  /// What came of notices so far.
  Notifier.Counts counts() {
    return notifier == null ? Notifier.Counts.NONE : notifier.counts();
  }

  /// Why people can't be told now; empty when they can, or nobody is to be told.
  Optional<String> hindrance() {
    return notifier == null ? Optional.empty() : notifier.hindrance();
  }

  /// See [Gateway#tell].
  boolean tell(Sight sight) {
    return notifier != null && notifier.runOnce(sight);
  }

  void start(Supplier<Sight> eye) {
    if (notifier != null) {
      notifier.start(eye);
    }
  }

  void close() {
    if (notifier != null) {
      notifier.close();
    }
  }
}
