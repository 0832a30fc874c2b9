package io.postern.smtp;

import io.postern.mail.Peer;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// One SMTP session: what was said so far, and what we answer (RFC 5321 §4.1.4 and §4.3).
///
///     greeted --EHLO, HELO--> ready --MAIL--> open --RCPT 2xx--> open, with recipients --DATA--> ready
///                               ^               |                    |
///                               +-- RSET, EHLO, HELO: the transaction is closed
///
/// What is put off is put off whole: a 4xx given to MAIL, or to all recipients, is given to the
/// commands that a pipelining peer (RFC 2920) has sent behind it as well. They would be out of order
/// otherwise, and their 5xx would make some peers give the mail up.
///
/// Belongs to the session's thread.
final class Conversation {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

  private static final Reply HELLO_FIRST = new Reply(503, "5.5.1", "Say EHLO or HELO first");
  private static final Reply MAIL_FIRST = new Reply(503, "5.5.1", "MAIL comes first");
  private static final Reply NO_RECIPIENT = new Reply(554, "5.5.1", "No valid recipients");
  private static final Reply GO_AHEAD = new Reply(354, "", "End data with <CR><LF>.<CR><LF>");

  /// How many RCPT a transaction may have for each recipient that a mail may have: most of an old
  /// list may be refused, but nobody may try out addresses without end behind one that stands.
  private static final long ASKED_PER_RECIPIENT = 10;

  /// A reply line without CRLF, in characters (RFC 5321 §4.5.3.1.5).
  private static final int LINE_MAX = 510;

  private final String id;
  private final Wire wire;
  private final Settings settings;
  private final Receiver receiver;
  private final Tally tally;
  private final long discardMax;

  private Peer peer;
  private Optional<Shield.Guarded> transaction = Optional.empty();
  private boolean utf8;
  private int recipients;
  private int recipientsAsked;

  /// The first 4xx given to MAIL, or to RCPT in the open transaction.
  private Optional<Reply> putOff = Optional.empty();

  private Optional<Ending> ending = Optional.empty();

  /// Why a session ended, as the log says it.
  enum Ending {
    QUIT,
    CLOSED,
    IDLE,
    CLOSING,
    ERRORS,
    COMMANDS,
    RECIPIENTS,
    BARE_LINE_END,
    ENDLESS_LINE,
    ENDLESS_MESSAGE,
    CHUNK,
    FAULT
  }

  Conversation(
      String id, InetSocketAddress address, Wire wire, Settings settings, Receiver receiver) {
    this(id, address, wire, settings, receiver, MessageReader.DISCARD_MAX);
  }

  /// For tests, which can't send gigabytes.
  ///
  /// @param discardMax what is read of a message beyond the largest one, in bytes
  Conversation(
      String id,
      InetSocketAddress address,
      Wire wire,
      Settings settings,
      Receiver receiver,
      long discardMax) {
    this.id = id;
    this.wire = wire;
    this.settings = settings;
    this.receiver = new Shield(receiver);
    this.tally = new Tally(settings.limits());
    this.discardMax = discardMax;
    this.peer = new Peer(address, "", false, "");
  }

  /// Speaks with the peer until the session has ended and the connection may be closed.
  void run() {
    while (ending.isEmpty()) {
      turn();
    }
  }

  /// Waits for one line from the peer, obeys it, and answers.
  private void turn() {
    try {
      switch (wire.line(transaction.isEmpty())) {
        case Line.Text(String text) -> obey(Command.parse(text, settings.hostName()));
        case Line.Unfit unfit -> refuseLine(unfit);
        case Line.End end -> leave(end);
      }
    } catch (Throwable e) {
      // A fault of ours or of the virtual machine, maybe in the middle of a message: no byte that
      // follows can be trusted to be a command. The peer will come again.
      LOG.atError().addKeyValue("session", id).setCause(e).log("fault in session");
      end(Ending.FAULT, new Reply(421, "4.3.0", "Something went wrong here; try again later"));
    }
  }

  private void refuseLine(Line.Unfit unfit) {
    switch (unfit) {
      case TOO_LONG ->
          answer(new Reply(500, "5.5.2", "Line is longer than " + Wire.LINE_MAX + " bytes"), false);
      case NO_TEXT -> answer(new Reply(500, "5.5.2", "Line is not printable UTF-8"), false);
      // Where the line ends is in doubt, so nothing behind it is read (RFC 5321 §2.3.8).
      case BARE ->
          end(Ending.BARE_LINE_END, new Reply(500, "5.5.2", "Lines end with CR and LF together"));
      case ENDLESS -> end(Ending.ENDLESS_LINE, new Reply(500, "5.5.2", "Line is without end"));
    }
  }

