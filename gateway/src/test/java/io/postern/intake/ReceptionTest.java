package io.postern.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Ids;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.policy.BlockedSenders;
import io.postern.policy.Mode;
import io.postern.policy.PermittedDomains;
import io.postern.policy.SelfMail;
import io.postern.queue.MailQueue;
import io.postern.queue.Spool;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ReceptionTest {
  private static final int ALL = 1000;

  private final MessageMemory memory = new MessageMemory(ALL);
  private final List<String> closed = new ArrayList<>();

  @Test
  void holdsItsMemoryUntilItsSpoolHasLetGoOfItsOwn() {
    Reception reception = reception(false);
    reception.write(new byte[ALL], 0, ALL);
    reception.close();
    assertEquals(List.of("memory is held"), closed);
    assertTrue(isFree());
  }

  @Test
  void givesItsMemoryBackWhateverBecomesOfItsSpool() {
    Reception reception = reception(true);
    reception.write(new byte[ALL], 0, ALL);
    assertFalse(isFree());
    assertThrows(IllegalStateException.class, reception::close);
    assertTrue(isFree());
  }

  private boolean isFree() {
    try (MessageMemory.Share share = memory.share()) {
      return share.grow(ALL);
    }
  }

  private Reception reception(boolean fails) {
    PermittedDomains none = PermittedDomains.of(List.of());
    Spool spool =
        new Spool() {
          @Override
          public void write(byte[] bytes, int offset, int length) {}

          @Override
          public long size() {
            return 0;
          }

          @Override
          public long held() {
            return 0;
          }

          @Override
          public void close() {
            closed.add(isFree() ? "memory is free" : "memory is held");
            if (fails) {
              throw new IllegalStateException("a fault in closing, made by the test");
            }
          }
        };
    // Of the queue, only what a message is written to.
    MailQueue queue =
        (MailQueue)
            Proxy.newProxyInstance(
                MailQueue.class.getClassLoader(),
                new Class<?>[] {MailQueue.class},
                (_, method, _) -> {
                  assertEquals("spool", method.getName());
                  return spool;
                });
    return new Reception(
        new Intake.Parts(
            queue,
            row -> {},
            Optional::empty,
            none,
            new SelfMail(new io.postern.policy.Settings(none, Mode.OFF, Mode.OFF, List.of())),
            () -> BlockedSenders.NONE,
            memory,
            new Ids(() -> Instant.EPOCH, new Random(1)),
            () -> Instant.EPOCH),
        new Settings("mx.example.com", "", false, none, Settings.HOPS_MAX),
        Optional.empty(),
        new Fates(),
        new Reception.Sender(
            "session",
            new Peer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 25), "", true, ""),
            ReversePath.NULL,
            Instant.EPOCH,
            false));
  }
}
