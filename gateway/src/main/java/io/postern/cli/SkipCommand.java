package io.postern.cli;

import io.postern.config.Config;
import io.postern.feed.Event;
import io.postern.feed.Obstacle;
import io.postern.feed.Subscriber;
import io.postern.journal.Posting;
import io.postern.journal.Postings;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Cursor;
import io.postern.queue.Order;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern subscriber skip`: gives up the one event that a subscriber does not take, so that those
/// behind it come to their turn.
@Command(
    name = "skip",
    description = "Shows the event that a subscriber does not take, and skips it.",
    footer = {
      "",
      "A post that is refused (400, 422), or is answered 500 three times, is made again by halves,",
      "until the event stands alone that is not taken. It is asked for the event's number; with",
      "--event it is skipped without a question, if it is the one. The gateway does it before its",
      "next post, or when it starts. The row of the status log stays as it is."
    })
final class SkipCommand implements Callable<Integer> {
  /// An attempt at the post is among the last ones of the subscriber, as there is one at a time.
  private static final int POSTS_MAX = 1_000;

  @Mixin private @Nullable ConfigOption configOption;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "The subscriber's name.")
  private String name = "";

  @Option(names = "--event", paramLabel = "NUMBER", description = "Skips it without asking.")
  private @Nullable Long event;

  @Override
  public Integer call() throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Config config = Main.present(configOption).require(line);
    Subscriber subscriber = RosterOption.subscriber(config, name, line);
    Optional<Long> found;
    try (SqliteReader reader = StoreOption.open(config)) {
      found = show(config, subscriber, reader, line);
    }
    if (found.isEmpty()) {
      return 1;
    }
    long number = found.get();
    if (event != null && event != number) {
      line.getErr().println("nothing was done: the event that is not taken is " + number);
      return 1;
    }
    boolean isMeant =
        event != null
            || Consent.isAnswered(
                line,
                "It will never be told. To skip it, write its number: ",
                "--event " + number,
                Long.toString(number)::equals);
    if (!isMeant || Errand.run(config, new Order.SkipEvent(name, number)).count() == 0) {
      return 1;
    }
    line.getOut().println(name + ": event " + number + " is skipped before the next post");
    return 0;
  }

  /// Prints what is not taken.
  ///
  /// @return the event's number; empty when there is none, or it is not known which
  private Optional<Long> show(
      Config config, Subscriber subscriber, SqliteReader reader, CommandLine line)
      throws StoreUnavailable, IOException {
    Optional<Cursor> cursor = SubscriberCommand.cursor(name, reader);
    Optional<Obstacle> obstacle =
        cursor.isEmpty()
            ? Optional.empty()
            : Obstacle.of(subscriber, cursor.get(), reader, RulesOption.book(config, line));
    if (obstacle.isEmpty()) {
      line.getErr().println(name + ": there is no event that was tried in vain");
      return Optional.empty();
    }
    PrintWriter out = line.getOut();
    posting(obstacle.get().id(), reader).ifPresent(it -> out.println(PostingText.of(it)));
    obstacle.get().events().stream().limit(1).forEach(it -> out.println(text(it)));
    Optional<Long> number = obstacle.get().number();
    if (number.isEmpty()) {
      int count = obstacle.get().events().size();
      line.getErr()
          .println(
              "%s: this is the first of %d events in one post, and not known to be the one; see: postern subscriber skip --help"
                  .formatted(name, count));
    }
    return number;
  }

  private Optional<Posting> posting(String id, SqliteReader reader) throws StoreUnavailable {
    Postings.Wanted wanted = new Postings.Wanted(null, null, Set.of(), name);
    return reader.postings(wanted, 0, POSTS_MAX).stream()
        .filter(it -> it.id().equals(id))
        .findFirst();
  }

  private static String text(Event event) {
    String words =
        "event %d of %s, %s: ".formatted(event.number(), event.type().word(), event.id());
    return switch (event) {
      case Event.OfRow row -> words + RowText.of(row.row());
      case Event.Blocked blocked ->
          words
              + "%s  %s %s"
                  .formatted(
                      Times.text(event.at()),
                      blocked.change().added() ? "blocked" : "unblocked",
                      blocked.change().sender());
    };
  }
}
