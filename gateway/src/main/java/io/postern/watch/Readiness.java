package io.postern.watch;

import io.postern.queue.MailQueue;
import io.postern.rules.Book;
import io.postern.settings.LiveFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Whether mail is taken now: for whoever decides where mail is sent to. Not how the gateway feels:
/// an endpoint that fails is no reason to take no mail.
///
/// Safe for use by many threads.
public final class Readiness {
  private final MailQueue queue;
  private final Supplier<Optional<String>> fault;
  private final LiveFiles<Book> books;
  private volatile Phase phase = Phase.STARTING;

  private enum Phase {
    STARTING,
    RUNNING,
    STOPPING
  }

  /// @param fault what keeps the store from being written to; empty when nothing does
  public Readiness(MailQueue queue, Supplier<Optional<String>> fault, LiveFiles<Book> books) {
    this.queue = queue;
    this.fault = fault;
    this.books = books;
  }

  /// All has started.
  public void started() {
    phase = Phase.RUNNING;
  }

  /// The stop begins.
  public void stopping() {
    phase = Phase.STOPPING;
  }

  /// True when mail is taken.
  public boolean isReady() {
    return hindrances().isEmpty();
  }

  /// Why no mail is taken, in words; empty when it is. Asks nothing that could make it wait for
  /// long.
  public List<String> hindrances() {
    List<String> hindrances = new ArrayList<>();
    passing().ifPresent(hindrances::add);
    hindrances.addAll(troubles());
    return hindrances;
  }

  /// The same in one line for a person; empty when mail is taken. At the start and at the end there
  /// is nobody yet, or any more, whom a trouble keeps from being served.
  public Optional<String> words() {
    Optional<String> passing = passing();
    List<String> troubles = passing.isPresent() ? List.of() : troubles();
    return troubles.isEmpty()
        ? passing
        : Optional.of("mail is put off: " + String.join("; ", troubles));
  }

  private Optional<String> passing() {
    return switch (phase) {
      case STARTING -> Optional.of("the gateway is starting");
      case STOPPING -> Optional.of("the gateway is stopping");
      case RUNNING -> Optional.empty();
    };
  }

  private List<String> troubles() {
    List<String> troubles = new ArrayList<>();
    fault.get().ifPresent(words -> troubles.add("nothing can be written: " + words));
    if (!queue.hasRoom(0)) {
      troubles.add("the disk reserve is reached");
    }
    if (books.current().isEmpty()) {
      troubles.add("there is no good rule book");
    }
    return troubles;
  }
}
