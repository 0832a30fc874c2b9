package io.postern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteBackup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A backup of a gateway that takes mail all the while, restored on another machine.
final class BackupTest {
  private static final int SENDERS = 3;

  @TempDir private Path folder;

  @Test
  void everyMailThatGotA250BeforeTheBackupIsDeliveredFromIt() throws Exception {
    Path backup = folder.resolve("backup.db");
    Map<String, byte[]> acknowledged = new ConcurrentHashMap<>();
    Map<String, byte[]> before;
    try (WebhookSink broken = WebhookSink.start();
        TestGateway gateway = new TestGateway(folder.resolve("first"))) {
      broken.always(SinkAnswer.status(503));
      gateway.rule("desk", broken.url("/desk"), "format: raw").start();
      AtomicBoolean stop = new AtomicBoolean();
      List<FutureTask<Void>> senders = new ArrayList<>();
      for (int i = 0; i < SENDERS; i++) {
        senders.add(send(gateway, i, acknowledged, stop));
      }
      TestGateway.until("some mail is there", () -> acknowledged.size() >= 30);
      before = Map.copyOf(acknowledged);
      SqliteBackup.Made made = SqliteBackup.write(Settings.of(gateway.database(), 0), backup);
      assertTrue(made.mails() >= before.size(), made.toString());
      int then = acknowledged.size();
      TestGateway.until("it goes on", () -> acknowledged.size() > then);
      stop.set(true);
      for (FutureTask<Void> sender : senders) {
        sender.get();
      }
    }
    Path second = folder.resolve("second");
    try (WebhookSink sink = WebhookSink.start();
        TestGateway gateway = new TestGateway(second)) {
      Files.createDirectories(gateway.database().getParent());
      Files.copy(backup, gateway.database());
      gateway.rule("desk", sink.url("/desk"), "format: raw").start();
      gateway.tick(Duration.ofMinutes(5));
      long accepted = gateway.gateway().journal().ledger().accepted();
      Map<String, byte[]> posted = new HashMap<>();
      for (SinkRequest request : sink.await((int) accepted, TestGateway.PATIENCE)) {
        posted.put(request.header("webhook-id").orElseThrow(), request.body());
      }
      for (Map.Entry<String, byte[]> mail : before.entrySet()) {
        byte[] body = posted.get(mail.getKey() + "-1");
        assertTrue(body != null, mail.getKey() + " was not delivered");
        // Return-Path and Received stand in front.
        assertArrayEquals(
            mail.getValue(),
            Arrays.copyOfRange(body, body.length - mail.getValue().length, body.length));
      }
      gateway.idle();
      assertEquals(0, gateway.gateway().journal().ledger().waiting());
      assertEquals(0, gateway.gateway().journal().ledger().unaccounted());
    }
  }

  private static FutureTask<Void> send(
      TestGateway gateway, int sender, Map<String, byte[]> acknowledged, AtomicBoolean stop) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              try (RawSmtp peer = RawSmtp.greeted(gateway.smtp())) {
                for (int i = 0; !stop.get(); i++) {
                  byte[] mail =
                      i % 5 == 0
                          ? Mails.big(300_000 + 100 * i + sender)
                          : Mails.plain(
                              "ann@sender.example",
                              "desk@in.example.com",
                              "x",
                              sender + "/" + i + "\n");
                  String reply =
                      peer.mail("ann@sender.example", List.of("desk@in.example.com"), mail);
                  acknowledged.put(reply.substring("250 2.0.0 ".length()).strip(), mail);
                }
              }
              return null;
            });
    Thread.ofVirtual().start(task);
    return task;
  }
}
