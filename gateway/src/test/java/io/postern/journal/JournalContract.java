package io.postern.journal;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.route;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.queue.Accepted;
import io.postern.queue.Claim;
import io.postern.queue.MailQueue;
import io.postern.queue.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every engine's status log does. An engine's test implements this and opens an empty store
/// before each test.
public interface JournalContract {
  /// The status log.
  Journal journal();

  /// Where its denied rows come from.
  RefusalLog refusals();

  /// The line that feeds it.
  MailQueue queue();

  /// The time that both were given.
  FakeClock clock();

  @Test
  default void aPutIsAQueuedRow() throws Exception {
    Instant received = clock().instant();
    clock().tick(Duration.ofMillis(40));
    put(queue(), mail("m1", received, "desk"), bytes(10));

    Row row = only(journal().search(Query.ALL, 0, 10));

    assertEquals(Status.QUEUED, row.status());
    assertEquals("", row.reason());
    assertEquals(received.plusMillis(40), row.at());
    assertEquals(
        new Arrival(
            received,
            "sm1",
            "mx.sender.example.net",
            "Alice@Sender.example.net",
            "desk@in.example.com",
            "<m1@sender.example.net>"),
        row.arrival());
    assertEquals(new Step("m1-1", "desk", 0, 0, Duration.ZERO, null), row.step());
    assertEquals("m1", row.step().mail());
    assertEquals("", Step.NONE.mail());
    assertEquals(journal().newest(), row.number());
  }

  @Test
  default void anEndIsARowWithWhatTheAttemptCameTo() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    Instant ended = clock().tick(Duration.ofSeconds(2));
    queue().settle(claim("desk"), new Settlement.Done(trial(ended, 202, "")));
    queue().settle(claim("desk"), new Settlement.Dead(trial(ended, 422, "422 from the endpoint")));

    Row failed = only(journal().search(status(Status.FAILED), 0, 10));
    Row succeeded = only(journal().search(status(Status.SUCCEEDED), 0, 10));

