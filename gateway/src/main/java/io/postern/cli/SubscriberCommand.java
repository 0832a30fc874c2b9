package io.postern.cli;

import io.postern.World;
import io.postern.config.Config;
import io.postern.delivery.Courier;
import io.postern.feed.Event;
import io.postern.feed.EventRehearsal;
import io.postern.feed.Skipped;
import io.postern.feed.Subscriber;
import io.postern.journal.CleanText;
import io.postern.journal.Posting;
import io.postern.journal.Postings;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.queue.Cursor;
import io.postern.queue.Order;
import io.postern.queue.Pause;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern subscriber`: shows, tries, pauses and resumes those who are told of events.
@Command(
    name = "subscriber",
    description = {
      "Lists, shows, tries, pauses and resumes subscribers; what waits for a paused one is kept.",
      "Skips an event that one of them does not take."
    },
    subcommands = SkipCommand.class,
    synopsisSubcommandLabel = "(list | show | test | pause | resume | skip)")
final class SubscriberCommand implements Runnable {
  private static final int POSTS_SHOWN = 5;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Main.line(spec),
        "write: postern subscriber list, or show, test, pause, resume or skip, and a NAME");
  }

  @Command(name = "list", description = "Lists the subscribers, and how each one stands.")
  int list(@Mixin ConfigOption option) throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Config config = option.require(line);
    List<Subscriber> subscribers = RosterOption.roster(config, line).subscribers();
    try (SqliteReader reader = StoreOption.open(config)) {
      for (Subscriber subscriber : subscribers) {
        line.getOut().println(subscriber.name() + "  " + state(subscriber, reader));
      }
    }
    if (subscribers.isEmpty()) {
      line.getOut().println("there is no subscriber");
    }
    return 0;
  }

  @Command(name = "show", description = "Shows one subscriber, and its last posts.")
  int show(
      @Mixin ConfigOption option,
      @Parameters(paramLabel = "NAME", description = "The subscriber's name.") String name)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Config config = option.require(line);
    Subscriber subscriber = RosterOption.subscriber(config, name, line);
    PrintWriter out = line.getOut();
    try (SqliteReader reader = StoreOption.open(config)) {
      out.println("state     " + state(subscriber, reader));
      out.println("url       " + subscriber.receiver().url());
      out.println("format    " + subscriber.dialect().format().word());
      out.println("file      " + subscriber.place());
      cursor(name, reader)
          .ifPresent(it -> out.println("missed    " + it.missed().events() + " events"));
      Skipped.last(reader, name)
          .ifPresent(it -> out.println("skipped   " + Times.text(it.at()) + "  " + it.reason()));
      Postings.Wanted wanted = new Postings.Wanted(null, null, Set.of(), name);
      List<Posting> posts = reader.postings(wanted, 0, POSTS_SHOWN);
      posts.reversed().forEach(posting -> out.println("post      " + PostingText.of(posting)));
    }
    return 0;
  }

  @Command(
      name = "test",
      description = "Posts a test event, and shows the body and what was answered.",
      footer = {
        "",
        "The post has the subscriber's format, authentication and signature; its body is shown as",
        "it is, with the keys that some formats hold. No gateway needs to run, and nothing is"
            + " noted:",
        "a gateway validates a URL itself. Exit code 1 when it would not count as accepted."
      })
  int test(
      @Mixin ConfigOption option,
      @Parameters(paramLabel = "NAME", description = "The subscriber's name.") String name,
      @Option(
              names = "--type",
              paramLabel = "TYPE",
              defaultValue = "deliveries",
              description =
                  "The event's type: deliveries, bounces or blocks (default: ${DEFAULT-VALUE}).")
          String type)
      throws IOException {
    CommandLine line = Main.line(spec);
    Event.Type wanted =
        Event.Type.of(type)
            .orElseThrow(
                () ->
                    new ParameterException(
                        line, "--type " + type + ": write deliveries, bounces or blocks"));
    Config config = option.require(line);
    Subscriber subscriber = RosterOption.subscriber(config, name, line);
    if (!subscriber.dialect().format().types().contains(wanted)) {
      throw new ParameterException(
          line,
          "the format %s has no words for %s"
              .formatted(subscriber.dialect().format().word(), wanted.word()));
    }
    World world = World.real();
    EventRehearsal.Report report;
    try (Courier courier = world.couriers().apply(config.delivery())) {
      report =
          EventRehearsal.hold(
              subscriber,
              wanted,
              config.gateway(),
              new EventRehearsal.Given(courier, world.clock(), world.chance()));
    }
    PrintWriter out = line.getOut();
    out.println("POST " + subscriber.receiver().url());
    out.println("webhook-id: " + report.id());
    out.println();
    out.println(CleanText.of(report.body()));
    out.println();
    out.println(
        "answer after %d ms: %s"
            .formatted(
                report.elapsed().toMillis(),
                report.isAccepted()
                    ? "HTTP " + report.outcome().httpStatus() + ", it would count as accepted"
                    : CleanText.of(report.reason()) + ", it would not count as accepted"));
    return report.isAccepted() ? 0 : 1;
  }

  @Command(name = "pause", description = "Holds a subscriber's events until it is resumed.")
  int pause(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "NAME", description = "The subscriber's name.") String name)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    boolean paused = Errand.run(config.require(line), new Order.HoldSubscriber(name)).count() > 0;
    line.getOut().println(name + (paused ? " is paused" : ": no gateway knows this subscriber"));
    return paused ? 0 : 1;
  }

  @Command(
      name = "resume",
      description =
          "Ends a pause; has one that is failing tried at once, and its failures counted anew.")
  int resume(
      @Mixin ConfigOption option,
      @Parameters(paramLabel = "NAME", description = "The subscriber's name.") String name)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Config config = option.require(line);
    if (Errand.run(config, new Order.ResumeSubscriber(name)).count() == 0) {
      RosterOption.subscriber(config, name, line);
      line.getOut().println(name + " was neither paused nor failing");
      return 1;
    }
    line.getOut()
        .println(name + " is resumed: it is tried at once, and its failures are counted anew");
    return 0;
  }

  private static String state(Subscriber subscriber, SqliteReader reader) throws StoreUnavailable {
    if (!subscriber.enabled()) {
      return "disabled";
    }
    String name = subscriber.name();
    Optional<Cursor> cursor = cursor(name, reader);
    if (cursor.isEmpty()) {
      return "not seen by a gateway yet";
    }
    // Most of these rows may be none of its business; only the gateway counts events.
    String behind = ", %d rows behind".formatted(reader.behind(cursor.get().position()).rows());
    for (Pause pause : reader.pausedSubscribers()) {
      if (pause.rule().equals(name)) {
        return "paused since %s: %s%s".formatted(Times.text(pause.since()), pause.reason(), behind);
      }
    }
    if (!subscriber.isVerifiedBy(cursor.get())) {
      return "unverified: no test event was taken" + behind;
    }
    int attempts = cursor.get().standing().attempts();
    return attempts == 0
        ? "good" + behind
        : "failing, %d attempts, the next at %s%s"
            .formatted(attempts, Times.text(cursor.get().standing().due()), behind);
  }

  /// Where it stands; empty when no gateway has seen it yet.
  static Optional<Cursor> cursor(String name, SqliteReader reader) throws StoreUnavailable {
    return reader.cursors().stream().filter(it -> it.subscriber().equals(name)).findFirst();
  }
}
