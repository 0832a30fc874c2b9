package io.postern;

import io.postern.queue.MailQueue;
import io.postern.rules.LiveBook;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Whether mail is taken now: for whoever decides where mail is sent to. Not how the gateway feels:
/// an endpoint that fails is no reason to take no mail.
///
/// Safe for use by many threads.
final class Readiness {
  private final MailQueue queue;
  private final Supplier<Optional<String>> fault;
  private final LiveBook books;
  private volatile Phase phase = Phase.STARTING;

  private enum Phase {
    STARTING,
    RUNNING,
    STOPPING
  }

  /// @param fault what keeps the store from being written to; empty when nothing does
  Readiness(MailQueue queue, Supplier<Optional<String>> fault, LiveBook books) {
    this.queue = queue;
    this.fault = fault;
    this.books = books;
  }

  void started() {
    phase = Phase.RUNNING;
  }

  void stopping() {
    phase = Phase.STOPPING;
  }

  boolean isReady() {
    return hindrances().isEmpty();
  }

  /// Why no mail is taken, in words; empty when it is. Asks nothing that could make it wait for
  /// long.
  List<String> hindrances() {
    List<String> hindrances = new ArrayList<>();
    switch (phase) {
      case STARTING -> hindrances.add("the gateway is starting");
      case STOPPING -> hindrances.add("the gateway is stopping");
      case RUNNING -> {}
    }
    fault.get().ifPresent(words -> hindrances.add("nothing can be written: " + words));
    if (!queue.hasRoom(0)) {
      hindrances.add("the disk reserve is reached");
    }
    if (books.current().isEmpty()) {
      hindrances.add("there is no good rule book");
    }
    return hindrances;
  }
}
