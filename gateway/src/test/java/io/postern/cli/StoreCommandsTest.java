package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.TestGateway;
import io.postern.fixture.Mails;
import io.postern.fixture.WebhookSink;
import io.postern.journal.Status;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `postern backup` and `postern verify`, as a person calls them.
final class StoreCommandsTest {
  @TempDir private Path folder;

  @Test
  void aBackupIsWrittenBesideARunningGatewayAndVerified() throws Exception {
    Path backup = folder.resolve("monday.db");
    try (WebhookSink sink = WebhookSink.start();
        TestGateway gateway = new TestGateway(folder)) {
      gateway.rule("desk", sink.url("/desk"));
      gateway.start();
      gateway.deliver(Mails.big(500_000), "desk@in.example.com");
      gateway.await(Status.SUCCEEDED);

      Answer made = run("backup", backup.toString());
      assertEquals(0, made.code(), made.err());
      assertTrue(made.out().startsWith(backup + ": 1 mail, "), made.out());
      Answer again = run("backup", backup.toString());
      assertEquals(1, again.code());
      assertEquals(
          "postern: " + backup + " is there already: a backup never overwrites a file.",
          again.err().strip());
      assertEquals(2, run("backup").code());

      for (Answer sound : new Answer[] {run("verify"), run("verify", backup.toString())}) {
        assertEquals(0, sound.code(), sound.out());
        assertEquals("sound", sound.out().lines().toList().getLast());
        assertTrue(
            sound.out().contains("messages  ok: 1 mails are whole, 2 chunks fit their checksum"),
            sound.out());
      }
    }
  }

  @Test
  void damageIsToldWithItsPlaceAndByTheExitCode() throws Exception {
    try (WebhookSink sink = WebhookSink.start();
        TestGateway gateway = new TestGateway(folder)) {
      gateway.rule("desk", sink.url("/desk")).start();
      gateway.deliver(Mails.big(500_000), "desk@in.example.com");
      gateway.await(Status.SUCCEEDED);
    }
    try (var files = Files.walk(folder.resolve("data/postern.db-segments"))) {
      Path segment = files.filter(Files::isRegularFile).findFirst().orElseThrow();
      try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
        file.setLength(300_000);
      }
    }
    Answer damaged = run("verify");
    assertEquals(1, damaged.code());
    assertTrue(
        damaged.out().contains("messages  DAMAGED: 1 of 1 mails are not whole"), damaged.out());
    assertTrue(damaged.out().contains("chunk 1: "), damaged.out());
    assertEquals("damaged", damaged.out().lines().toList().getLast());
    Answer backup = run("backup", folder.resolve("late.db").toString());
    assertEquals(1, backup.code());
    assertTrue(backup.err().contains("1 pieces of messages are damaged"), backup.err());
    assertTrue(Files.exists(folder.resolve("late.db")));
    Answer nothing = run("verify", folder.resolve("none.db").toString());
    assertEquals(1, nothing.code());
    assertEquals(1, nothing.err().lines().count(), nothing.err());
  }

  private Answer run(String... arguments) {
    return Answer.to(folder.resolve("postern.yaml"), arguments);
  }
}