  private void leave(Line.End end) {
    switch (end) {
      case CLOSED -> end(Ending.CLOSED);
      case IDLE -> end(Ending.IDLE, new Reply(421, "4.4.2", "Waited too long; closing"));
      case CLOSING -> end(Ending.CLOSING, new Reply(421, "4.3.2", "Going down; try again later"));
    }
  }

  private void obey(Command command) {
    switch (command) {
      case Command.Hello hello -> hello(hello);
      case Command.Mail mail -> {
        Reply reply = mail(mail);
        answer(reply, !reply.refuses());
      }
      case Command.Recipient recipient -> recipient(recipient);
      case Command.Plain.DATA -> data();
      case Command.Plain.RESET -> {
        reset();
        answer(new Reply(250, "2.0.0", "OK"), false);
      }
      case Command.Plain.NOTHING -> answer(new Reply(250, "2.0.0", "OK"), false);
      case Command.Plain.VERIFY ->
          answer(new Reply(252, "2.5.2", "Not verified here; RCPT tells"), false);
      case Command.Plain.HELP -> answer(help(), false);
      case Command.Plain.QUIT -> end(Ending.QUIT, new Reply(221, "2.0.0", "Bye"));
      case Command.Chunk chunk -> chunk(chunk);
      case Command.Refused(Reply reply) -> answer(reply, false);
    }
  }

  /// RFC 5321 §4.1.4: a new greeting also ends the transaction.
  private void hello(Command.Hello hello) {
    reset();
    peer = new Peer(peer.address(), hello.name(), hello.esmtp(), peer.tls());
    String name = settings.hostName().ascii();
    if (!hello.esmtp()) {
      answer(new Reply(250, "", name + " greets " + peer.ip()), false);
      return;
    }
    wire.reply("250-" + name + " greets " + peer.ip());
    wire.reply("250-PIPELINING");
    wire.reply("250-SIZE " + settings.limits().messageBytesMax());
    wire.reply("250-8BITMIME");
    wire.reply("250-SMTPUTF8");
    wire.reply("250-ENHANCEDSTATUSCODES");
    // RFC 9422 §4.
    answer(new Reply(250, "", "LIMITS RCPTMAX=" + settings.limits().recipientsMax()), false);
  }

  private Reply mail(Command.Mail mail) {
    if (peer.helo().isEmpty()) {
      return HELLO_FIRST;
    }
    if (transaction.isPresent()) {
      return new Reply(503, "5.5.1", "One mail at a time; RSET forgets this one");
    }
    putOff = Optional.empty();
    long bytesMax = settings.limits().messageBytesMax();
    if (mail.size() > bytesMax) {
      return new Reply(552, "5.3.4", "Message is larger than " + bytesMax + " bytes");
    }
    return switch (receiver.mail(id, peer, mail.from(), mail.size(), mail.utf8())) {
      case Receiver.Opening.Opened(Receiver.Transaction opened) -> {
        transaction = Optional.of((Shield.Guarded) opened);
        utf8 = mail.utf8();
        yield new Reply(250, "2.1.0", "OK");
      }
      case Receiver.Opening.Refused(Reply reply) -> {
        notePutOff(reply);
        yield reply;
      }
    };
  }

  private void notePutOff(Reply reply) {
    if (putOff.isEmpty() && reply.code() >= 400 && reply.code() < 500) {
      putOff = Optional.of(reply);
    }
  }

