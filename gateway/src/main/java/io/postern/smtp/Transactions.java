package io.postern.smtp;

import io.postern.mail.Peer;
import java.util.Optional;

/// The mail transactions of a session, one after the other (RFC 5321 §3.3): what MAIL, RCPT, DATA
/// and BDAT come to.
///
/// What is put off is put off whole: a 4xx given to MAIL, or to all recipients, is given to the
/// commands that a pipelining peer (RFC 2920) has sent behind it as well. They would be out of
/// order otherwise, and their 5xx would make some peers give the mail up.
///
/// Belongs to the session's thread.
final class Transactions {
  private static final Reply MAIL_FIRST = new Reply(503, "5.5.1", "MAIL comes first");
  private static final Reply NO_RECIPIENT = new Reply(554, "5.5.1", "No valid recipients");
  private static final Reply GO_AHEAD = new Reply(354, "", "End data with <CR><LF>.<CR><LF>");

  private static final Reply IN_CHUNKS =
      new Reply(503, "5.5.1", "BDAT has begun the message; BDAT LAST or RSET ends it");
  static final Reply BAD_CHUNK =
      new Reply(501, "5.5.4", "The form is BDAT octets, or BDAT octets LAST");

  /// A smaller chunk doesn't count as bringing mail, in bytes: a message must not come in millions
  /// of them.
  private static final long CHUNK_SMALL = 512;

  /// How many RCPT a transaction may have for each recipient that a mail may have: most of an old
  /// list may be refused, but nobody may try out addresses without end behind one that stands.
  private static final long ASKED_PER_RECIPIENT = 10;

  private final String session;
  private final Wire wire;
  private final Settings settings;
  private final Receiver receiver;
  private final long discardMax;
  private final Chunks chunks;

  private Optional<Shield.Guarded> transaction = Optional.empty();
  private boolean utf8;
  private int recipients;
  private int recipientsAsked;

  /// The first 4xx given to MAIL, or in the open transaction to RCPT or a chunk.
  private Optional<Reply> putOff = Optional.empty();

  /// @param session the session's id
  Transactions(String session, Wire wire, Conversation.Terms terms) {
    this.session = session;
    this.wire = wire;
    this.settings = terms.settings();
    this.receiver = new Shield(terms.receiver());
    this.discardMax = terms.discardMax();
    this.chunks = new Chunks(wire, settings, discardMax);
  }

  /// True between MAIL and the end of its transaction.
  boolean isOpen() {
    return transaction.isPresent();
  }

  /// The transaction ends, if one is open, and whatever was said of it is forgotten.
  void reset() {
    transaction.ifPresent(Shield.Guarded::close);
    transaction = Optional.empty();
    utf8 = false;
    recipients = 0;
    recipientsAsked = 0;
    putOff = Optional.empty();
    chunks.forget();
  }

  /// MAIL.
  ///
  /// @param peer who speaks, and has said its name
  Outcome mail(Command.Mail mail, Peer peer) {
    if (transaction.isPresent()) {
      return Outcome.of(new Reply(503, "5.5.1", "One mail at a time; RSET forgets this one"));
    }
    putOff = Optional.empty();
    chunks.forget();
    long bytesMax = settings.limits().messageBytesMax();
    if (mail.size() > bytesMax) {
      return Outcome.of(new Reply(552, "5.3.4", "Message is larger than " + bytesMax + " bytes"));
    }
    return switch (receiver.mail(session, peer, mail.from(), mail.size(), mail.utf8())) {
      case Receiver.Opening.Opened(Receiver.Transaction opened) -> {
        transaction = Optional.of((Shield.Guarded) opened);
        utf8 = mail.utf8();
        yield new Outcome.Answered(new Reply(250, "2.1.0", "OK"), true);
      }
      case Receiver.Opening.Refused(Reply reply) -> {
        notePutOff(reply);
        yield Outcome.of(reply);
      }
    };
  }

  private void notePutOff(Reply reply) {
    if (putOff.isEmpty() && reply.code() >= 400 && reply.code() < 500) {
      putOff = Optional.of(reply);
    }
  }

