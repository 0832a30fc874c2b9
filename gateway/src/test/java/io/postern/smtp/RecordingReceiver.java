package io.postern.smtp;

import io.postern.mail.Address;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A receiver that keeps what it is given. What it answers depends on local parts:
///
///     sender     maildeath  an error of the virtual machine at MAIL
///                refused  550 at MAIL          later   451 at MAIL      mailbug  throws at MAIL
///     recipient  unknown  550 at RCPT          busy    451 at RCPT      rcptbug  throws at RCPT
///                rcptnull null at RCPT         rcptdeath  an error at RCPT
///                spam     550 after the dot    full    452 after the dot
///                writebug throws in write      dotbug  throws after the dot
///                writedeath, dotdeath, closedeath  an error in write, after the dot, in close
///                slow     waits after the dot until [#release] is counted down
final class RecordingReceiver implements Receiver {
  /// A mail that was answered 250.
  ///
  /// @param content one character a byte
  /// @param blocks how many calls of write brought it
  record Kept(
      String session,
      Peer peer,
      ReversePath from,
      long declared,
      boolean utf8,
      List<Address> recipients,
      String content,
      int blocks) {}

  final BlockingQueue<Kept> kept = new LinkedBlockingQueue<>();
  final List<Reply> unfit = new ArrayList<>();
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  final AtomicInteger bytesMost = new AtomicInteger();
  final AtomicInteger closedTwice = new AtomicInteger();
  final CountDownLatch waiting = new CountDownLatch(1);
  final CountDownLatch release = new CountDownLatch(1);

  /// The next mail kept.
  Kept next() throws InterruptedException {
    Kept next = kept.poll(Doors.LONG.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no mail came");
    }
    return next;
  }

  @Override
  public Opening mail(
      String session, Peer peer, ReversePath from, long declaredSize, boolean utf8) {
    String local = from instanceof ReversePath.Of(Address address) ? address.local() : "";
    return switch (local) {
      case "refused" -> new Opening.Refused(new Reply(550, "5.7.1", "Not from you"));
      case "later" -> new Opening.Refused(new Reply(451, "4.3.5", "Not now"));
      case "mailbug" -> throw new IllegalStateException("a fault at MAIL, made by the test");
      case "maildeath" -> throw new InternalError("an error at MAIL, made by the test");
      default -> {
        opened.incrementAndGet();
        yield new Opening.Opened(new Recording(session, peer, from, declaredSize, utf8));
      }
    };
  }

  private final class Recording implements Transaction {
    private final String session;
    private final Peer peer;
    private final ReversePath from;
    private final long declared;
    private final boolean utf8;
    private final List<Address> recipients = new ArrayList<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int blocks;
    private boolean over;

    Recording(String session, Peer peer, ReversePath from, long declared, boolean utf8) {
      this.session = session;
      this.peer = peer;
      this.from = from;
      this.declared = declared;
      this.utf8 = utf8;
    }

    @Override
    public Reply recipient(Address recipient) {
      mustBeOpen();
      return switch (recipient.local()) {
        case "unknown" -> new Reply(550, "5.1.1", "No such user");
        case "busy" -> new Reply(451, "4.2.1", "Busy");
        case "rcptnull" -> null;
        case "rcptdeath" -> throw new InternalError("an error at RCPT, made by the test");
        case "rcptbug" -> throw new IllegalStateException("a fault at RCPT, made by the test");
        default -> {
          recipients.add(recipient);
          yield new Reply(250, "2.1.5", "OK");
        }
      };
    }

    @Override
    public void write(byte[] block, int offset, int length) {
      mustBeOpen();
      if (has("writebug")) {
        throw new IllegalStateException("a fault in write, made by the test");
      }
      if (has("writedeath")) {
        throw new InternalError("an error in write, made by the test");
      }
      bytes.write(block, offset, length);
      bytesMost.accumulateAndGet(bytes.size(), Math::max);
      blocks++;
    }

    @Override
    public Reply message() {
      mustBeOpen();
      if (has("spam")) {
        return new Reply(550, "5.7.1", "Looks like spam");
      }
      if (has("full")) {
        return new Reply(452, "4.3.1", "Disk is full");
      }
      if (has("dotbug")) {
        throw new IllegalStateException("a fault after the dot, made by the test");
      }
      if (has("dotdeath")) {
        throw new InternalError("an error after the dot, made by the test");
      }
      if (has("slow")) {
        waiting.countDown();
        try {
          if (!release.await(Doors.LONG.toSeconds(), TimeUnit.SECONDS)) {
            return new Reply(451, "4.3.0", "The test did not release");
          }
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      kept.add(
          new Kept(
              session,
              peer,
              from,
              declared,
              utf8,
              recipients,
              bytes.toString(StandardCharsets.ISO_8859_1),
              blocks));
      return new Reply(250, "2.0.0", "kept");
    }

    @Override
    public void unfit(Reply reply) {
      mustBeOpen();
      unfit.add(reply);
    }

    @Override
    public void close() {
      if (over) {
        closedTwice.incrementAndGet();
      }
      over = true;
      closed.incrementAndGet();
      if (has("closedeath")) {
        throw new InternalError("an error in close, made by the test");
      }
    }

    private boolean has(String local) {
      return recipients.stream().anyMatch(address -> address.local().equals(local));
    }

    private void mustBeOpen() {
      if (over) {
        throw new AssertionError("called after close");
      }
    }
  }
}
