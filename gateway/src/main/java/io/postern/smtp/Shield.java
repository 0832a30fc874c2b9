package io.postern.smtp;

import io.postern.mail.Address;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A receiver whose faults are replies. What lies behind promises not to throw; if it does all the
/// same, the peer hears 451 and tries again later, and mail is neither lost nor refused for a bug
/// of ours. Errors of the virtual machine are no exception: passed on, they would end the session
/// without a word of ours, and where a lack of memory is to end the process, it has done so before.
///
/// @param receiver what may throw
record Shield(Receiver receiver) implements Receiver {
  private static final Logger LOG = LoggerFactory.getLogger(Shield.class);

  static final Reply FAULT = new Reply(451, "4.3.0", "Something went wrong here; try again later");

  @Override
  public Opening mail(
      String session, Peer peer, ReversePath from, long declaredSize, boolean utf8) {
    try {
      return switch (receiver.mail(session, peer, from, declaredSize, utf8)) {
        case Opening.Opened(Transaction transaction) ->
            new Opening.Opened(new Guarded(session, transaction));
        case Opening.Refused refused -> refused;
      };
    } catch (Throwable e) {
      report(session, "mail", e);
      return new Opening.Refused(FAULT);
    }
  }

  private static void report(String session, String step, Throwable fault) {
    LOG.atError()
        .addKeyValue("session", session)
        .addKeyValue("step", step)
        .setCause(fault)
        .log("fault in receiver");
  }

  /// A transaction that ends at its first fault. The recipients and the message that still follow
  /// are answered 451: a 503, as if there were no transaction, would make the peer give up mail for
  /// good.
  static final class Guarded implements Transaction {
    private final String session;
    private final Transaction transaction;
    private boolean broken;
    private boolean closed;

    Guarded(String session, Transaction transaction) {
      this.session = session;
      this.transaction = transaction;
    }

    /// True after a fault; nothing comes of this transaction any more.
    boolean isBroken() {
      return broken;
    }

    @Override
    public Reply recipient(Address recipient) {
      if (broken) {
        return FAULT;
      }
      try {
        return Objects.requireNonNull(transaction.recipient(recipient));
      } catch (Throwable e) {
        return broke("recipient", e);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      if (!broken) {
        try {
          transaction.write(bytes, offset, length);
        } catch (Throwable e) {
          broke("write", e);
        }
      }
    }

    @Override
    public Reply message() {
      if (broken) {
        return FAULT;
      }
      try {
        return Objects.requireNonNull(transaction.message());
      } catch (Throwable e) {
        return broke("message", e);
      }
    }

    @Override
    public void unfit(Reply reply) {
      if (!broken) {
        try {
          transaction.unfit(reply);
        } catch (Throwable e) {
          broke("unfit", e);
        }
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        try {
          transaction.close();
        } catch (Throwable e) {
          report(session, "close", e);
        }
      }
    }

    private Reply broke(String step, Throwable fault) {
      report(session, step, fault);
      broken = true;
      close();
      return FAULT;
    }
  }
}
