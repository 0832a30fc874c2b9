package io.postern.feed;

import io.postern.feed.Subscriber.Batching;
import io.postern.feed.Subscriber.Receiver;
import io.postern.feed.Subscriber.Retry;
import io.postern.feed.Subscriber.Selection;
import io.postern.journal.Status;
import io.postern.rules.CallReader;
import io.postern.settings.Names;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.settings.Section;
import io.postern.settings.Text;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One subscriber file to one subscriber.
///
/// @param unreadableSecret how bad it is when an enabled subscriber's secret can't be read
/// @param names the names of the subscribers read before
record SubscriberReader(
    Settings settings, Severity unreadableSecret, Names names, Problems problems) {
  private static final int NAMES_MAX = 1_000;
  private static final int WAITS_MAX = 20;

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration INTERVAL_MIN = Duration.ofSeconds(10);
  private static final Duration INTERVAL_MAX = Duration.ofMinutes(10);
  private static final Duration WAIT_MAX = Duration.ofDays(1);
  private static final Duration PERIOD = Duration.ofDays(4);
  private static final Duration PERIOD_MIN = Duration.ofDays(1);
  private static final Duration PERIOD_MAX = Duration.ofDays(10);
  private static final Duration PAUSE_AFTER_MIN = Duration.ofHours(1);

  private static final Duration BATCH_INTERVAL = Duration.ofSeconds(1);
  private static final Duration BATCH_INTERVAL_MAX = Duration.ofMinutes(10);
  private static final int BATCH = 100;
  private static final int BATCH_MIN = 100;
  static final int BATCH_MAX = 10_000;

  /// Reads a file.
  ///
  /// @return empty when it has an error that leaves no subscriber to read
  Optional<Subscriber> read(Section root) {
    Optional<Text> name = names.read(root);
    boolean enabled = root.flag("enabled", true);
    root.require("post", "post: { url: https://ops.example.com/events }");
    Section post = root.section("post");
    Severity unreadable = enabled ? unreadableSecret : Severity.WARNING;
    EventDialectReader dialects = new EventDialectReader(post, unreadable);
    EventDialect dialect = dialects.dialect();
    Optional<Receiver> receiver = receiver(post, dialects, dialect.format(), unreadable);
    Selection selection = selection(root, dialect.format());
    Batching batching = batching(root.section("batch"));
    Retry retry = retry(root.section("retry"));
    boolean validated = root.flag("validate", true);
    root.done();
    if (name.isEmpty() || receiver.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Subscriber(
            name.get().value(),
            selection,
            receiver.get(),
            dialect,
            batching,
            retry,
            validated,
            enabled,
            name.get().place()));
  }

  private Optional<Receiver> receiver(
      Section post, EventDialectReader dialects, EventFormat format, Severity unreadable) {
    if (post.isPresent()) {
      post.require("url", "url: https://ops.example.com/events");
    }
    io.postern.rules.Settings places =
        new io.postern.rules.Settings(
            settings.folder(), settings.httpHosts(), settings.privateAllowed());
    CallReader calls = new CallReader(post, places, unreadable, problems);
    var url = calls.url("url");
    var backup = calls.url("backup-url");
    var authentication =
        calls.authentication(
            new CallReader.Fields(format.word(), format.hasKeyField(), EventFormat.CMC.word()),
            dialects.secretKey(format));
    var sign = calls.signingKeys();
    // A batch is never refused for good: what it holds was seen by nobody.
    var exchange = calls.exchange(Set.of());
    return url.map(it -> new Receiver(it, backup.orElse(null), authentication, sign, exchange));
  }

  private Selection selection(Section root, EventFormat format) {
    Map<String, Event.Type> types = new LinkedHashMap<>();
    for (Event.Type type : Event.Type.values()) {
      types.put(type.word(), type);
    }
    Map<String, Status> statuses = new LinkedHashMap<>();
    for (Status status : Status.values()) {
      statuses.put(status.word(), status);
    }
    root.require("events", "events: [deliveries]");
    List<Event.Type> chosen = root.words("events", types);
    for (Event.Type type : chosen) {
      if (!format.types().contains(type)) {
        root.refuse(
            "events",
            "the format %s has no words for %s; remove it, or change the format"
                .formatted(format.word(), type.word()));
      }
    }
    List<Status> states = root.words("statuses", statuses);
    Set<String> rules = names(root, "rules");
    Set<String> accounts = names(root, "accounts");
    if (!rules.isEmpty() && !accounts.isEmpty()) {
      root.refuse("accounts", "rules are chosen, too; keep one of the two");
    }
    return new Selection(
        chosen.isEmpty() ? EnumSet.of(Event.Type.DELIVERIES) : EnumSet.copyOf(chosen),
        states.isEmpty() ? EnumSet.allOf(Status.class) : EnumSet.copyOf(states),
        rules,
        accounts);
  }

  private static Set<String> names(Section root, String key) {
    Set<String> names = new HashSet<>();
    root.texts(key, 1, NAMES_MAX).forEach(text -> names.add(text.value()));
    return names;
  }

  private static Batching batching(Section batch) {
    Map<String, Boolean> splits = new LinkedHashMap<>();
    splits.put("none", false);
    splits.put("account", true);
    return new Batching(
        batch.duration("interval", BATCH_INTERVAL, BATCH_INTERVAL, BATCH_INTERVAL_MAX),
        batch.number("max", BATCH, BATCH_MIN, BATCH_MAX),
        batch.word("split", splits).orElse(false));
  }

  private static Retry retry(Section retry) {
    Duration interval = retry.duration("interval", INTERVAL, INTERVAL_MIN, INTERVAL_MAX);
    List<Duration> schedule = retry.durations("schedule", WAITS_MAX, INTERVAL_MIN, WAIT_MAX);
    if (retry.has("interval") && retry.has("schedule")) {
      retry.refuse("schedule", "there is an interval, too; keep one of the two");
    }
    Duration period = retry.duration("period", PERIOD, PERIOD_MIN, PERIOD_MAX);
    Duration pauseAfter =
        retry.duration(
            "pause-after", period.multipliedBy(3).dividedBy(4), PAUSE_AFTER_MIN, PERIOD_MAX);
    if (pauseAfter.compareTo(period) > 0) {
      retry.refuse(
          "pause-after", "more than the period; write less, or the period itself for never");
    }
    return new Retry(schedule.isEmpty() ? List.of(interval) : schedule, period, pauseAfter);
  }
}
