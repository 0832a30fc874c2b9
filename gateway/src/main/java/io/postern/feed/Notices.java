package io.postern.feed;

import io.postern.queue.Pause;

/// Is told what a person should know of subscribers: of their pauses as of those of endpoints, with
/// a subscriber's name for the rule's, and of what is given up. Called from the threads of posts,
/// without delay.
public interface Notices extends io.postern.delivery.Notices {
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

  /// Events were given up: the subscriber will not be told of them.
  void skipped(String subscriber, long events, String reason);
}
