package io.postern.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.CurtRelay;
import io.postern.fixture.FakeClock;
import io.postern.fixture.PostOffice;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Ids;
import io.postern.notice.Cause.Kind;
import io.postern.notice.Notifier.Counts;
import io.postern.notice.Settings.Encryption;
import io.postern.notice.Settings.Relay;
import io.postern.notice.Sight.Trouble;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is told when, with a real relay and a clock that the test turns.
@Timeout(60)
class NotifierTest {
  private static final Cause PAUSED = new Cause(Kind.ENDPOINT_PAUSED, "desk");
  private static final Cause RULES = new Cause(Kind.RULES, "");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Sight WELL = new Sight(List.of(), Set.of(), Set.of());

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private PostOffice office;
  private Notifier notifier;

  @BeforeEach
  void start() {
    office = PostOffice.start();
    notifier = notifier(office.port(), 20);
  }

  @AfterEach
  void stop() {
    notifier.close();
    office.close();
  }

  private Notifier notifier(int port, int perHour) {
    return new Notifier(settings(port, perHour), folder.resolve("notices.told"), clock, ids());
  }

  /// One that waits for each answer for so long.
  private Notifier notifier(int port, int perHour, Duration answer) {
    Settings settings = settings(port, perHour);
    return new Notifier(
        settings, folder.resolve("notices.told"), clock, ids(), new SmtpRelay(settings, answer));
  }

  private Ids ids() {
    return new Ids(clock, new Random(1));
  }

  private static Settings settings(int port, int perHour) {
    return new Settings(
        "mx.example.com",
        new Address("postern", new Domain("example.com")),
        List.of(new Address("ops", new Domain("example.com"))),
        new Relay("127.0.0.1", port, Encryption.OPTIONAL, null, null),
        Duration.ofDays(1),
        perHour);
  }

  private static Sight sick(Cause... causes) {
    return new Sight(
        List.of(causes).stream().map(it -> new Trouble(it, null, "it said 410 Gone")).toList(),
        Set.of(),
        Set.of());
  }

  /// Turns the crank a while later.
  private boolean after(Duration time, Sight sight) {
    clock.tick(time);
    return notifier.runOnce(sight);
  }

  @Test
  void tellsWhatIsWrongAndThatItIsOver() {
    assertFalse(notifier.runOnce(WELL));
    assertTrue(notifier.runOnce(sick(PAUSED)));
    assertEquals("Postern mx.example.com: endpoint desk is paused", office.last().subject());
    assertEquals(
        """
        Postern on mx.example.com has to tell:

        * Endpoint desk is paused
            since   2026-01-02T03:04:05Z
            what    it said 410 Gone
            means   Its mail is accepted and waits; none of it loses time of its retry period.
            to do   Mend the endpoint, then: postern endpoint resume desk

        --\s
        No more than one notice an hour speaks of the same thing. Who is told stands in postern.yaml,
        below notices.
        """
            .strip(),
        office.last().text());
    assertTrue(after(HOUR, WELL));
    assertEquals(
        "Postern mx.example.com: all clear: endpoint desk is no longer paused by the gateway",
        office.last().subject());
    assertTrue(
        office
            .last()
            .text()
            .contains(
                """
                * Endpoint desk is no longer paused by the gateway
                    since   2026-01-02T03:04:05Z
                    until   2026-01-02T04:04:05Z
                """),
        office.last().text());
    assertFalse(after(HOUR, WELL));
    assertEquals(new Counts(2, 0, 0), notifier.counts());
  }

  @Test
  void neverTellsOfOneCauseTwiceInAnHour() {
    notifier.runOnce(sick(PAUSED));
    for (int minute = 1; minute < 60; minute++) {
      assertFalse(after(MINUTE, minute % 20 < 10 ? sick(PAUSED) : WELL), minute + " min");
    }
    // It ended and came back at 20 and 40 minutes.
    assertTrue(after(MINUTE, sick(PAUSED)));
    String text = office.last().text();
    assertTrue(text.contains("* Endpoint desk is paused\n"), text);
    assertTrue(text.contains("often   3 more since the notice of 2026-01-02T03:04:05Z\n"), text);
    assertEquals(2, office.taken().size());
  }

  @Test
  void tellsOnceOfWhatComesAndGoes() {
    notifier.runOnce(sick(PAUSED));
    after(MINUTE, WELL);
    after(MINUTE, sick(PAUSED));
    after(MINUTE, WELL);
    assertTrue(after(HOUR, WELL));
    String text = office.last().text();
    assertTrue(text.contains("* Endpoint desk is no longer paused by the gateway\n"), text);
    assertTrue(text.contains("often   1 more since"), text);
    assertFalse(after(HOUR, WELL));
  }

