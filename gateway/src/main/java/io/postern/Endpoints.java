package io.postern;

import io.postern.console.Controls;
import io.postern.delivery.Dispatcher;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
import java.time.InstantSource;

/// Pauses and resumes endpoints of a running gateway.
record Endpoints(MailQueue queue, Dispatcher dispatcher, InstantSource clock) implements Controls {
  @Override
  public void pause(String rule, String reason) throws StoreUnavailable {
    queue.pause(new Pause(rule, clock.instant(), reason));
    dispatcher.wake();
  }

  @Override
  public boolean resume(String rule) throws StoreUnavailable {
    boolean wasPaused = queue.resume(rule);
    dispatcher.wake();
    return wasPaused;
  }
}
