package io.postern.intake;

import io.postern.intake.Intake.Replies;
import io.postern.journal.Arrival;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.journal.StoreUnavailable;
import io.postern.mail.Address;
import io.postern.mail.Envelope;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.mime.Addresses;
import io.postern.mime.AutomatedSign;
import io.postern.mime.Header;
import io.postern.mime.HeaderTap;
import io.postern.mime.Headers;
import io.postern.policy.BlockedSenders;
import io.postern.policy.Verdict;
import io.postern.queue.Accepted;
import io.postern.queue.Spool;
import io.postern.rules.Book;
import io.postern.smtp.Receiver;
import io.postern.smtp.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One mail on its way in, from MAIL to the reply after the dot. For the session's thread only.
final class Reception implements Receiver.Transaction {
  private static final Logger log = LoggerFactory.getLogger(Reception.class);

  /// What a report of another mail has: one of these at least.
  private static final Set<AutomatedSign.Kind> REPORT_SIGNS =
      EnumSet.of(AutomatedSign.Kind.NULL_SENDER, AutomatedSign.Kind.REPORT);

  private final Intake.Parts parts;
  private final Settings settings;
  private final Optional<Book> book;
  private final BlockedSenders blocked;
  private final Fates fates;
  private final Sender sender;
  private final List<Address> recipients = new ArrayList<>();
  private HeaderTap headerTap = new HeaderTap();
  private final MessageMemory.Share memory;
  private final Spool spool;
  private @Nullable Reply fault;

  /// What is known at MAIL.
  ///
  /// @param session the session's id
  /// @param peer who speaks
  /// @param from the reverse-path
  /// @param received now
  /// @param utf8 true when SMTPUTF8 was asked for
  record Sender(String session, Peer peer, ReversePath from, Instant received, boolean utf8) {}

  Reception(
      Intake.Parts parts, Settings settings, Optional<Book> book, Fates fates, Sender sender) {
    this.parts = parts;
    this.settings = settings;
    this.book = book;
    this.blocked = parts.blocked().get();
    this.fates = fates;
    this.sender = sender;
    this.memory = parts.memory().share();
    this.spool = parts.queue().spool();
  }

  @Override
  public Reply recipient(Address recipient) {
    Reply reply = judge(recipient);
    if (reply.refuses()) {
      fates.recipient(reply);
    }
    return reply;
  }

  private Reply judge(Address recipient) {
    if (book.isEmpty()) {
      return Replies.NO_BOOK;
    }
    boolean isPermitted = parts.domains().permits(recipient.domain());
    boolean isOurPostmaster =
        recipient.isPostmaster()
            && (isPermitted || recipient.domain().ascii().equalsIgnoreCase(settings.hostName()));
    if (isPermitted
        && !isOurPostmaster
        && sender.peer().tls().isEmpty()
        && settings.tlsRequired().permits(recipient.domain())) {
      deny(
          new Routing.Denied(recipient, Replies.TLS_FIRST, "not encrypted"),
          Facts.ofEnvelope(sender.from()));
      return Replies.TLS_FIRST;
    }
    if (isPermitted && !isOurPostmaster) {
      Optional<String> reason = blocked.reason(List.of(sender.from().text()));
      if (reason.isPresent()) {
        deny(
            new Routing.Denied(recipient, Replies.BLOCKED, reason.get()),
            Facts.ofEnvelope(sender.from()));
        return Replies.BLOCKED;
      }
    }
    if (isOurPostmaster || (isPermitted && book.get().couldMatch(recipient))) {
      if (!recipients.contains(recipient)) {
        recipients.add(recipient);
      }
      return Replies.RECIPIENT_OK;
    }
    Facts facts = Facts.ofEnvelope(sender.from());
    if (isPermitted) {
      deny(
          new Routing.Denied(recipient, Replies.NO_SUCH_RECIPIENT, "no rule for this recipient"),
          facts);
      return Replies.NO_SUCH_RECIPIENT;
    }
    if (settings.logDomainMismatch()) {
      deny(new Routing.Denied(recipient, Replies.NOT_PERMITTED, "domain not permitted"), facts);
    }
    return Replies.NOT_PERMITTED;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (fault != null) {
      return;
    }
    headerTap.accept(bytes, offset, length);
    try {
      spool.write(bytes, offset, length);
    } catch (StoreUnavailable e) {
      giveUp(unavailable(e));
      return;
    }
    // Asked for when it is there already: one write adds a block at most, and one that may not stay
    // is let go of at once.
    if (!memory.grow(headerTap.held() + spool.held())) {
      log.atWarn().addKeyValue("session", sender.session()).log("no memory left for a message");
      giveUp(Replies.NO_MEMORY);
    }
  }

  /// Lets go of what was read; the rest of the message is read for its end only.
  private void giveUp(Reply why) {
    fault = why;
    spool.close();
    headerTap = new HeaderTap();
    memory.close();
  }

