package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.read;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Claim;
import io.postern.queue.Expired;
import io.postern.queue.Settlement;
import io.postern.queue.Spool;
import io.postern.queue.Traces;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Backups, restored.
class SqliteBackupTest {
  private static final byte[] LONG = bytes(2 * Spool.BLOCK + 100_000);
  private static final byte[] SHORT = bytes(1_000);

  /// How many long mails come and go under load.
  private static final int PASSING = 20;

  @TempDir Path folder;

  private final FakeClock clock = new FakeClock();
  private int restored;

  @Test
  void aBackupInTheStoresPlaceIsTheStore() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
      put(store, mail("m2", clock.instant(), "desk"), SHORT);
      put(store, mail("m3", clock.instant(), "desk"), new byte[0]);
      SqliteBackup.Made made = backup();
      assertEquals(new SqliteBackup.Made(3, Files.size(target()), 0), made);
      assertEquals("rw-------", mode(target()));
      put(store, mail("m4", clock.instant(), "desk"), LONG);
    }
    assertEquals(List.of("backup.db"), names("backup"));
    assertSound(target());
    Path place = folder.resolve("elsewhere/postern.db");
    Files.createDirectory(place.getParent());
    Files.move(target(), place);
    try (SqliteStore store = SqliteStore.open(Settings.of(place, 0), clock)) {
      List<Claim> claims = store.claim(want("desk", 10), clock.instant());
      assertEquals(
          List.of("m1", "m2", "m3"), claims.stream().map(claim -> claim.mail().id()).toList());
      assertArrayEquals(LONG, read(claims.get(0)));
      assertArrayEquals(SHORT, read(claims.get(1)));
      assertArrayEquals(new byte[0], read(claims.get(2)));
      assertEquals(0, store.ledger().unaccounted());
      put(store, mail("m5", clock.instant(), "desk"), LONG);
      assertArrayEquals(LONG, read(store.claim(want("desk", 1), clock.instant()).getFirst()));
    }
  }

  @Test
  void underLoadABackupHasEveryMailAcknowledgedBeforeItByteForByte() throws Exception {
    // Segments that are closed and hold both what stays and what goes: the sweep has work.
    Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
    for (int i = 0; i < 4; i++) {
      try (SqliteStore store = open()) {
        for (int j = 0; j < 3; j++) {
          put(store, mail("b" + i + j, clock.instant(), "bulk"), LONG);
        }
        put(store, mail("d" + i, clock.instant(), "desk"), LONG);
        acknowledged.put("d" + i, LONG.length);
      }
    }
    AtomicBoolean stop = new AtomicBoolean();
    List<FutureTask<Void>> load = new ArrayList<>();
    try (SqliteStore store = open()) {
      AtomicInteger next = new AtomicInteger();
      for (int i = 0; i < 2; i++) {
        load.add(start(stop, () -> putOne(store, next.incrementAndGet(), acknowledged)));
      }
      AtomicInteger left = new AtomicInteger(PASSING);
      load.add(
          start(
              stop,
              () -> {
                if (left.getAndDecrement() > 0) {
                  passThrough(store);
                } else {
                  // The sweep goes through the segments when no chunks are to be removed.
                  LockSupport.parkNanos(1_000_000);
                }
              }));
      for (int i = 0; i < 3; i++) {
        Map<String, Integer> before = Map.copyOf(acknowledged);
        Path file = folder.resolve("backup" + i + ".db");
        Runnable meanwhile = () -> quietly(() -> until(() -> acknowledged.size() > before.size()));
        SqliteBackup.Made made = write(file, meanwhile);
        assertTrue(made.mails() >= before.size(), made + " and " + before.size());
        assertEquals(0, made.damaged());
        assertHas(before, file);
      }
      until(() -> !segments().contains("1"));
      stop.set(true);
      for (FutureTask<Void> task : load) {
        task.get();
      }
    }
    assertSound(path());
  }

  private void putOne(SqliteStore store, int number, Map<String, Integer> acknowledged)
      throws StoreUnavailable {
    int size = new Random(number).nextInt(number % 3 == 0 ? LONG.length : 2 * 16 * 1024);
    put(store, mail("m" + number, clock.instant(), "desk"), bytes(size));
    acknowledged.put("m" + number, size);
  }

  private void passThrough(SqliteStore store) throws StoreUnavailable {
    put(store, mail("x" + System.nanoTime(), clock.instant(), "bulk"), LONG);
    succeed(store, "bulk");
    purgeSucceeded(store);
  }

  private void assertHas(Map<String, Integer> before, Path file) throws Exception {
    assertSound(file);
    try (SqliteStore store = restore(file)) {
      Map<String, Claim> claims = new HashMap<>();
      for (Claim claim : store.claim(want("desk", 100_000), clock.instant())) {
        claims.put(claim.mail().id(), claim);
      }
      for (Map.Entry<String, Integer> mail : before.entrySet()) {
        Claim claim = claims.get(mail.getKey());
        assertTrue(claim != null, mail.getKey() + " is not there");
        byte[] expected = mail.getKey().startsWith("d") ? LONG : bytes(mail.getValue());
        assertArrayEquals(expected, read(claim), mail.getKey());
      }
      assertEquals(0, store.ledger().unaccounted());
    }
  }

  @Test
  void whatIsPurgedAndSweptWhileItIsWrittenIsInItAllTheSame() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
      put(store, mail("m2", clock.instant(), "desk"), LONG);
    }
    try (SqliteStore store = open()) {
      Runnable meanwhile =
          () ->
              quietly(
                  () -> {
                    succeed(store, "desk");
                    purgeSucceeded(store);
                    until(() -> segments().isEmpty());
                  });
      assertEquals(0, write(target(), meanwhile).damaged());
    }
    try (SqliteStore store = restore(target())) {
      List<Claim> claims = store.claim(want("desk", 10), clock.instant());
      assertEquals(2, claims.size());
      assertArrayEquals(LONG, read(claims.getLast()));
    }
  }

  /// Between the moment and the opening a segment may go, whose chunks the gateway has moved: to
  /// look once would call them damaged.
  @Test
  void aSegmentThatIsRemovedJustThenHasItLookAgain() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
      put(store, mail("m2", clock.instant(), "desk"), LONG);
      put(store, mail("m3", clock.instant(), "desk"), LONG);
    }
    // Most of the segment is unused: a gateway that starts moves the rest.
    Sqls.run(path(), "DELETE FROM mails WHERE id <> 'm1'");
    Sqls.run(path(), "DELETE FROM chunks WHERE number >> 20 > 1");
    List<SqliteStore> gateway = new ArrayList<>();
    Runnable moment =
        () ->
            quietly(
                () -> {
                  if (gateway.isEmpty()) {
                    gateway.add(open());
                    until(() -> !segments().contains("1"));
                  }
                });
    try {
      SqliteBackup.Made made =
          SqliteBackup.write(settings(), target(), new SqliteBackup.Pauses(moment, () -> {}));
      assertEquals(new SqliteBackup.Made(1, Files.size(target()), 0), made);
    } finally {
      gateway.forEach(SqliteStore::close);
    }
    try (SqliteStore store = restore(target())) {
      assertArrayEquals(LONG, read(store.claim(want("desk", 10), clock.instant()).getFirst()));
    }
  }

  /// The database of these takes 1 GB with their share of pages, what they say of segments 25 GB.
  @Test
  void theRoomForLongMessagesIsAskedForToo() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
    }
    Sqls.run(
        path(),
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO chunks (number, segment, start, length, crc)
        SELECT (9 << 20) + i, 1, 0, 262144, 1 FROM n
        """);
    long room = 5L << 30;
    Settings reserved = Settings.of(path(), Math.max(0, folder.toFile().getUsableSpace() - room));
    StoreUnavailable noRoom =
        assertThrows(StoreUnavailable.class, () -> SqliteBackup.write(reserved, target()));
    assertTrue(noRoom.getMessage().startsWith("The backup needs 2"), noRoom.getMessage());
    assertEquals(List.of(), names("backup"));
  }

  @Test
  void aMailThatIsForgottenWhileItIsWrittenIsNotInIt() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
      put(store, mail("m2", clock.instant(), "desk"), LONG);
      AtomicInteger times = new AtomicInteger();
      Runnable meanwhile =
          () -> {
            if (times.incrementAndGet() == 1) {
              quietly(() -> store.forget(new Traces.OfMail("m1")));
            }
          };
      SqliteBackup.Made made = write(target(), meanwhile);
      assertEquals(2, times.get());
      assertEquals(1, made.mails());
      assertEquals(0, made.damaged());
    }
    assertSound(target());
  }

  @Test
  void itGivesUpWhenMailIsForgottenAgainAndAgain() throws Exception {
    try (SqliteStore store = open()) {
      for (int i = 0; i < 10; i++) {
        put(store, mail("m" + i, clock.instant(), "desk"), LONG);
      }
      AtomicInteger times = new AtomicInteger();
      Runnable meanwhile =
          () -> quietly(() -> store.forget(new Traces.OfMail("m" + times.getAndIncrement())));
      StoreUnavailable refusal =
          assertThrows(StoreUnavailable.class, () -> write(target(), meanwhile));
      assertTrue(refusal.getMessage().contains("forgotten"), refusal.getMessage());
    }
    assertEquals(List.of(), names("backup"));
  }

  @Test
  void messagesOnTheirWayInAndOutAreNotInIt() throws Exception {
    try (SqliteStore store = open();
        Spool spool = store.spool()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
      byte[] half = bytes(2 * Spool.BLOCK);
      spool.write(half, 0, half.length);
      Sqls.await(path(), "SELECT count(*) FROM spools", "1");
      backup();
    }
    assertEquals("0", Sqls.text(target(), "SELECT count(*) FROM spools"));
    assertEquals("3", Sqls.text(target(), "SELECT count(*) FROM chunks"));
    assertSound(target());
  }

  @Test
  void theSegmentsOfTheStoreItCameFromAreSafeFromIt() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
      backup();
    }
    Path away = folder.resolve("away.db");
    Files.move(path(), away);
    Files.move(target(), path());
    try (SqliteStore store = open()) {
      put(store, mail("m2", clock.instant(), "desk"), LONG);
      assertEquals(2, store.claim(want("desk", 10), clock.instant()).size());
      assertEquals(List.of("1", "1"), segments());
    }
  }

  @Test
  void aFileIsNeverOverwritten() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), SHORT);
      Files.writeString(target(), "a letter");
      assertRefused("is there already");
      assertEquals("a letter", Files.readString(target()));
      Files.delete(target());
      Runnable late = () -> quietly(() -> Files.writeString(target(), "a late letter"));
      assertThrows(StoreUnavailable.class, () -> write(target(), late));
      assertEquals("a late letter", Files.readString(target()));
      assertEquals(List.of("backup.db"), names("backup"));
      Files.delete(target());
      Files.createSymbolicLink(target(), folder.resolve("nowhere"));
      assertRefused("is there already");
    }
  }

  @Test
  void whatCanNotBeIsRefusedInOneSentenceAndLeavesNothing() throws Exception {
    assertRefused("There is no database at");
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
      Files.writeString(folder.resolve("backup.db.part"), "half");
      assertRefused("another backup is being written");
      assertEquals("half", Files.readString(folder.resolve("backup.db.part")));
      Files.delete(folder.resolve("backup.db.part"));
      Path nowhere = folder.resolve("none/backup.db");
      assertTrue(
          assertThrows(StoreUnavailable.class, () -> SqliteBackup.write(settings(), nowhere))
              .getMessage()
              .contains("make it first"));
      Settings reserved = Settings.of(path(), Long.MAX_VALUE / 2);
      StoreUnavailable noRoom =
          assertThrows(StoreUnavailable.class, () -> SqliteBackup.write(reserved, target()));
      assertTrue(
          noRoom.getMessage().contains("above the disk reserve: make room"), noRoom.getMessage());
      assertEquals(List.of(), names("backup"));
    }
  }

  @Test
  void damageInTheStoreIsCountedAndStaysVisible() throws Exception {
    try (SqliteStore store = open()) {
      put(store, mail("m1", clock.instant(), "desk"), LONG);
    }
    try (SqliteStore store = open()) {
      put(store, mail("m2", clock.instant(), "desk"), bytes(100_000));
      put(store, mail("m3", clock.instant(), "desk"), LONG);
    }
    flip(segment("1"), Spool.BLOCK + 5);
    Files.delete(segment("2"));
    assertEquals(5, backup().damaged());
    try (SqliteStore store = restore(target())) {
      List<Claim> claims = store.claim(want("desk", 10), clock.instant());
      assertEquals(3, claims.size());
      for (Claim claim : claims) {
        assertThrows(IOException.class, () -> read(claim));
      }
    }
    assertEquals(
        List.of("messages"),
        SqliteVerification.run(Settings.of(target(), 0)).stream()
            .filter(finding -> !finding.sound())
            .map(SqliteVerification.Finding::part)
            .toList());
  }

  private void assertRefused(String words) {
    StoreUnavailable refusal = assertThrows(StoreUnavailable.class, this::backup);
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
  }

  /// Something happens between the copy of the database and that of the segments.
  private SqliteBackup.Made write(Path file, Runnable copied) throws StoreUnavailable {
    return SqliteBackup.write(settings(), file, new SqliteBackup.Pauses(() -> {}, copied));
  }

  private SqliteBackup.Made backup() throws StoreUnavailable {
    return SqliteBackup.write(settings(), target());
  }

  /// Opens a backup in a place of its own.
  private SqliteStore restore(Path backup) throws Exception {
    Path place = folder.resolve("restored" + restored++).resolve("postern.db");
    Files.createDirectory(place.getParent());
    Files.copy(backup, place);
    return SqliteStore.open(Settings.of(place, 0), clock);
  }

  private static void assertSound(Path database) throws StoreUnavailable {
    assertEquals(
        List.of(),
        SqliteVerification.run(Settings.of(database, 0)).stream()
            .filter(finding -> !finding.sound())
            .toList());
  }

  private void succeed(SqliteStore store, String rule) throws StoreUnavailable {
    for (Claim claim : store.claim(want(rule, 1_000), clock.instant())) {
      store.settle(claim, new Settlement.Done(trial(clock.instant(), 200, "")));
    }
  }

  private void purgeSucceeded(SqliteStore store) throws StoreUnavailable {
    Instant never = Instant.EPOCH;
    Expired succeeded =
        new Expired(clock.instant().plus(Duration.ofSeconds(1)), never, never, never);
    boolean more = true;
    while (more) {
      more = store.purge(succeeded);
    }
  }

  private interface Action {
    void run() throws StoreUnavailable, IOException;
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static FutureTask<Void> start(AtomicBoolean stop, Action action) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              while (!stop.get()) {
                action.run();
              }
              return null;
            });
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static void quietly(Action action) {
    try {
      action.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (StoreUnavailable e) {
      throw new AssertionError(e);
    }
  }

  private static void until(Condition condition) throws IOException {
    Soon.until("it is so", condition::holds);
  }

  static void flip(Path file, long place) throws IOException {
    try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(place);
      int was = bytes.read();
      bytes.seek(place);
      bytes.write(was ^ 1);
    }
  }

  private SqliteStore open() throws StoreUnavailable {
    return SqliteStore.open(settings(), clock);
  }

  private Settings settings() {
    return Settings.of(path(), 0);
  }

  private Path path() {
    return folder.resolve("postern.db");
  }

  private Path target() {
    return folder.resolve("backup.db");
  }

  /// What lies in the folder under names that begin so.
  private List<String> names(String start) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(start))
          .sorted()
          .toList();
    }
  }

  private List<Path> segmentFiles() throws IOException {
    return Sqls.segments(folder.resolve("postern.db-segments"));
  }

  private List<String> segments() throws IOException {
    return segmentFiles().stream().map(file -> file.getFileName().toString()).toList();
  }

  private Path segment(String name) throws IOException {
    return segmentFiles().stream()
        .filter(file -> file.getFileName().toString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