  /// RCPT.
  Outcome recipient(Command.Recipient recipient) {
    if (transaction.isEmpty()) {
      return Outcome.of(putOff.orElse(MAIL_FIRST));
    }
    if (chunks.begun()) {
      return Outcome.of(IN_CHUNKS);
    }
    recipientsAsked++;
    if (recipientsAsked > ASKED_PER_RECIPIENT * settings.limits().recipientsMax()) {
      return new Outcome.Over(
          Ending.RECIPIENTS, new Reply(421, "4.7.0", "Too many recipients; closing"));
    }
    Reply reply = recipient(recipient, transaction.get());
    if (!reply.refuses()) {
      recipients++;
    }
    notePutOff(reply);
    return new Outcome.Answered(reply, recipients > 0);
  }

  private Reply recipient(Command.Recipient recipient, Shield.Guarded open) {
    if (!recipient.ascii() && !utf8) {
      return new Reply(553, "5.6.7", "This address needs SMTPUTF8 at MAIL");
    }
    int max = settings.limits().recipientsMax();
    if (recipients >= max) {
      return new Reply(452, "4.5.3", "More than " + max + " recipients; send again for the others");
    }
    return open.recipient(recipient.to());
  }

  /// DATA and the message behind it.
  Outcome data() {
    if (chunks.begun()) {
      return Outcome.of(IN_CHUNKS);
    }
    Optional<Reply> refusal = messageRefusal();
    if (refusal.isPresent()) {
      if (transaction.isPresent() && transaction.get().isBroken()) {
        reset();
      }
      return Outcome.of(refusal.get());
    }
    Shield.Guarded open = transaction.orElseThrow();
    wire.reply(GO_AHEAD.line());
    MessageReader reader = new MessageReader(wire, settings, discardMax, DotScanner.Framing.DOT);
    return message(open, reader.read(open));
  }

  /// Why no message can come now, if so.
  private Optional<Reply> messageRefusal() {
    if (transaction.isEmpty()) {
      return Optional.of(putOff.orElse(MAIL_FIRST));
    }
    if (transaction.get().isBroken()) {
      return Optional.of(Shield.FAULT);
    }
    return recipients == 0 ? Optional.of(putOff.orElse(NO_RECIPIENT)) : Optional.empty();
  }

  /// The message was read.
  private Outcome message(Shield.Guarded open, MessageReader.Result result) {
    return switch (result) {
      case MessageReader.Result.Whole(long bytes) -> {
        Reply reply = open.message();
        reset();
        yield reply.refuses() ? Outcome.of(reply) : new Outcome.Kept(reply, bytes);
      }
      case MessageReader.Result.Unfit(Reply reply) -> {
        open.unfit(reply);
        reset();
        yield Outcome.of(reply);
      }
      case MessageReader.Result.Endless(Reply reply) -> {
        open.unfit(reply);
        yield new Outcome.Over(Ending.ENDLESS_MESSAGE, reply);
      }
      case MessageReader.Result.Cut(Line.End why) -> new Outcome.Left(why);
    };
  }

  /// BDAT and its octets.
  Outcome chunk(Command.Chunk chunk) {
    Optional<Reply> refusal = chunks.refusal().or(this::messageRefusal);
    return chunked(
        refusal.isPresent()
            ? chunks.discard(chunk.octets(), refusal.get())
            : chunks.take(chunk, transaction.orElseThrow()));
  }

  /// A BDAT that can't be obeyed.
  Outcome badChunk(Command.BadChunk chunk) {
    // Without a number nothing tells its octets from commands.
    return chunked(
        chunk.octets().isPresent()
            ? chunks.discard(chunk.octets().get(), BAD_CHUNK)
            : new Chunks.Taken.Endless(BAD_CHUNK));
  }

  private Outcome chunked(Chunks.Taken taken) {
    return switch (taken) {
      case Chunks.Taken.Part(long octets) ->
          new Outcome.Answered(
              new Reply(250, "2.0.0", octets + " octets taken"), octets >= CHUNK_SMALL);
      case Chunks.Taken.Last(MessageReader.Result result) ->
          message(transaction.orElseThrow(), result);
      case Chunks.Taken.Refused(Reply reply) -> {
        reset();
        chunks.refuse(reply);
        notePutOff(reply);
        yield Outcome.of(reply);
      }
      case Chunks.Taken.Endless(Reply reply) -> new Outcome.Over(Ending.CHUNK, reply);
      case Chunks.Taken.Cut(Line.End why) -> new Outcome.Left(why);
    };
  }
}
