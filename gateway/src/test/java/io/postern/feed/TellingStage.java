package io.postern.feed;

import io.postern.delivery.Courier;
import io.postern.delivery.Outcome;
import io.postern.fixture.FakeClock;
import io.postern.journal.Posting;
import io.postern.journal.Postings;
import io.postern.journal.StoreUnavailable;
import io.postern.mail.Ids;
import io.postern.queue.Accepted;
import io.postern.queue.Claim;
import io.postern.queue.Pause;
import io.postern.queue.Samples;
import io.postern.queue.Settlement;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A real store with mails in it, one subscriber, and a courier that answers by script.
final class TellingStage {
  private static final JsonMapper JSON = new JsonMapper();

  static final Duration KEPT = Duration.ofDays(90);

  private final Path folder;
  private final FakeClock clock = new FakeClock();
  private final Random chance = new Random(7);
  private final Script script = new Script();
  private final Heard notices = new Heard();
  private String url = "https://ops.example.com/events";
  private String[] lines = {};
  private final InHand inHand = new InHand(InHand.SHARE_MAX);
  private SqliteStore store;
  private Subscriber subscriber;
  private Telling telling;
  private boolean hasBook = true;
  private Duration kept = KEPT;
  private int next;

  /// A post that was made.
  record Posted(String id, int attempt, String url, List<Told> events) {
    List<String> deliveries() {
      return events.stream().map(Told::delivery).toList();
    }

    /// The deliveries of its events, without a test event's.
    List<String> told() {
      return events.stream().filter(it -> !it.isTest()).map(Told::delivery).toList();
    }

    List<String> statuses() {
      return events.stream().map(Told::status).toList();
    }

    String account() {
      return events.getFirst().account();
    }
  }

  /// An event as its receiver reads it.
  record Told(String id, String delivery, String status, String account, boolean isTest) {
    private static Told of(JsonNode event) {
      return new Told(
          event.path("id").asString(""),
          event.path("delivery").asString(""),
          event.path("status").asString(""),
          event.path("account").asString(""),
          event.path("test").asBoolean());
    }
  }

  TellingStage(Path folder) throws IOException, StoreUnavailable {
    this.folder = folder;
    Files.createDirectories(folder.resolve("rules"));
    Files.createDirectories(folder.resolve("subscribers"));
    store = SqliteStore.open(Settings.of(folder.resolve("postern.db"), 0), clock);
  }

  /// Writes the subscriber's file. Lines of the section `post` are told by their keys.
  void subscriber(String... more) throws Exception {
    lines = more;
    StringBuilder post = new StringBuilder("post:\n  url: " + url + "\n");
    StringBuilder rest = new StringBuilder();
    boolean hasFormat = false;
    for (String line : more) {
      boolean isOfPost = line.startsWith("format:") || line.startsWith("backup-url:");
      hasFormat |= line.startsWith("format:");
      (isOfPost ? post.append("  ") : rest).append(line).append('\n');
    }
    if (!hasFormat) {
      post.append("  format: postern\n");
    }
    if (!rest.toString().contains("events:")) {
      rest.append("events: [deliveries]\n");
    }
    Files.writeString(
        folder.resolve("subscribers").resolve("ops.yaml"), "name: ops\n" + post + rest);
    io.postern.feed.Settings settings =
        new io.postern.feed.Settings(folder.resolve("subscribers"), Set.of(), true);
    subscriber =
        switch (new SubscriberFiles(settings, Map.of(), Severity.WARNING).read()) {
          case Judgement.Good<Roster>(Roster roster, _) -> roster.subscriber("ops").orElseThrow();
          case Judgement.Bad<Roster>(var problems) -> throw new AssertionError(problems.toString());
        };
    if (telling == null) {
      store.keep(Set.of("ops"), clock.instant());
      begin();
    }
  }

  /// How long the log is kept; said before the subscriber is written.
  void keep(Duration time) {
    kept = time;
  }

  void url(String other) throws Exception {
    url = other;
    subscriber(lines);
  }

  /// Writes a rule file.
  TellingStage rule(String name, String file) throws IOException {
    Path path = folder.resolve("rules").resolve(file + ".yaml");
    Files.createDirectories(path.getParent());
    Files.writeString(
        path,
        """
        name: %s
        when: [ { header: To, matches: '^x@' } ]
        post: { url: "https://app.example.com/" }
        """
            .formatted(name));
    return this;
  }

