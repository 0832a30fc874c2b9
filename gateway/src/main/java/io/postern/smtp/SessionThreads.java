package io.postern.smtp;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Runs each session on a virtual thread of its own. SubEthaSMTP waits for its executor's end
/// without a limit; as the sessions have been waited for by then, this one always says that it has
/// ended.
final class SessionThreads extends AbstractExecutorService {
  private volatile boolean shutdown;

  @Override
  public void execute(Runnable session) {
    try {
      Thread.ofVirtual().start(session);
    } catch (Throwable e) {
      // No memory for a thread, say. SubEthaSMTP's accepting thread would end by an Error; this
      // exception it knows, and closes the one connection.
      throw new RejectedExecutionException(e);
    }
  }

  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
