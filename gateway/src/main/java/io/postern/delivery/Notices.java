package io.postern.delivery;

import io.postern.queue.Pause;

/// Is told what a person should know. Called from the threads of attempts, without delay: who sends
/// a notice does it elsewhere.
public interface Notices {
  /// Tells nobody.
  Notices NONE =
      new Notices() {
        @Override
        public void paused(Pause pause) {}

        @Override
        public void resumed(String rule) {}
      };

  /// The gateway has paused an endpoint, and what waits for it waits until further notice.
  void paused(Pause pause);

  /// An endpoint that was paused because it did nothing but fail has taken something.
  void resumed(String rule);
}