  private Optional<Book> book() {
    var settings = new io.postern.rules.Settings(folder.resolve("rules"), Set.of(), true);
    return switch (new RuleFiles(settings, Map.of(), Severity.WARNING).read()) {
      case Judgement.Good(Book book, _) -> Optional.of(book);
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private void begin() throws StoreUnavailable {
    Optional<Book> book = hasBook ? book() : Optional.empty();
    if (book.isPresent()) {
      // As a book that is taken is kept.
      store.keepRules(
          new SqliteStore.KeptBook(book.get().version(), clock.instant(), "its texts"),
          book.get().rules().stream().collect(Collectors.toMap(Rule::name, Rule::account)));
    }
    Teller teller = new Teller(() -> book, store);
    telling =
        new Telling(
            new TellingParts(
                store,
                teller,
                new Rows(new SharedLog(store, clock), teller, inHand.readers()),
                new Envoy(script, new Payload.Gateway("mx.example.com", "main"), clock, chance),
                clock,
                chance,
                new Ids(clock, chance),
                notices,
                "mx.example.com",
                kept,
                inHand),
            store.cursors().getFirst());
  }

  /// Its file says that it is not enabled, for a while.
  void away(Duration time) throws StoreUnavailable {
    away(time, () -> {});
  }

  void away(Duration time, Look meanwhile) throws StoreUnavailable {
    store.keep(Set.of(), clock.instant());
    clock.tick(time);
    meanwhile.run();
    store.keep(Set.of("ops"), clock.instant());
    begin();
  }

  /// What an operator would be shown.
  Optional<Obstacle> obstacle() throws StoreUnavailable {
    return Obstacle.of(subscriber, store.cursors().getFirst(), store, book().orElse(null));
  }

  /// As a retention does.
  void removeFromLog(long first, long last) {
    change("DELETE FROM log WHERE number BETWEEN " + first + " AND " + last);
  }

  /// The log can't be read, or can again; the cursors can.
  void breakLog(boolean isBroken) {
    change(
        isBroken
            ? "ALTER TABLE block_changes RENAME TO hidden"
            : "ALTER TABLE hidden RENAME TO block_changes");
  }

  /// The file that holds the long messages, of which there is one.
  Path segment() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("postern.db-segments"))) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }

  /// The cursors can't be written, or can again.
  void breakCursors(boolean isBroken) {
    change(
        isBroken ? "ALTER TABLE cursors RENAME TO hidden" : "ALTER TABLE hidden RENAME TO cursors");
  }

  private void change(String statement) {
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("postern.db"));
        Statement sql = database.createStatement()) {
      sql.execute(statement);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /// How the feed would say that it stands.
  Stand stand() throws StoreUnavailable {
    return telling.stand(subscriber, pause());
  }

  void skip(long event) throws StoreUnavailable {
    telling.skip(subscriber, event);
  }

  void restart() throws StoreUnavailable {
    restart(() -> {});
  }

  /// There are no rules in force, or there are again.
  void restartWithBook(boolean isThere) throws StoreUnavailable {
    hasBook = isThere;
    restart();
  }

  /// A rule file is moved away, and the book without it taken.
  void removeRule(String file) throws Exception {
    Files.delete(folder.resolve("rules").resolve(file + ".yaml"));
    begin();
  }

  /// Closes the store as it is and opens it again.
  void restart(Runnable meanwhile) throws StoreUnavailable {
    store.close();
    meanwhile.run();
    store = SqliteStore.open(Settings.of(folder.resolve("postern.db"), 0), clock);
    begin();
  }

  void close() {
    store.close();
  }

  InHand inHand() {
    return inHand;
  }

  FakeClock clock() {
    return clock;
  }

  SqliteStore store() {
    return store;
  }

  Telling telling() {
    return telling;
  }

  Heard notices() {
    return notices;
  }

  Pause pause() throws StoreUnavailable {
    List<Pause> pauses = store.pausedSubscribers();
    return pauses.isEmpty() ? null : pauses.getFirst();
  }

  /// So many mails for the rule desk.
  void mails(int count) throws StoreUnavailable {
    for (int i = 0; i < count; i++) {
      put("m" + next++, "desk");
    }
  }

  void put(String id, String... rules) throws StoreUnavailable {
    Samples.put(store, Samples.mail(id, clock.instant(), rules), Samples.bytes(10));
  }

  /// A mail of which the sender wrote the texts.
  void put(String id, Accepted.Heading heading) throws StoreUnavailable {
    Accepted mail = Samples.mail(id, clock.instant(), "desk");
    Samples.put(
        store,
        new Accepted(id, mail.envelope(), heading, mail.book(), mail.routes()),
        Samples.bytes(10));
  }

  /// A mail that is a report of another one.
  void report(String id, String rule) throws StoreUnavailable {
    report(id, rule, TellerTest.REPORT);
  }

  void report(String id, String rule, byte[] bytes) throws StoreUnavailable {
    Accepted mail = Samples.mail(id, clock.instant(), rule);
    Accepted.Heading heading = mail.heading();
    Samples.put(
        store,
        new Accepted(
            id,
            mail.envelope(),
            new Accepted.Heading(heading.from(), heading.messageId(), heading.subject(), true),
            mail.book(),
            mail.routes()),
        bytes);
  }

  void succeed(String rule) throws StoreUnavailable {
    for (Claim claim : store.claim(Samples.want(rule, 100), clock.instant())) {
      store.settle(claim, new Settlement.Done(Samples.trial(clock.instant(), 200, "")));
    }
  }

  Instant turn() throws StoreUnavailable {
    return telling.turn(subscriber, pause());
  }

  /// Turns until there is nothing to do now.
  void turnToRest() throws StoreUnavailable {
    for (int i = 0; i < 10_000; i++) {
      if (turn().isAfter(clock.instant())) {
        return;
      }
    }
    throw new AssertionError("it does not come to rest");
  }

  /// The next answers; then what is always answered.
  void answer(Outcome... outcomes) {
    script.next.addAll(List.of(outcomes));
  }

  void always(Outcome outcome) {
    script.always = outcome;
  }

  /// From now on, what is answered to a post that holds an event of this delivery.
  void atEventOf(String delivery, Outcome outcome) {
    script.poison.put(delivery, outcome);
  }

  /// Done during each post.
  void whilePosting(Look look) {
    script.look = look;
  }

  /// A look at the store.
  interface Look {
    void run() throws StoreUnavailable;
  }

  List<Posted> posts() {
    return script.posts;
  }

  List<List<String>> deliveries() {
    return posts().stream().map(Posted::deliveries).toList();
  }

  /// The deliveries of all events that are no test.
  List<String> told() {
    return told(0);
  }

  List<String> told(int fromPost) {
    return posts().stream().skip(fromPost).flatMap(it -> it.told().stream()).toList();
  }

  /// The deliveries of all events that were taken and are no test.
  List<String> taken() {
    return script.taken;
  }

  /// The ids of those.
  List<String> takenIds() {
    return script.takenIds;
  }

  /// The ids of the events that the log has now, from its beginning.
  Set<String> idsInLog() throws StoreUnavailable {
    Teller teller = new Teller(this::book, store);
    return new Rows(store, teller)
        .parcels(subscriber, 0, store.newest()).stream()
            .flatMap(parcel -> parcel.events().stream())
            .map(Event::id)
            .collect(Collectors.toSet());
  }

  List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(it -> "m" + it + "-1").toList();
  }

  /// The subscribers' log, newest first.
  List<Posting> postings() throws StoreUnavailable {
    return store.postings(Postings.Wanted.ALL, 0, 1_000);
  }

  /// Hears what a person would be told.
  static final class Heard implements Notices {
    private final List<String> told = new ArrayList<>();
    private long skipped;
    private String last = "";

    List<String> told() {
      return told;
    }

    long skipped() {
      return skipped;
    }

    String last() {
      return last;
    }

    @Override
    public void paused(Pause pause) {
      told.add("paused " + pause.rule());
    }

    @Override
    public void resumed(String subscriber) {
      told.add("resumed " + subscriber);
    }

    @Override
    public void skipped(String subscriber, long events, String reason) {
      skipped += events;
      last = reason;
    }
  }

  /// Answers by script, and keeps what was posted. The events are read back from the body.
  private static final class Script implements Courier {
    private final Queue<Outcome> next = new ArrayDeque<>();
    private final List<Posted> posts = new ArrayList<>();
    private final List<String> taken = new ArrayList<>();
    private final List<String> takenIds = new ArrayList<>();
    private final Map<String, Outcome> poison = new HashMap<>();
    private Look look = () -> {};
    private Outcome always = new Outcome.Accepted(200);

    @Override
    public Outcome carry(Post post) throws IOException {
      JsonNode body;
      try (InputStream in = post.body().source().open()) {
        body = JSON.readTree(in);
      }
      List<Told> events = new ArrayList<>();
      JsonNode details = body.path("data").path("details");
      if (details.isObject()) {
        // BIK: one event a post.
        events.add(Told.of(details));
      } else {
        body.path("data").path("events").forEach(event -> events.add(Told.of(event)));
      }
      posts.add(new Posted(post.delivery(), post.attempt(), post.url().toString(), events));
      try {
        look.run();
      } catch (StoreUnavailable e) {
        throw new IOException(e);
      }
      Outcome outcome = answer(events);
      if (outcome instanceof Outcome.Accepted) {
        taken.addAll(posts.getLast().told());
        events.forEach(event -> takenIds.add(event.id()));
      }
      return outcome;
    }

    private Outcome answer(List<Told> events) {
      for (Told event : events) {
        if (poison.containsKey(event.delivery())) {
          return poison.get(event.delivery());
        }
      }
      Outcome scripted = next.poll();
      return scripted == null ? always : scripted;
    }

    @Override
    public void close() {}
  }
}
