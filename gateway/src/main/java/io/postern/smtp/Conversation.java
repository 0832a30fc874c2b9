package io.postern.smtp;

import io.postern.mail.Address;
import io.postern.mail.Peer;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// One SMTP session: what was said so far, and what we answer (RFC 5321 §4.1.4 and §4.3). Verbs return
/// their reply; only [#turn] and what it calls to end the session write it.
///
///     greeted --EHLO, HELO--> ready --MAIL--> open --RCPT 2xx--> open, with recipients --DATA--> ready
///                               ^               |                    |
///                               +-- RSET, EHLO, HELO: the transaction is closed
///
/// Belongs to the session's thread.
final class Conversation {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

  private static final Reply HELLO_FIRST = new Reply(503, "5.5.1", "Say EHLO or HELO first");
  private static final Reply MAIL_FIRST = new Reply(503, "5.5.1", "MAIL comes first");
  private static final Reply NO_RECIPIENT = new Reply(554, "5.5.1", "No valid recipients");
  private static final Reply GO_AHEAD = new Reply(354, "", "End data with <CR><LF>.<CR><LF>");

  /// A reply line without CRLF, in characters (RFC 5321 §4.5.3.1.5).
  private static final int LINE_MAX = 510;

  private final String id;
  private final Wire wire;
  private final Settings settings;
  private final Receiver receiver;
  private final Tally tally;

  private Peer peer;
  private Optional<Shield.Guarded> transaction = Optional.empty();
  private boolean utf8;
  private int recipients;
  private Optional<Ending> ending = Optional.empty();

  /// Why a session ended, as the log says it.
  enum Ending {
    QUIT,
    CLOSED,
    IDLE,
    CLOSING,
    ERRORS,
    COMMANDS,
    BARE_LINE_END,
    ENDLESS_LINE,
    ENDLESS_MESSAGE,
    CHUNK,
    FAULT
  }

  Conversation(
      String id, InetSocketAddress address, Wire wire, Settings settings, Receiver receiver) {
    this.id = id;
    this.wire = wire;
    this.settings = settings;
    this.receiver = new Shield(receiver);
    this.tally = new Tally(settings.limits());
    this.peer = new Peer(address, "", false, "");
  }

  /// Waits for one line from the peer, obeys it, and answers. Throws nothing but errors of the
  /// virtual machine.
  void turn() {
    if (isOver()) {
      return;
    }
    try {
      switch (wire.line(transaction.isEmpty())) {
        case Line.Text(String text) -> obey(Command.parse(text, settings.hostName()));
        case Line.Unfit unfit -> refuseLine(unfit);
        case Line.End end -> leave(end);
      }
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      // A bug of ours, maybe in the middle of a message: no byte that follows can be trusted to be
      // a
      // command. The peer will come again.
      LOG.atError().addKeyValue("session", id).setCause(e).log("fault in session");
      end(Ending.FAULT, new Reply(421, "4.3.0", "Something went wrong here; try again later"));
    }
  }

  /// True when the session has ended and the connection may be closed.
  boolean isOver() {
    return ending.isPresent();
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
      case Command.Recipient recipient -> {
        Reply reply = recipient(recipient);
        answer(reply, !reply.refuses());
      }
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
    long bytesMax = settings.limits().messageBytesMax();
    if (mail.size() > bytesMax) {
      return new Reply(552, "5.3.4", "Message is larger than " + bytesMax + " bytes");
    }
    return switch (receiver.mail(id, peer, mail.from(), mail.size())) {
      case Receiver.Opening.Opened(Receiver.Transaction opened) -> {
        transaction = Optional.of((Shield.Guarded) opened);
        utf8 = mail.utf8();
        yield new Reply(250, "2.1.0", "OK");
      }
      case Receiver.Opening.Refused(Reply reply) -> reply;
    };
  }

  private Reply recipient(Command.Recipient recipient) {
    if (transaction.isEmpty()) {
      return MAIL_FIRST;
    }
    if (!recipient.ascii() && !utf8) {
      return new Reply(553, "5.6.7", "This address needs SMTPUTF8 at MAIL");
    }
    int max = settings.limits().recipientsMax();
    if (recipients >= max) {
      return new Reply(452, "4.5.3", "More than " + max + " recipients; send again for the others");
    }
    Address to = recipient.to();
    Reply reply = transaction.get().recipient(to);
    if (!reply.refuses()) {
      recipients++;
    }
    return reply;
  }

  private void data() {
    if (transaction.isEmpty()) {
      answer(MAIL_FIRST, false);
      return;
    }
    Shield.Guarded open = transaction.get();
    if (open.isBroken()) {
      reset();
      answer(Shield.FAULT, false);
      return;
    }
    if (recipients == 0) {
      answer(NO_RECIPIENT, false);
      return;
    }
    wire.reply(GO_AHEAD.line());
    switch (new MessageReader(wire, settings.limits().messageBytesMax()).read(open)) {
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
      case MessageReader.Result.Endless() ->
          end(
              Ending.ENDLESS_MESSAGE,
              new Reply(421, "4.3.4", "Message is far too large and goes on; closing"));
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
  }

  private void answer(Reply reply, boolean movesMail) {
    LOG.debug("session {} answers {} {}", id, reply.code(), reply.enhanced());
    switch (tally.count(reply, movesMail)) {
      case GO_ON -> wire.reply(line(reply));
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
    reset();
    wire.reply(line(farewell));
    ending = Optional.of(why);
    wire.finish();
  }

  private void end(Ending why) {
    reset();
    ending = Optional.of(why);
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
