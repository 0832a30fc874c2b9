package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static io.postern.queue.Samples.mail;
import static io.postern.queue.Samples.put;
import static io.postern.queue.Samples.read;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.fixture.Soon;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Claim;
import io.postern.queue.Spool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Chunks that lie outside the database.
class SegmentsTest {
  private static final byte[] LARGE = bytes(2 * Spool.BLOCK + 100_000);

  @TempDir Path folder;

  private final FakeClock clock = new FakeClock();

  @Test
  void aLongMessageLiesInASegmentAndAShortOneDoesNot() throws Exception {
    try (SqliteStore store = open()) {
      putOne(store, "short", bytes(ChunkTable.INLINE_MAX));
      assertEquals(List.of(), segments());
      putOne(store, "long", bytes(ChunkTable.INLINE_MAX + 1));
      assertEquals(List.of("1"), segments());
      assertEquals(ChunkTable.INLINE_MAX + 1L, Files.size(segment("1")));
      assertArrayEquals(bytes(ChunkTable.INLINE_MAX + 1), read(claims(store).get(1)));
    }
  }

  @Test
  void onlyTheOwnerCanReadThem() throws Exception {
    try (SqliteStore store = open()) {
      putOne(store, "m1", LARGE);
      Path segment = segment("1");
      assertEquals("rw-------", mode(segment));
      assertEquals("rwx------", mode(segment.getParent()));
      assertEquals("rwx------", mode(segment.getParent().getParent()));
    }
  }

  @Test
  void eachGatewayBeginsASegmentOfItsOwn() throws Exception {
    try (SqliteStore store = open()) {
      putOne(store, "m1", LARGE);
    }
    try (SqliteStore store = open()) {
      putOne(store, "m2", LARGE);
      assertEquals(List.of("1", "2"), segments());
      for (Claim claim : claims(store)) {
        assertArrayEquals(LARGE, read(claim));
      }
    }
  }

  @Test
  void whatNoRowPointsToIsRemovedAndWhatIsNotOursIsLeftAlone() throws Exception {
    try (SqliteStore store = open()) {
      putOne(store, "m1", LARGE);
    }
    Path ours = segment("1").getParent();
    Files.writeString(ours.resolve("7"), "of a transaction that never was");
    Files.writeString(ours.resolve("notes.txt"), "of an operator");
    Path theirs = Files.createDirectory(ours.resolveSibling("of-another-database"));
    Files.writeString(theirs.resolve("1"), "mail");
    try (SqliteStore store = open()) {
      Soon.until("the segment is gone", () -> !Files.exists(ours.resolve("7")));
      putOne(store, "m2", LARGE);
      assertTrue(Files.exists(ours.resolve("8")), "a number is not used twice");
    }
    assertTrue(Files.exists(ours.resolve("1")));
    assertTrue(Files.exists(ours.resolve("notes.txt")));
    assertTrue(Files.exists(theirs.resolve("1")));
  }

  @Test
  void anotherDatabaseOfTheSameNameLeavesThemAlone() throws Exception {
    try (SqliteStore store = open()) {
      putOne(store, "m1", LARGE);
    }
    Path away = folder.resolve("away");
    Files.move(path(), away);
    try (SqliteStore store = open()) {
      putOne(store, "m2", LARGE);
    }
    Files.move(away, path(), StandardCopyOption.REPLACE_EXISTING);
    try (SqliteStore store = open()) {
      assertArrayEquals(LARGE, read(claims(store).getFirst()));
    }
  }

  @Test
  void whatIsLeftInAMostlyUnusedSegmentMovesOn() throws Exception {
    try (SqliteStore store = open()) {
      for (int i = 0; i < 8; i++) {
        putOne(store, "m" + i, LARGE);
      }
    }
    Path first = segment("1");
    Sqls.run(path(), "DELETE FROM chunks WHERE number >> 20 NOT IN (2, 5)");
    try (SqliteStore store = open()) {
      Soon.until("the segment is gone", () -> !Files.exists(first));
      List<Claim> claims = claims(store);
      assertArrayEquals(LARGE, read(claims.get(1)));
      assertArrayEquals(LARGE, read(claims.get(4)));
      assertEquals(2L * LARGE.length, Files.size(segment("2")));
    }
  }