  private void recipient(Command.Recipient recipient) {
    if (transaction.isEmpty()) {
      answer(putOff.orElse(MAIL_FIRST), false);
      return;
    }
    recipientsAsked++;
    if (recipientsAsked > ASKED_PER_RECIPIENT * settings.limits().recipientsMax()) {
      end(Ending.RECIPIENTS, new Reply(421, "4.7.0", "Too many recipients; closing"));
      return;
    }
    Reply reply = recipient(recipient, transaction.get());
    if (!reply.refuses()) {
      recipients++;
    }
    notePutOff(reply);
    answer(reply, recipients > 0);
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

  private void data() {
    if (transaction.isEmpty()) {
      answer(putOff.orElse(MAIL_FIRST), false);
      return;
    }
    Shield.Guarded open = transaction.get();
    if (open.isBroken()) {
      reset();
      answer(Shield.FAULT, false);
      return;
    }
    if (recipients == 0) {
      answer(putOff.orElse(NO_RECIPIENT), false);
      return;
    }
    wire.reply(GO_AHEAD.line());
    message(open);
  }

  private void message(Shield.Guarded open) {
    long bytesMax = settings.limits().messageBytesMax();
    switch (new MessageReader(wire, bytesMax, discardMax).read(open)) {
      case MessageReader.Result.Whole(long bytes) -> {
        Reply reply = open.message();
        if (!reply.refuses()) {
          tally.accepted(bytes);
        }
        reset();
        answer(reply, !reply.refuses());
      }
      case MessageReader.Result.Unfit(Reply reply) -> {
        open.unfit(reply);
        reset();
        answer(reply, false);
      }
      case MessageReader.Result.Endless(Reply reply) -> {
        open.unfit(reply);
        end(Ending.ENDLESS_MESSAGE, reply);
      }
      case MessageReader.Result.Cut(Line.End why) -> leave(why);
    }
  }

  /// BDAT isn't offered. What it brings is read and thrown away first (RFC 3030 §2), or it would be
  /// obeyed as commands.
  private void chunk(Command.Chunk chunk) {
    long left = chunk.octets().orElse(Long.MAX_VALUE);
    if (left > settings.limits().messageBytesMax()) {
      end(Ending.CHUNK, Command.NOT_HERE);
      return;
    }
    while (left > 0) {
      switch (wire.awaitMore()) {
        case BYTES -> {
          int bytes = (int) Math.min(left, wire.to() - wire.from());
          wire.consumeTo(wire.from() + bytes);
          left -= bytes;
        }
        case CLOSED -> {
          leave(Line.End.CLOSED);
          return;
        }
        case IDLE -> {
          leave(Line.End.IDLE);
          return;
        }
        case CLOSING -> {
          leave(Line.End.CLOSING);
          return;
        }
      }
    }
    answer(Command.NOT_HERE, false);
  }

  private Reply help() {
    String text = "EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP";
    return new Reply(
        214, "2.0.0", settings.help().isEmpty() ? text : text + "; see " + settings.help());
  }

  private void reset() {
    transaction.ifPresent(Shield.Guarded::close);
    transaction = Optional.empty();
    utf8 = false;
    recipients = 0;
    recipientsAsked = 0;
    putOff = Optional.empty();
  }

  private void answer(Reply reply, boolean movesMail) {
    LOG.debug("session {} answers {} {}", id, reply.code(), reply.enhanced());
    // Also before a 421: what was decided about a recipient or a message must not be asked again.
    wire.reply(line(reply));
    switch (tally.count(reply, movesMail)) {
      case GO_ON -> {}
      case TOO_MANY_ERRORS ->
          end(Ending.ERRORS, new Reply(421, "4.7.0", "Too many errors; closing"));
      case TOO_MANY_COMMANDS ->
          end(Ending.COMMANDS, new Reply(421, "4.7.0", "Too many commands and no mail; closing"));
    }
  }

  /// The reply as it is sent. A refusal also says where to find help and in which session it was.
  private String line(Reply reply) {
    return reply.refuses() ? refusal(reply, settings.help(), id) : cut(reply.line(), LINE_MAX);
  }

  /// A refusal as it is sent, without CRLF.
  static String refusal(Reply reply, String help, String session) {
    String tail = (help.isEmpty() ? "" : "; see " + help) + " [" + session + "]";
    return cut(reply.line(), LINE_MAX - tail.length()) + tail;
  }

  private static String cut(String line, int max) {
    return line.length() > max ? line.substring(0, max) : line;
  }

  private void end(Ending why, Reply farewell) {
    end(why);
    wire.reply(line(farewell));
    wire.finish();
  }

  private void end(Ending why) {
    // First of all, so that the session ends even if it can't do so in good order.
    ending = Optional.of(why);
    reset();
  }

  /// The connection ends, for whatever reason; called last, and once.
  void over() {
    reset();
    // Monitors and scanners connect all day and say nothing.
    boolean quiet =
        tally.isQuiet()
            && ending.filter(why -> why != Ending.CLOSED && why != Ending.QUIT).isEmpty();
    LOG.atLevel(quiet ? Level.DEBUG : Level.INFO)
        .addKeyValue("session", id)
        .addKeyValue("ip", peer.ip())
        .addKeyValue("helo", peer.helo())
        .addKeyValue("commands", tally.commands())
        .addKeyValue("refusals", tally.refusals())
        .addKeyValue("messages", tally.messages())
        .addKeyValue("bytes", tally.bytes())
        .addKeyValue("why", ending.map(Ending::name).orElse("CUT"))
        .log("session ended");
  }
}
