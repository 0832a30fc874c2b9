package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.NotifySocket;
import io.postern.fixture.RawSmtp;
import io.postern.fixture.SinkAnswer;
import io.postern.fixture.WebhookSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `postern serve` as a service manager treats it: by signals.
final class ServeTest {
  @TempDir private Path folder;
  private WebhookSink sink;
  private ChildGateway child;

  @BeforeEach
  void prepare() throws IOException {
    sink = WebhookSink.start();
    child = new ChildGateway(folder, sink.url("/desk"), "format: raw");
  }

  @AfterEach
  void stop() throws Exception {
    child.kill();
    sink.close();
  }

  @Test
  void sigtermLetsTransactionsAndAttemptsEndAndLeavesNothingBehind() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    sink.next(SinkAnswer.status(200).heldBy(gate));
    InetSocketAddress smtp = child.start();
    assertTrue(deliver(smtp, "desk@in.example.com").startsWith("250 "));
    sink.take(TestGateway.PATIENCE);
    try (RawSmtp idle = RawSmtp.greeted(smtp);
        RawSmtp half = RawSmtp.greeted(smtp)) {
      half.ask("MAIL FROM:<ann@sender.example>", "250");
      half.ask("RCPT TO:<desk@in.example.com>", "250");
      half.ask("DATA", "354");
      child.terminate();
      // Who is idle does not wait for who is not: that one goes on only now.
      idle.expect("421 4.3.2 ");
      assertTrue(half.message(Mails.plain()).expect("").startsWith("250 "));
    }
    gate.countDown();
    assertEquals(143, child.exitCode());
    assertFalse(Files.exists(folder.resolve("data").resolve("postern.db-wal")));
    child.start();
    sink.await(2, TestGateway.PATIENCE);
  }

  @Test
  void sigtermWaitsForNoPeerLongerThanItIsTold() throws Exception {
    child =
        new ChildGateway(
            folder,
            sink.url("/desk"),
            "format: raw",
            ", tls: { enabled: false }, drain-timeout: 2s");
    InetSocketAddress smtp = child.start();
    try (RawSmtp stalled = RawSmtp.greeted(smtp)) {
      stalled.ask("MAIL FROM:<ann@sender.example>", "250");
      stalled.ask("RCPT TO:<desk@in.example.com>", "250");
      stalled.ask("DATA", "354");
      stalled.raw("Subject: half of it\r\n");
      long start = System.nanoTime();
      child.terminate();
      stalled.expect("421 4.3.2 ");
      long farewell = System.nanoTime() - start;
      assertTrue(farewell >= Duration.ofSeconds(2).toNanos(), "it was given no time");
      assertEquals(143, child.exitCode());
    }
    assertThrows(IOException.class, () -> RawSmtp.connect(smtp).close());
  }

  @Test
  void sighupTakesTheRulesAtOnce() throws Exception {
    InetSocketAddress smtp = child.start();
    assertTrue(deliver(smtp, "sales@in.example.com").startsWith("550 "));
    Path rule = folder.resolve("rules").resolve("desk.yaml");
    Files.writeString(rule, Files.readString(rule).replace("^desk@", "^(desk|sales)@"));
    child.hangUp();
    TestGateway.until(
        "the new rule is in force",
        () -> {
          try {
            return deliver(smtp, "sales@in.example.com").startsWith("250 ");
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void tellsTheServiceManagerHowItIsDoing() throws Exception {
    try (NotifySocket manager = NotifySocket.bind("@postern-" + folder.getFileName())) {
      child.environment("NOTIFY_SOCKET", manager.address());
      child.environment("WATCHDOG_USEC", "120000000");
      InetSocketAddress smtp = child.start();
      String ready = manager.receive();
      assertTrue(
          ready.startsWith(
              "READY=1\nSTATUS=takes mail at 127.0.0.1:" + smtp.getPort() + "; 1 rules, version "),
          ready);
      assertTrue(manager.receive().startsWith("WATCHDOG=1\nSTATUS=takes mail at "));
      child.hangUp();
      assertTrue(manager.receive().startsWith("RELOADING=1\nMONOTONIC_USEC="));
      assertTrue(manager.receive().startsWith("READY=1\nSTATUS=takes mail at "));
      child.terminate();
      assertEquals("STOPPING=1\nSTATUS=stopping", manager.receive());
    }
    assertEquals(143, child.exitCode());
  }

  @Test
  void aConfigurationThatCannotBeUsedEndsWithEveryProblem() throws Exception {
    Path file = folder.resolve("postern.yaml");
    Files.writeString(file, Files.readString(file).replace("rules: rules", "rulez: rules"));
    AssertionError failure = assertThrows(AssertionError.class, child::start);
    assertTrue(
        failure.getMessage().contains("postern.yaml:4:1: unknown key \"rulez\""),
        failure.getMessage());
    // The unit's RestartPreventExitStatus: no new start could help.
    assertEquals(2, child.exitCode());
  }

  private static String deliver(InetSocketAddress smtp, String to) throws IOException {
    return RawSmtp.deliver(smtp, "ann@sender.example", List.of(to), Mails.plain());
  }
}
