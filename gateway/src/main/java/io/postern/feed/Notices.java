package io.postern.feed;

import io.postern.queue.Pause;

/// Is told what a person should know of subscribers. Called from the threads of posts, without
/// delay: who sends a notice does it elsewhere.
public interface Notices {
  /// Tells nobody.
  Notices NONE =
      new Notices() {
        @Override
        public void paused(Pause pause) {}

        @Override
        public void resumed(String subscriber) {}

        @Override
        public void skipped(String subscriber, long events, String reason) {}
      };

  /// A subscriber was paused, with its name for the rule's; its events wait until further notice.
  void paused(Pause pause);

  /// A subscriber that was paused because it did nothing but fail has taken something.
  void resumed(String subscriber);

  /// Events were given up: the subscriber will not be told of them.
  void skipped(String subscriber, long events, String reason);
}