  @Override
  public Reply message() {
    Reply reply = take();
    fates.mail(reply);
    return reply;
  }

  /// The road of one mail: read its headers, judge it, route it, keep it. Only what is on disk gets
  /// 250.
  private Reply take() {
    if (fault != null) {
      return fault;
    }
    if (book.isEmpty()) {
      return Replies.NO_BOOK;
    }
    if (headerTap.tooLong()) {
      return refuse(
          Replies.HEADERS_TOO_LARGE, "header section too large", Facts.ofEnvelope(sender.from()));
    }
    Headers headers = headerTap.headers();
    Facts facts = Facts.of(headers, sender.from());
    if (headers.named("Received").size() > settings.hopsMax()) {
      return refuse(
          Replies.LOOP, "mail loop: more than " + settings.hopsMax() + " Received lines", facts);
    }
    Routing routing =
        new Router(settings, book.get(), objection(headers)).route(recipients, headers);
    if (routing.routes().isEmpty()) {
      if (routing.refusal().code() >= 500) {
        routing.denied().forEach(denied -> deny(denied, facts));
      }
      return routing.refusal();
    }
    return keep(routing, facts);
  }

  private Reply keep(Routing routing, Facts facts) {
    String id = parts.ids().next();
    Envelope envelope =
        new Envelope(
            sender.session(),
            sender.peer(),
            sender.from(),
            recipients,
            sender.received(),
            sender.utf8());
    try {
      parts
          .queue()
          .put(
              new Accepted(id, envelope, facts.heading(), book.get().version(), routing.routes()),
              spool);
    } catch (StoreUnavailable e) {
      return unavailable(e);
    }
    routing.denied().forEach(denied -> deny(denied, facts));
    return Replies.kept(id);
  }

  @Override
  public void unfit(Reply reply) {
    fates.unfit(reply);
    Facts facts =
        headerTap.tooLong()
            ? Facts.ofEnvelope(sender.from())
            : Facts.of(headerTap.headers(), sender.from());
    recipients.forEach(to -> deny(new Routing.Denied(to, reply, reply.text()), facts));
  }

  @Override
  public void close() {
    try {
      // It waits for a block that is on its way to disk, and holds it until then.
      spool.close();
    } finally {
      memory.close();
    }
  }

  /// What the header section says for the status log.
  ///
  /// @param heading the first address of the header From, or the reverse-path, and the rest
  private record Facts(Accepted.Heading heading) {
    static Facts of(Headers headers, ReversePath reversePath) {
      List<String> from = Addresses.of(headers, "From");
      return new Facts(
          new Accepted.Heading(
              from.isEmpty() ? reversePath.text() : from.getFirst(),
              headers.first("Message-ID").map(Header::value).orElse(""),
              headers.first("Subject").map(Header::value).orElse(""),
              AutomatedSign.of(reversePath, headers).stream()
                  .anyMatch(sign -> REPORT_SIGNS.contains(sign.kind()))));
    }

    /// While no header was read.
    static Facts ofEnvelope(ReversePath reversePath) {
      return new Facts(new Accepted.Heading(reversePath.text(), "", "", false));
    }

    String from() {
      return heading.from();
    }

    String messageId() {
      return heading.messageId();
    }
  }

  /// What speaks against the mail as a whole: a blocked sender, or a heuristic.
  private Optional<Router.Objection> objection(Headers headers) {
    Optional<String> why = blocked.reason(Addresses.of(headers, "From"));
    if (why.isPresent()) {
      return why.map(reason -> new Router.Objection(Replies.BLOCKED, reason));
    }
    return verdict(headers) instanceof Verdict.Refuse(String reason)
        ? Optional.of(new Router.Objection(Replies.SELF_MAIL, reason))
        : Optional.empty();
  }

  private Verdict verdict(Headers headers) {
    Verdict verdict = parts.selfMail().judge(headers, sender.peer());
    if (verdict instanceof Verdict.Observe(String reason)) {
      log.atInfo()
          .addKeyValue("session", sender.session())
          .addKeyValue("reason", reason)
          .log("would have been denied, but the heuristic only observes");
    }
    return verdict;
  }

  private Reply refuse(Reply reply, String reason, Facts facts) {
    recipients.forEach(to -> deny(new Routing.Denied(to, reply, reason), facts));
    return reply;
  }

  private Reply unavailable(StoreUnavailable why) {
    log.atError()
        .addKeyValue("session", sender.session())
        .log("a mail was put off: {}", why.getMessage());
    return why.full() ? Replies.NO_ROOM : Replies.NO_STORE;
  }

  private void deny(Routing.Denied denied, Facts facts) {
    parts
        .refusals()
        .deny(
            new Row(
                0,
                parts.clock().instant(),
                Status.DENIED,
                denied.reason(),
                new Arrival(
                    sender.received(),
                    sender.session(),
                    sender.peer().helo(),
                    facts.from(),
                    denied.recipient().text(),
                    facts.messageId()),
                Step.NONE));
  }
}