  @Test
  void anotherCauseNeedNotWait() {
    notifier.runOnce(sick(PAUSED));
    assertTrue(after(MINUTE, sick(PAUSED, RULES)));
    assertEquals("Postern mx.example.com: the rule files can't be used", office.last().subject());
    assertFalse(office.last().text().contains("desk"), office.last().text());
  }

  @Test
  void tellsAgainWhatGoesOnForADay() {
    notifier.runOnce(sick(PAUSED));
    assertFalse(after(Duration.ofHours(23), sick(PAUSED)));
    assertTrue(after(HOUR, sick(PAUSED)));
    String text = office.last().text();
    assertTrue(text.contains("since   2026-01-02T03:04:05Z"), text);
    assertTrue(text.contains("still   told before at 2026-01-02T03:04:05Z"), text);
  }

  @Test
  void whatCannotBeLookedAtIsNotOver() {
    notifier.runOnce(sick(PAUSED, RULES));
    assertTrue(after(HOUR, new Sight(List.of(), Set.of(Kind.ENDPOINT_PAUSED), Set.of())));
    assertEquals(
        "Postern mx.example.com: all clear: the rule files are in force again",
        office.last().subject());
  }

  @Test
  void tellsManyCausesInOneMail() {
    List<Cause> causes =
        IntStream.range(0, 150)
            .mapToObj(i -> new Cause(Kind.ENDPOINT_PAUSED, "e%03d".formatted(i)))
            .toList();
    assertTrue(notifier.runOnce(sick(causes.toArray(Cause[]::new))));
    String text = office.last().text();
    assertEquals(
        "Postern mx.example.com: endpoint e000 is paused (and 149 more)", office.last().subject());
    assertEquals(Letter.WHOLE_MAX, text.lines().filter(it -> it.contains("to do")).count());
    assertEquals(101, text.lines().filter(it -> it.startsWith("* ")).count());
    assertTrue(text.contains("* and 50 more\n"), text);
    assertFalse(after(MINUTE, sick(causes.toArray(Cause[]::new))));
  }

  @Test
  void sendsNoMoreThanSoManyAnHour() {
    notifier = notifier(office.port(), 2);
    List<Cause> causes = new ArrayList<>();
    int mails = 0;
    for (int i = 0; i < 5; i++) {
      causes.add(new Cause(Kind.ENDPOINT_PAUSED, "e" + i));
      mails += after(MINUTE, sick(causes.toArray(Cause[]::new))) ? 1 : 0;
    }
    assertEquals(2, mails);
    assertTrue(after(Duration.ofMinutes(56), sick(causes.toArray(Cause[]::new))));
    assertTrue(office.last().subject().endsWith("endpoint e2 is paused (and 2 more)"));
  }

  @Test
  void aRestartNeitherRepeatsNorForgets() throws IOException {
    notifier.runOnce(sick(PAUSED));
    Path file = folder.resolve("notices.told");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Files.writeString(file, Files.readString(file) + "spoilt\n1 2 3 4 5\n");
    notifier = notifier(office.port(), 20);
    assertFalse(after(MINUTE, sick(PAUSED)));
    notifier = notifier(office.port(), 20);
    assertTrue(after(HOUR, WELL));
    assertTrue(office.last().subject().contains("all clear: endpoint desk"));
    notifier = notifier(office.port(), 20);
    assertFalse(after(MINUTE, sick(PAUSED)), "its end was told a minute ago");
    assertTrue(after(HOUR, sick(PAUSED)));
  }

  @Test
  void theLimitOfAnHourOutlivesARestart() {
    notifier = notifier(office.port(), 1);
    notifier.runOnce(sick(PAUSED));
    notifier = notifier(office.port(), 1);
    assertFalse(after(MINUTE, sick(PAUSED, RULES)));
    assertTrue(after(HOUR, sick(PAUSED, RULES)));
  }

