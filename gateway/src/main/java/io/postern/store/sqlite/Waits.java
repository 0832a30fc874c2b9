package io.postern.store.sqlite;

/// Waiting that an interrupt does not cut short; the thread keeps its interrupt.
final class Waits {
  private Waits() {}

  static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