  @Test
  void aSegmentInUseStaysAsItIs() throws Exception {
    try (SqliteStore store = open()) {
      for (int i = 0; i < 4; i++) {
        putOne(store, "m" + i, LARGE);
      }
    }
    Path first = segment("1");
    Files.writeString(first.resolveSibling("2"), "nothing");
    Sqls.run(path(), "DELETE FROM chunks WHERE number >> 20 = 3");
    try (SqliteStore store = open()) {
      Soon.until("the segment is gone", () -> !Files.exists(first.resolveSibling("2")));
      assertEquals(List.of("1"), segments());
      assertEquals(4, claims(store).size());
    }
  }

  @Test
  void damageIsFoundOut() throws Exception {
    try (SqliteStore store = open()) {
      putOne(store, "m1", LARGE);
      try (var file = new RandomAccessFile(segment("1").toFile(), "rw")) {
        file.seek(1_000);
        int was = file.read();
        file.seek(1_000);
        file.write(was ^ 1);
      }
      Claim claim = claims(store).getFirst();
      IOException damaged = assertThrows(Damaged.class, () -> read(claim));
      assertTrue(damaged.getMessage().contains("was damaged"), damaged.getMessage());
      try (var file = new RandomAccessFile(segment("1").toFile(), "rw")) {
        file.setLength(500);
      }
      damaged = assertThrows(Damaged.class, () -> read(claim));
      assertTrue(damaged.getMessage().contains("ends too early"), damaged.getMessage());
    }
  }

  @Test
  void aSegmentThatWasMovedAwayTakesNoMoreMail() throws Exception {
    try (SqliteStore store = open()) {
      putOne(store, "m1", LARGE);
      Path away = folder.resolve("away");
      Path first = segment("1");
      Files.move(first, away);
      assertThrows(StoreUnavailable.class, () -> putOne(store, "m2", LARGE));
      putOne(store, "m3", LARGE);
      Files.move(away, first);
      List<Claim> claims = claims(store);
      assertEquals(List.of("m1", "m3"), claims.stream().map(claim -> claim.mail().id()).toList());
      for (Claim claim : claims) {
        assertArrayEquals(LARGE, read(claim));
      }
    }
  }

  @Test
  void aFolderThatCanNotBeMadeStopsOnlyLongMessagesUntilItCan() throws Exception {
    Path inTheWay = folder.resolve("postern.db-segments");
    try (SqliteStore store = open()) {
      Files.writeString(inTheWay, "a file");
      assertThrows(StoreUnavailable.class, () -> putOne(store, "m1", LARGE));
      putOne(store, "m2", bytes(10));
      Files.delete(inTheWay);
      putOne(store, "m3", LARGE);
      assertEquals(2, claims(store).size());
      assertEquals(0, store.ledger().unaccounted());
    }
  }

  @Test
  void aDatabaseWithoutItsSegmentsIsRefusedAtTheStart() throws Exception {
    try (SqliteStore store = open()) {
      putOne(store, "m1", LARGE);
    }
    Path segments = folder.resolve("postern.db-segments");
    Path away = folder.resolve("away");
    Files.move(segments, away);
    StoreUnavailable refused = assertThrows(StoreUnavailable.class, this::open);
    assertTrue(refused.getMessage().contains("put the folder"), refused.getMessage());
    Files.move(away, segments);
    try (SqliteStore store = open()) {
      assertArrayEquals(LARGE, read(claims(store).getFirst()));
    }
  }

  private SqliteStore open() throws StoreUnavailable {
    return SqliteStore.open(Settings.of(path(), 0), clock);
  }

  private Path path() {
    return folder.resolve("postern.db");
  }

  private void putOne(SqliteStore store, String id, byte[] message) throws StoreUnavailable {
    put(store, mail(id, clock.instant(), "desk"), message);
  }

  private List<Claim> claims(SqliteStore store) throws StoreUnavailable {
    return store.claim(want("desk", 100), clock.instant());
  }

  /// The names of the segments, wherever in the folder.
  private List<String> segments() throws IOException {
    return Sqls.segments(folder).stream()
        .map(file -> file.getFileName().toString())
        .sorted()
        .toList();
  }

  private Path segment(String name) throws IOException {
    return Sqls.segments(folder).stream()
        .filter(file -> file.getFileName().toString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