  @Test
  void aRelayThatIsDownGetsTheNewsWhenItIsBack() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    notifier = notifier(port, 20);
    assertFalse(notifier.runOnce(sick(PAUSED)));
    assertTrue(notifier.hindrance().orElseThrow().contains("refused"), notifier.hindrance()::get);
    // The waits between attempts grow: after 1 minute, 2, 4, 8, and so on to an hour.
    int turns = 0;
    while (notifier.counts().failed() < 5) {
      assertFalse(after(MINUTE, sick(RULES)));
      turns++;
    }
    assertEquals(1 + 2 + 4 + 8, turns);
    after(Duration.ofMinutes(16), sick(RULES));
    after(Duration.ofMinutes(32), sick(RULES));
    after(HOUR, sick(RULES));
    assertEquals(8, notifier.counts().failed());
    try (PostOffice back = PostOffice.startAt(port)) {
      assertFalse(after(Duration.ofMinutes(59), sick(RULES)), "an hour is the longest wait");
      assertTrue(after(MINUTE, sick(RULES)));
      assertEquals(
          List.of("Postern mx.example.com: the rule files can't be used (and 1 more)"),
          back.subjects());
      String text = back.last().text();
      assertTrue(text.contains("* Endpoint desk is no longer paused by the gateway\n"), text);
      assertTrue(notifier.hindrance().isEmpty());
      assertEquals(new Counts(1, 8, 0), notifier.counts());
    }
  }

  @Test
  void aNoticeThatMayHaveArrivedRestsForAnHour() {
    try (CurtRelay silent = CurtRelay.start(CurtRelay.SILENCE, "221 bye")) {
      notifier = notifier(silent.port(), 20, Duration.ofSeconds(1));
      assertFalse(notifier.runOnce(sick(PAUSED)));
      assertTrue(notifier.hindrance().orElseThrow().contains("had the whole mail"));
      for (int minute = 1; minute < 60; minute++) {
        assertFalse(after(MINUTE, sick(PAUSED)), minute + " min");
      }
      assertEquals(new Counts(0, 1, 0), notifier.counts());
      assertFalse(after(MINUTE, sick(PAUSED)));
      assertEquals(new Counts(0, 2, 0), notifier.counts());
      assertEquals(2, silent.mails());
      notifier = notifier(silent.port(), 20, Duration.ofSeconds(1));
      assertFalse(after(Duration.ofMinutes(59), sick(PAUSED)));
      assertEquals(2, silent.mails(), "a restart does not forget it");
    }
    notifier = notifier(office.port(), 20);
    assertTrue(after(MINUTE, sick(PAUSED)));
  }

  @Test
  void aNoticeThatMayHaveArrivedCountsForTheLimit() {
    try (CurtRelay silent = CurtRelay.start(CurtRelay.SILENCE, "221 bye")) {
      notifier = notifier(silent.port(), 1, Duration.ofSeconds(1));
      assertFalse(notifier.runOnce(sick(PAUSED)));
      assertFalse(after(Duration.ofMinutes(59), sick(PAUSED, RULES)));
      assertEquals(1, silent.mails());
    }
  }

  @Test
  void whoReadsANoticeAgainIsToldWhy() throws Exception {
    int port;
    try (CurtRelay silent = CurtRelay.start(CurtRelay.SILENCE, "221 bye")) {
      port = silent.port();
      notifier = notifier(port, 20, Duration.ofSeconds(1));
      assertFalse(notifier.runOnce(sick(PAUSED)));
    }
    try (PostOffice back = PostOffice.startAt(port)) {
      assertTrue(after(HOUR, sick(PAUSED)));
      String text = back.last().text();
      assertTrue(
          text.contains("again   the notice of 2026-01-02T03:04:05Z may not have arrived\n"), text);
      assertFalse(after(HOUR, sick(PAUSED)), "it has arrived now");
      assertTrue(after(HOUR, WELL));
    }
  }

  @Test
  void aStopDoesNotForgetWhatMayHaveArrived() throws Exception {
    try (CurtRelay silent = CurtRelay.start(CurtRelay.SILENCE, "221 bye")) {
      notifier = notifier(silent.port(), 20);
      Thread sending = Thread.ofVirtual().start(() -> notifier.runOnce(sick(PAUSED)));
      assertTrue(silent.awaitMail());
      sending.interrupt();
      assertTrue(sending.join(Duration.ofSeconds(10)), "it can be cut off");
    }
    notifier = notifier(office.port(), 20);
    assertFalse(after(Duration.ofMinutes(59), sick(PAUSED)));
    assertTrue(after(MINUTE, sick(PAUSED)));
  }

  @ParameterizedTest
  @EnumSource(names = {"STORE", "STORE_READ", "DISK_RESERVE"})
  void whatMayPassIsToldWhenItIsSeenTwiceRunning(Kind kind) {
    Cause cause = new Cause(kind, "");
    assertFalse(notifier.runOnce(sick(cause)));
    assertFalse(after(MINUTE, WELL));
    assertFalse(after(MINUTE, sick(cause)));
    assertFalse(after(Duration.ofSeconds(2), sick(cause)), "a call brought this look");
    assertTrue(after(Duration.ofSeconds(8), sick(cause)));
    assertTrue(office.last().text().contains("since   2026-01-02T03:06:05Z"), office.last().text());
    assertTrue(after(HOUR, WELL));
    assertTrue(office.last().subject().contains("all clear: "), office.last().subject());
  }

  @Test
  void whatIsQuietIsNeitherToldNorOver() {
    Cause failing = new Cause(Kind.ENDPOINT_FAILING, "desk");
    Sight quiet = new Sight(List.of(), Set.of(), Set.of(failing));
    notifier.runOnce(sick(failing));
    assertFalse(after(HOUR, quiet), "it is not over");
    assertFalse(after(Duration.ofDays(2), quiet), "it is not told again");
    assertTrue(after(MINUTE, WELL));
    assertEquals(
        "Postern mx.example.com: all clear: endpoint desk no longer counts as failing",
        office.last().subject());
  }

  @Test
  void namesAndReasonsFromOutsideCannotForgeAnything() throws Exception {
    String evil = "desk\r\nBcc: eve@example.com\r\n\r\n\u202Egnp.exe\u2028x\uD800";
    notifier.runOnce(
        new Sight(
            List.of(new Trouble(new Cause(Kind.ENDPOINT_PAUSED, evil), null, evil)),
            Set.of(),
            Set.of()));
    assertEquals(1, office.taken().size());
    PostOffice.Taken mail = office.last();
    assertEquals(null, mail.message().getHeader("Bcc"));
    assertEquals(
        "Postern mx.example.com: endpoint desk\\u000d\\u000aBcc:"
            + " eve@example.com\\u000d\\u000a\\u000d\\u000a\\u202egnp.exe\\u2028x\\ud800 is paused",
        mail.subject());
    assertTrue(mail.text().contains("\n    what    desk\\u000d\\u000aBcc: eve"), () -> mail.text());
    assertTrue(mail.text().lines().noneMatch(it -> it.startsWith("Bcc")), () -> mail.text());
  }

  @Test
  void aLongTextIsCut() {
    notifier.runOnce(
        new Sight(
            List.of(
                new Trouble(
                    RULES, null, IntStream.range(0, 99).mapToObj(_ -> "x".repeat(9_000)).toList())),
            Set.of(),
            Set.of()));
    int length = office.last().text().length();
    assertTrue(length > 5_000 && length < 6_000, "length " + length);
  }

  @Test
  void addsUpWhatWasSkipped() {
    Cause skipped = new Cause(Kind.EVENTS_SKIPPED, "ops-feed");
    notifier.happened(skipped, 7, "7 events skipped: older than 4 d");
    notifier.happened(skipped, 5, "5 events skipped: older than 4 d");
    assertTrue(notifier.runOnce(WELL));
    assertEquals(
        "Postern mx.example.com: events for subscriber ops-feed were skipped",
        office.last().subject());
    assertTrue(office.last().text().contains("skipped 12\n"), office.last().text());
    notifier.happened(skipped, 1, "1 event skipped: older than 4 d");
    assertFalse(after(MINUTE, WELL));
    notifier.happened(skipped, 2, "2 events skipped: older than 4 d");
    assertTrue(after(HOUR, WELL));
    assertTrue(office.last().text().contains("skipped 3\n"), office.last().text());
    assertFalse(after(HOUR, WELL), "it is over by itself, and needs no all-clear");
  }

  @Test
  void countsWhatItCannotNote() {
    List<Cause> causes =
        IntStream.range(0, Notebook.CAUSES_MAX + 7)
            .mapToObj(i -> new Cause(Kind.ENDPOINT_PAUSED, "e" + i))
            .collect(Collectors.toCollection(ArrayList::new));
    notifier.runOnce(sick(causes.toArray(Cause[]::new)));
    after(MINUTE, sick(causes.toArray(Cause[]::new)));
    assertEquals(7, notifier.counts().dropped());
    // The gravest have a place, however many there are of others.
    causes.add(RULES);
    assertTrue(after(MINUTE, sick(causes.toArray(Cause[]::new))));
    assertEquals("Postern mx.example.com: the rule files can't be used", office.last().subject());
    assertEquals(7, notifier.counts().dropped());
    notifier = notifier(office.port(), 20);
    assertFalse(
        after(MINUTE, sick(causes.toArray(Cause[]::new))), "nor does a restart forget them");
  }

  @Test
  void aClockThatIsSetBackSilencesNothing() {
    notifier.runOnce(sick(PAUSED));
    assertTrue(after(Duration.ofDays(-2), WELL));
    assertFalse(after(MINUTE, sick(PAUSED)));
    assertTrue(after(HOUR, sick(PAUSED)));
  }

  @Test
  void whoCallsItNeverWaits() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.ofLiteral("127.0.0.1"))) {
      notifier = notifier(silent.getLocalPort(), 20);
      Thread sending = Thread.ofVirtual().start(() -> notifier.runOnce(sick(PAUSED)));
      silent.accept();
      // The relay has the connection and says nothing.
      long began = System.nanoTime();
      notifier.wake();
      notifier.happened(RULES, 1, "something");
      assertTrue(System.nanoTime() - began < Duration.ofSeconds(5).toNanos());
      assertTrue(sending.isAlive());
      sending.interrupt();
      assertTrue(sending.join(Duration.ofSeconds(10)), "it can be cut off");
      assertEquals(new Counts(0, 1, 0), notifier.counts());
    }
  }
}