    assertEquals(new Step("m1-1", "desk", 1, 202, Duration.ofMillis(250), null), succeeded.step());
    assertEquals(ended, succeeded.at());
    assertEquals("422 from the endpoint", failed.reason());
    assertEquals("m2-1", failed.step().delivery());
    assertEquals("sm2", failed.arrival().session());
  }

  @Test
  default void aDelayIsARowAtFirstAndWhenItsReasonChanges() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    for (String reason : List.of("refused", "refused", "503", "503", "refused")) {
      Instant due = clock().instant().plusSeconds(60);
      queue().settle(claim("desk"), new Settlement.Again(trial(clock().instant(), 0, reason), due));
      clock().tick(Duration.ofSeconds(60));
    }

    List<Row> rows = journal().search(status(Status.DEFERRED), 0, 10);

    assertEquals(List.of("refused", "503", "refused"), rows.stream().map(Row::reason).toList());
    assertEquals(List.of(5, 3, 1), rows.stream().map(row -> row.step().attempt()).toList());
    assertEquals(rows.getFirst().at().plusSeconds(60), rows.getFirst().step().next());
    Story story = journal().story("m1").orElseThrow();
    assertEquals(
        List.of(1, 2, 3, 4, 5), story.attempts().stream().map(Story.Attempt::number).toList());
    assertEquals(250, story.attempts().getFirst().elapsedMs());
    assertEquals("m1-1", story.attempts().getFirst().delivery());
  }

  @Test
  default void onlyTheLastFiftyDelaysAreRemembered() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    for (int i = 0; i < 60; i++) {
      Instant now = clock().tick(Duration.ofSeconds(1));
      queue().settle(claim("desk"), new Settlement.Again(trial(now, 500, "500"), now));
    }
    List<Story.Attempt> attempts = journal().story("m1-1").orElseThrow().attempts();
    assertEquals(IntStream.rangeClosed(11, 60).boxed().toList(), numbers(attempts));
  }

  @Test
  default void anAttemptThatWasNotMadeLeavesNoTrace() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    queue().settle(claim("desk"), new Settlement.Unmade(clock().instant()));
    assertEquals(1, journal().search(Query.ALL, 0, 10).size());
    assertEquals(List.of(), journal().story("m1").orElseThrow().attempts());
  }

  @Test
  default void findsRowsOfATimeNewestFirst() throws Exception {
    Instant start = clock().instant();
    for (int i = 0; i < 10; i++) {
      put(queue(), mail("m" + i, clock().instant(), "desk"), bytes(10));
      clock().tick(Duration.ofMinutes(1));
    }
    Query query = time(start.plusSeconds(120), start.plusSeconds(300));
    assertEquals(List.of("m4-1", "m3-1", "m2-1"), deliveries(journal().search(query, 0, 10)));
    assertEquals(List.of("m3-1"), deliveries(journal().search(query, 1, 1)));
    assertEquals(List.of(), journal().search(query, 3, 10));
    assertEquals(List.of("m2-1", "m3-1", "m4-1"), deliveries(each(query)));
    assertEquals(
        List.of("m2-1", "m3-1"), deliveries(journal().after(0, query, 2)), "in order of writing");
  }

  @Test
  default void findsPartsOfAddressesInAnyCase() throws Exception {
    Instant now = clock().instant();
    put(queue(), from("m1", "alice_100%@sender.example.net"), bytes(10));
    put(queue(), from("m2", "alicex100y@sender.example.net"), bytes(10));
    put(queue(), from("m3", "JÜRGEN@sender.example.net"), bytes(10));
    put(queue(), mail("m4", now, "Support"), bytes(10));
    assertEquals(List.of("m1-1"), found("E_100%@SENDER", "", ""));
    assertEquals(List.of("m3-1"), found("jürgen", "", ""));
    assertEquals(List.of("m4-1"), found("", "sUPPORT@in", ""));
    assertEquals(List.of(), found("nobody", "", ""));
    assertEquals(List.of("m4-1"), found("", "", "Support"));
    assertEquals(List.of(), found("", "", "support"), "a rule's name is whole and exact");
    assertEquals(List.of("m4-1"), found("alice", "support", "Support"));
  }

  @Test
  default void findsAnyOfSeveralStatuses() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    queue().settle(claim("desk"), done());
    queue().settle(claim("desk"), dead());
    Query ended =
        new Query(null, null, Set.of(Status.FAILED, Status.SUCCEEDED), "", "", "desk", false);
    assertEquals(Set.of("m1-1", "m2-1"), Set.copyOf(deliveries(journal().search(ended, 0, 10))));
    Query failed = new Query(null, null, Set.of(Status.FAILED), "", "", "desk", false);
    assertEquals(List.of("m2-1"), deliveries(journal().search(failed, 0, 10)));
  }

  @Test
  default void showsOnlyThePresentStateWhenAsked() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    clock().tick(Duration.ofSeconds(1));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    queue().settle(claim("desk"), done());
    denyAndWait("d1");
    Query now = new Query(null, null, Set.of(), "", "", "", true);
    assertEquals(List.of("m1-1 succeeded", "m2-1 queued"), states(journal().search(now, 0, 10)));
    assertEquals(List.of("m1-1 succeeded", "m2-1 queued"), states(journal().after(0, now, 10)));
    Query denied = new Query(null, null, Set.of(Status.DENIED, Status.QUEUED), "", "", "", true);
    assertEquals(List.of(" denied", "m2-1 queued"), states(journal().search(denied, 0, 10)));
  }

  @Test
  default void walksMoreRowsThanAPageHolds() throws Exception {
    int count = 1_234;
    List<Accepted.Route> routes = Collections.nCopies(count, route("desk"));
    put(queue(), with(mail("m1", clock().instant(), "desk"), routes), bytes(10));
    put(queue(), mail("m2", clock().instant(), "archive"), bytes(10));

    List<String> all = deliveries(each(Query.ALL));

    assertEquals(count + 1, all.size());
    assertEquals("m1-1", all.getFirst());
    assertEquals("m2-1", all.getLast());
    assertEquals(count + 1, Set.copyOf(all).size());
    List<String> page = deliveries(journal().search(Query.ALL, 600, 1_000));
    assertEquals(all.reversed().subList(600, count + 1), page);
    assertEquals(all.subList(0, 1_000), deliveries(journal().after(0, Query.ALL, 1_000)));
  }

  @Test
  default void canBeFollowed() throws Exception {
    assertEquals(0, journal().newest());
    put(queue(), mail("m1", clock().instant(), "desk"), bytes(10));
    long seen = journal().newest();
    assertEquals(List.of(), journal().after(seen, Query.ALL, 100));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    put(queue(), mail("m3", clock().instant(), "archive"), bytes(10));
    assertEquals(List.of("m2-1", "m3-1"), deliveries(journal().after(seen, Query.ALL, 100)));
    assertEquals(List.of("m2-1"), deliveries(journal().after(seen, Query.ALL, 1)));
    Query archive = new Query(null, null, Set.of(), "", "", "archive", false);
    assertEquals(List.of("m3-1"), deliveries(journal().after(seen, archive, 100)));
  }

  @Test
  default void tellsTheSameStoryByMailDeliveryAndSession() throws Exception {
    put(queue(), mail("m1", clock().instant(), "desk", "archive"), bytes(4_000));
    queue().settle(claim("desk"), done());
    Story story = journal().story("m1").orElseThrow();
    assertEquals(story, journal().story("m1-2").orElseThrow());
    assertEquals(story, journal().story("sm1").orElseThrow());
    assertEquals(3, story.rows().size());
    assertEquals("sm1", fact(story, "session"));
    assertEquals("192.0.2.7 port 40001", fact(story, "peer"));
    assertEquals("mx.sender.example.net", fact(story, "helo"));
    assertEquals("UTF8SMTPS TLSv1.3 TLS_AES_256_GCM_SHA384", fact(story, "protocol"));
    assertEquals("<bounce+1@sender.example.net>", fact(story, "reverse-path"));
    assertEquals("4000 bytes", fact(story, "size"));
    assertEquals("book1", fact(story, "book"));
    assertEquals("<m1@sender.example.net>", fact(story, "message id"));
    assertTrue(fact(story, "delivery m1-1").startsWith("desk to desk@in.example.com: succeeded"));
    assertTrue(
        fact(story, "delivery m1-2").startsWith("archive to archive@in.example.com: waiting"));
    assertTrue(journal().story("m2").isEmpty());
    assertTrue(journal().story("").isEmpty());
  }

  @Test
  default void tellsOfASessionThatWasRefused() throws Exception {
    denyAndWait("d1");
    Story story = journal().story("d1").orElseThrow();
    assertEquals("not a permitted domain", only(story.rows()).reason());
    assertEquals("d1", fact(story, "session"));
  }

  @Test
  default void theLedgerBalances() throws Exception {
    assertEquals(new Ledger(0, 0, 0, 0, 0), journal().ledger());
    put(queue(), mail("m1", clock().instant(), "desk", "archive"), bytes(10));
    put(queue(), mail("m2", clock().instant(), "desk"), bytes(10));
    put(queue(), mail("m3", clock().instant(), "desk"), bytes(10));
    queue().settle(claim("desk"), done());
    queue().settle(claim("desk"), dead());
    claim("desk");
    Ledger ledger = journal().ledger();
    assertEquals(new Ledger(4, 1, 1, 2, 0), ledger);
    assertEquals(0, ledger.unaccounted());
  }

  @Test
  default void refusesToAnswerWithoutABound() {
    for (int limit : new int[] {0, 1_001}) {
      assertThrows(IllegalArgumentException.class, () -> journal().search(Query.ALL, 0, limit));
      assertThrows(IllegalArgumentException.class, () -> journal().after(0, Query.ALL, limit));
    }
  }

  /// Notes a refusal and waits until it can be read, which takes a second at most when nothing else
  /// is written.
  private void denyAndWait(String session) throws Exception {
    long before = journal().newest();
    refusals().deny(denied(clock().instant(), session));
    Soon.until("the denied row is there", () -> journal().newest() != before);
  }

  /// A refusal.
  static Row denied(Instant at, String session) {
    Arrival arrival =
        new Arrival(at, session, "spam.example.org", "a@b.example", "x@other.example", "");
    return new Row(0, at, Status.DENIED, "not a permitted domain", arrival, Step.NONE);
  }

  private Claim claim(String rule) throws StoreUnavailable {
    return only(queue().claim(want(rule, 1), clock().instant()));
  }

  private Settlement done() {
    return new Settlement.Done(trial(clock().instant(), 200, ""));
  }

  private Settlement dead() {
    return new Settlement.Dead(trial(clock().instant(), 400, "400 from the endpoint"));
  }

  private List<Row> each(Query query) throws StoreUnavailable {
    List<Row> rows = new ArrayList<>();
    journal().each(query, rows::add);
    return rows;
  }

  private List<String> found(String from, String to, String rule) throws StoreUnavailable {
    Query query = new Query(null, null, Set.of(), from, to, rule, false);
    return deliveries(journal().search(query, 0, 10));
  }

  private Accepted from(String id, String headerFrom) {
    Accepted mail = mail(id, clock().instant(), "desk");
    return new Accepted(
        id,
        mail.envelope(),
        new Accepted.Heading(headerFrom, mail.heading().messageId(), "", false),
        mail.book(),
        mail.routes());
  }

  private static Accepted with(Accepted mail, List<Accepted.Route> routes) {
    return new Accepted(mail.id(), mail.envelope(), mail.heading(), mail.book(), routes);
  }

  private static Query status(Status status) {
    return new Query(null, null, Set.of(status), "", "", "", false);
  }

  private static Query time(@Nullable Instant since, @Nullable Instant until) {
    return new Query(since, until, Set.of(), "", "", "", false);
  }

  private static List<String> deliveries(List<Row> rows) {
    return rows.stream().map(row -> row.step().delivery()).toList();
  }

  private static List<String> states(List<Row> rows) {
    return rows.stream()
        .map(row -> row.step().delivery() + " " + row.status().word())
        .sorted()
        .toList();
  }

  private static List<Integer> numbers(List<Story.Attempt> attempts) {
    return attempts.stream().map(Story.Attempt::number).toList();
  }

  private static String fact(Story story, String name) {
    return only(story.facts().stream().filter(fact -> fact.name().equals(name)).toList()).value();
  }

  private static <T> T only(List<T> list) {
    assertEquals(1, list.size(), list::toString);
    return list.getFirst();
  }
}
