package io.postern.intake;

import io.postern.journal.RefusalLog;
import io.postern.mail.Ids;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.policy.BlockedSenders;
import io.postern.policy.PermittedDomains;
import io.postern.policy.SelfMail;
import io.postern.queue.MailQueue;
import io.postern.rules.Book;
import io.postern.smtp.Receiver;
import io.postern.smtp.Reply;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;

/// Answers the protocol for the gateway. Holds no state of its own but counters: each mail
/// transaction is a [Reception], which sees one book of rules from MAIL to 250.
public final class Intake implements Receiver {
  private final Parts parts;
  private final Settings settings;
  private final Fates fates = new Fates();

  /// What the intake works with.
  ///
  /// @param queue where accepted mail is kept
  /// @param refusals where refusals are noted
  /// @param books the book in force, if there is one
  /// @param domains whose mail is accepted
  /// @param selfMail the heuristics against forged self-mail
  /// @param blocked the senders that nothing is taken from
  /// @param memory what messages on their way in may hold
  /// @param ids names the mails
  /// @param clock the time
  public record Parts(
      MailQueue queue,
      RefusalLog refusals,
      Supplier<Optional<Book>> books,
      PermittedDomains domains,
      SelfMail selfMail,
      Supplier<BlockedSenders> blocked,
      MessageMemory memory,
      Ids ids,
      InstantSource clock) {}

  /// Makes an intake.
  public Intake(Parts parts, Settings settings) {
    this.parts = parts;
    this.settings = settings;
  }

  @Override
  public Opening mail(
      String session, Peer peer, ReversePath from, long declaredSize, boolean utf8) {
    if (!parts.queue().hasRoom(declaredSize)) {
      fates.mail(Replies.NO_ROOM);
      return new Opening.Refused(Replies.NO_ROOM);
    }
    Instant received = parts.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    return new Opening.Opened(
        new Reception(
            parts,
            settings,
            parts.books().get(),
            fates,
            new Reception.Sender(session, peer, from, received, utf8)));
  }

  /// What became of all that came.
  public Counts counts() {
    return fates.counts();
  }

  /// The replies of the door, in one place. A fault of ours is always 4xx.
  static final class Replies {
    static final Reply RECIPIENT_OK = new Reply(250, "2.1.5", "recipient ok");
    static final Reply NO_ROOM =
        new Reply(452, "4.3.1", "not enough storage now, please try again later");
    static final Reply NO_MEMORY =
        new Reply(452, "4.3.1", "too many mails at once, please try again later");
    static final Reply NO_STORE =
        new Reply(451, "4.3.0", "the mail can't be stored now, please try again later");
    static final Reply NO_BOOK =
        new Reply(451, "4.3.5", "the gateway's rules can't be read now, please try again later");
    static final Reply NOT_PERMITTED =
        new Reply(550, "5.7.1", "this gateway takes no mail for that domain");

    /// RFC 3207 §4 has this one for commands that come too early, and it says what to do, where 550
    /// would say that there is no such mailbox. It is for good: a sender without TLS has none
    /// tomorrow, and its user should hear of it today.
    static final Reply TLS_FIRST =
        new Reply(530, "5.7.0", "must issue a STARTTLS command first, for mail to that domain");

    static final Reply NO_SUCH_RECIPIENT = new Reply(550, "5.1.1", "no such recipient here");
    static final Reply NO_MATCH = new Reply(550, "5.7.1", "no recipient takes this mail");
    static final Reply SELF_MAIL =
        new Reply(550, "5.7.1", "the From address of this mail looks forged");
    static final Reply BLOCKED =
        new Reply(550, "5.7.1", "this gateway takes no mail from that sender");
    static final Reply LOOP =
        new Reply(554, "5.4.6", "too many Received lines, this is a mail loop");
    static final Reply HEADERS_TOO_LARGE =
        new Reply(552, "5.3.4", "the header section is too large");

    private Replies() {}

    static Reply kept(String id) {
      return new Reply(250, "2.0.0", id);
    }
  }
}
