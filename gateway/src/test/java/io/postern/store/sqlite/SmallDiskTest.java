package io.postern.store.sqlite;

import static io.postern.queue.Samples.read;
import static io.postern.queue.Samples.trial;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.TestGateway;
import io.postern.fixture.FakeClock;
import io.postern.fixture.Mails;
import io.postern.journal.Ledger;
import io.postern.queue.Claim;
import io.postern.queue.Settlement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/// A real disk of some megabytes that runs full under the door: write-ahead log, database and
/// segments share it, and each of them comes to its end at some time.
@EnabledIfEnvironmentVariable(
    named = SmallDiskTest.DISK,
    matches = ".+",
    disabledReason = "needs a small disk; .ci/run mounts one when it is root")
final class SmallDiskTest {
  /// The environment variable with the folder at which a disk of 30 to 100 MB is mounted.
  static final String DISK = "POSTERN_SMALL_DISK";

  private static final int BALLAST = 12 * 1024 * 1024;

  /// Three sizes: in the database, in a segment, in several blocks.
  private static final List<Integer> SIZES = List.of(3_000, 200_000, 700_000);

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock();
  private final List<Kept> kept = new ArrayList<>();
  private Path disk;
  private SqliteStore store;
  private TestDoor door;
  private int sent;

  /// A mail that got 250.
  private record Kept(int number, int size) {}

  @BeforeEach
  void open() throws Exception {
    disk = Files.createTempDirectory(Path.of(System.getenv(DISK)), "postern");
    Files.write(disk.resolve("ballast"), new byte[BALLAST]);
    store = SqliteStore.open(Settings.of(disk.resolve("postern.db"), 0), clock);
    door = new TestDoor(folder, store, clock);
  }

  @AfterEach
  void close() throws Exception {
    door.close();
    store.close();
    try (var files = Files.walk(disk)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aDiskThatRunsFullIs452AndLosesNothingAndIsUsedAgainWithoutARestart() throws Exception {
    fill();
    assertTrue(kept.size() > 20, "too few were kept to tell anything: " + kept.size());
    assertEquals(ledger(), store.ledger(), "who looks still can");
    // What is swept meanwhile may find room, and is then the last transaction.
    TestGateway.until("health tells of it", this::isRefusedAndTold);

    Files.delete(disk.resolve("ballast"));
    int before = kept.size();
    for (int size : SIZES) {
      assertEquals("250", deliver(size));
    }
    assertEquals(before + SIZES.size(), kept.size());
    assertEquals(Optional.empty(), store.fault());

    settleAll();
    assertEquals(new Ledger(kept.size(), kept.size(), 0, 0, 0), store.ledger());
    store.close();
    assertEquals("ok", Sqls.text(disk.resolve("postern.db"), "PRAGMA integrity_check"));
  }

  /// Large mails until there is no room for them, and then smaller ones, twice: what a transaction
  /// that failed has given back is room again.
  private void fill() throws IOException {
    for (int round = 0; round < 2; round++) {
      for (int size : SIZES.reversed()) {
        int refused = 0;
        while (refused < 5) {
          if (deliver(size).equals("452")) {
            refused++;
          }
        }
      }
    }
  }

  private boolean isRefusedAndTold() {
    try {
      return deliver(SIZES.getFirst()).equals("452") && store.fault().isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends a mail that is like no other. Its reply may only be one of two.
  private String deliver(int size) throws IOException {
    int number = sent++;
    String reply = door.deliver(message(number, size));
    if (reply.startsWith("250 2.0.0 ")) {
      kept.add(new Kept(number, size));
      return "250";
    }
    assertTrue(reply.startsWith("452 4.3.1 "), reply);
    return "452";
  }

  private Ledger ledger() {
    return new Ledger(kept.size(), 0, 0, kept.size(), 0);
  }

  /// Each of those that got 250, in their order, is what was sent.
  private void settleAll() throws Exception {
    for (Kept mail : kept) {
      Claim claim = store.claim(want("desk", 1), clock.instant()).getFirst();
      assertArrayEquals(message(mail.number(), mail.size()), read(claim), mail.toString());
      store.settle(claim, new Settlement.Done(trial(clock.instant(), 200, "")));
    }
  }

  private static byte[] message(int number, int size) {
    byte[] mark = ("X-Number: " + number + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] rest = Mails.big(size);
    byte[] message = new byte[mark.length + rest.length];
    System.arraycopy(mark, 0, message, 0, mark.length);
    System.arraycopy(rest, 0, message, mark.length, rest.length);
    return message;
  }
}
