package io.postern.smtp;

import io.postern.mail.Peer;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/// One SMTP session: what was said so far, and what we answer (RFC 5321 §4.1.4 and §4.3).
///
///     greeted --EHLO, HELO--> ready --MAIL--> open --RCPT 2xx--> with recipients --DATA--> ready
///                               ^               |                   |   |           ^
///                               |               |                   |  BDAT         |
///                               |               |                   |   v           |
///                               |               |                   |  in chunks --BDAT LAST
///                               +---------------+-------------------+---+
///                                 RSET, EHLO, HELO, a chunk refused: the transaction is closed
///
/// STARTTLS leads back to the beginning: nothing that was said in clear text counts behind it
/// (RFC 3207 §4.2).
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

  private static final Reply IN_CHUNKS =
      new Reply(503, "5.5.1", "BDAT has begun the message; BDAT LAST or RSET ends it");
  private static final Reply BAD_CHUNK =
      new Reply(501, "5.5.4", "The form is BDAT octets, or BDAT octets LAST");

  /// A smaller chunk doesn't count as bringing mail, in bytes: a message must not come in millions
  /// of them.
  private static final long CHUNK_SMALL = 512;

  /// How many RCPT a transaction may have for each recipient that a mail may have: most of an old
  /// list may be refused, but nobody may try out addresses without end behind one that stands.
  private static final long ASKED_PER_RECIPIENT = 10;

  /// A reply line without CRLF, in characters (RFC 5321 §4.5.3.1.5).
  private static final int LINE_MAX = 510;

  private final String id;
  private final Wire wire;
  private final Settings settings;
  private final Receiver receiver;
  private final Encryption encryption;
  private final boolean tlsAtOnce;
  private final Tally tally;
  private final long discardMax;

  private Peer peer;
  private Optional<Shield.Guarded> transaction = Optional.empty();
  private boolean utf8;
  private int recipients;
  private int recipientsAsked;

  /// The first 4xx given to MAIL, or to RCPT in the open transaction.
  private Optional<Reply> putOff = Optional.empty();

  /// The message on its way in, once it has begun to come by BDAT.
  private Optional<MessageReader> chunks = Optional.empty();

  /// What a BDAT was refused with: those behind it, up to the next MAIL, RSET or greeting, are
  /// answered the same.
  private Optional<Reply> chunksRefused = Optional.empty();

  private Optional<Ending> ending = Optional.empty();

  /// Why the handshake came to nothing; empty when it didn't.
  private String handshakeFault = "";

  /// What the peer had said behind STARTTLS, in bytes.
  private long discarded;

  /// Why a session ended, as the log says it.
  enum Ending {
    QUIT,
    CLOSED,
    IDLE,
    SLOW,
    SESSION,
    CLOSING,
    ERRORS,
    COMMANDS,
    RECIPIENTS,
    BARE_LINE_END,
    ENDLESS_LINE,
    ENDLESS_MESSAGE,
    CHUNK,
    HANDSHAKE,
    FAULT
  }

  /// What holds for all sessions at one address.
  ///
  /// @param tlsAtOnce true when TLS begins before the greeting (RFC 8314 §3.3)
  /// @param discardMax what is read of a message beyond the largest one, in bytes;
  ///   [MessageReader#DISCARD_MAX] but in tests, which can't send gigabytes
  record Terms(
      Settings settings,
      Receiver receiver,
      Encryption encryption,
      boolean tlsAtOnce,
      long discardMax) {}

  Conversation(String id, InetSocketAddress address, Wire wire, Terms terms) {
    this.id = id;
    this.wire = wire;
    this.settings = terms.settings();
    this.receiver = new Shield(terms.receiver());
    this.encryption = terms.encryption();
    this.tlsAtOnce = terms.tlsAtOnce();
    this.tally = new Tally(settings.limits());
    this.discardMax = terms.discardMax();
    this.peer = new Peer(address, "", false, "");
  }

  /// Speaks with the peer until the session has ended and the connection may be closed.
  void run() {
    if (tlsAtOnce) {
      guarded(this::encryptAtOnce);
    }
    while (ending.isEmpty()) {
      guarded(this::turn);
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      // A fault of ours or of the virtual machine, maybe in the middle of a message: no byte that
      // follows can be trusted to be a command. The peer will come again.
      LOG.atError().addKeyValue("session", id).setCause(e).log("fault in session");
      end(Ending.FAULT, new Reply(421, "4.3.0", "Something went wrong here; try again later"));
    }
  }

  /// Waits for one line from the peer, obeys it, and answers.
  private void turn() {
    switch (wire.line(transaction.isEmpty())) {
      case Line.Text(String text) -> obey(Command.parse(text, settings.hostName()));
      case Line.Unfit unfit -> refuseLine(unfit);
      case Line.End end -> leave(end);
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
      case IDLE -> late(wire.late());
      case CLOSING -> end(Ending.CLOSING, new Reply(421, "4.3.2", "Going down; try again later"));
    }
  }

  private void late(Deadlines.Late why) {
    Ending named =
        switch (why) {
          case IDLE -> Ending.IDLE;
          case SLOW -> Ending.SLOW;
          case SESSION -> Ending.SESSION;
        };
    end(named, new Reply(421, "4.4.2", why.text));
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
      case Command.Plain.STARTTLS -> startTls();
      case Command.Plain.QUIT -> end(Ending.QUIT, new Reply(221, "2.0.0", "Bye"));
      case Command.Chunk chunk -> chunk(chunk);
      case Command.BadChunk chunk -> badChunk(chunk);
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
    if (peer.tls().isEmpty() && encryption.engine().isPresent()) {
      wire.reply("250-STARTTLS");
    }
    // Without BINARYMIME: a CR, LF or NUL of its own has no place in a message here.
    wire.reply("250-CHUNKING");
    // RFC 9422 §4. There is no MAILMAX, as a session may bring any number of mails.
    answer(new Reply(250, "", "LIMITS RCPTMAX=" + settings.limits().recipientsMax()), false);
  }

  /// RFC 3207 §4. What the peer has sent behind STARTTLS came in clear text, perhaps from somebody
  /// else, and may never be obeyed as if it had come encrypted.
  private void startTls() {
    if (!peer.tls().isEmpty()) {
      answer(new Reply(503, "5.5.1", "TLS is on already"), false);
      return;
    }
    if (transaction.isPresent()) {
      answer(new Reply(503, "5.5.1", "Not within a mail; RSET forgets it"), false);
      return;
    }
    Optional<SSLEngine> engine = encryption.engine();
    if (engine.isEmpty()) {
      answer(Command.NOT_HERE, false);
      return;
    }
    discarded = wire.discard();
    encryption.discarded(discarded);
    answer(new Reply(220, "2.0.0", "Ready to start TLS"), false);
    if (ending.isEmpty() && wire.flush()) {
      encrypt(engine.get());
    }
  }

  private void encryptAtOnce() {
    encryption.engine().ifPresentOrElse(this::encrypt, () -> fail("there is no certificate"));
  }

  private void encrypt(SSLEngine engine) {
    switch (wire.encrypt(engine, settings.tls().handshakeMax())) {
      case Wire.Encrypted.Yes(String suite) -> {
        encryption.begun();
        reset();
        peer = new Peer(peer.address(), "", false, suite);
      }
      case Wire.Encrypted.No(String why) -> fail(why);
    }
  }

  /// There is no way back to clear text, nor a way to say so.
  private void fail(String why) {
    encryption.failed();
    handshakeFault = why;
    end(Ending.HANDSHAKE);
  }

  private Reply mail(Command.Mail mail) {
    if (peer.helo().isEmpty()) {
      return HELLO_FIRST;
    }
    if (transaction.isPresent()) {
      return new Reply(503, "5.5.1", "One mail at a time; RSET forgets this one");
    }
    putOff = Optional.empty();
    chunksRefused = Optional.empty();
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
    if (chunks.isPresent()) {
      answer(IN_CHUNKS, false);
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
    if (chunks.isPresent()) {
      answer(IN_CHUNKS, false);
      return;
    }
    Optional<Reply> refusal = messageRefusal();
    if (refusal.isPresent()) {
      if (transaction.isPresent() && transaction.get().isBroken()) {
        reset();
      }
      answer(refusal.get(), false);
      return;
    }
    Shield.Guarded open = transaction.orElseThrow();
    wire.reply(GO_AHEAD.line());
    MessageReader reader = new MessageReader(wire, settings, discardMax, DotScanner.Framing.DOT);
    message(open, reader.read(open));
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
  private void message(Shield.Guarded open, MessageReader.Result result) {
    switch (result) {
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

  /// BDAT (RFC 3030 §2). Its octets follow at once, whatever the reply will be, and are read in
  /// every case, or they would be obeyed as commands. A chunk that is refused takes the whole
  /// message with it: what the peer has sent behind it, without waiting for the reply, must not be
  /// kept for a message.
  private void chunk(Command.Chunk chunk) {
    Optional<Reply> refusal = chunksRefused.or(this::messageRefusal);
    if (refusal.isPresent()) {
      discardChunk(chunk.octets(), refusal.get());
      return;
    }
    Shield.Guarded open = transaction.orElseThrow();
    MessageReader reader =
        chunks.orElseGet(
            () -> new MessageReader(wire, settings, discardMax, DotScanner.Framing.COUNT));
    chunks = Optional.of(reader);
    MessageReader.Result result = reader.readChunk(open, chunk.octets(), chunk.last());
    if (chunk.last()) {
      message(open, result);
      return;
    }
    switch (result) {
      case MessageReader.Result.Whole _ when open.isBroken() -> refuseChunks(Shield.FAULT);
      case MessageReader.Result.Whole _ ->
          answer(
              new Reply(250, "2.0.0", chunk.octets() + " octets taken"),
              chunk.octets() >= CHUNK_SMALL);
      case MessageReader.Result.Unfit(Reply reply) -> {
        open.unfit(reply);
        refuseChunks(reply);
      }
      case MessageReader.Result.Endless _, MessageReader.Result.Cut _ -> message(open, result);
    }
  }

  private void badChunk(Command.BadChunk chunk) {
    if (chunk.octets().isPresent()) {
      discardChunk(chunk.octets().get(), BAD_CHUNK);
    } else {
      // Nothing tells its bytes from commands.
      end(Ending.CHUNK, BAD_CHUNK);
    }
  }

  private void discardChunk(long octets, Reply reply) {
    if (octets > settings.limits().messageBytesMax() + discardMax) {
      end(Ending.CHUNK, reply);
      return;
    }
    Optional<Line.End> cut = MessageReader.discard(wire, octets);
    if (cut.isPresent()) {
      leave(cut.get());
    } else {
      refuseChunks(reply);
    }
  }

  private void refuseChunks(Reply reply) {
    reset();
    chunksRefused = Optional.of(reply);
    notePutOff(reply);
    answer(reply, false);
  }

  private Reply help() {
    String text = "EHLO HELO STARTTLS MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP";
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
    chunks = Optional.empty();
    chunksRefused = Optional.empty();
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
    LoggingEventBuilder line =
        LOG.atLevel(quiet ? Level.DEBUG : Level.INFO)
            .addKeyValue("session", id)
            .addKeyValue("ip", peer.ip())
            .addKeyValue("helo", peer.helo())
            .addKeyValue("commands", tally.commands())
            .addKeyValue("refusals", tally.refusals())
            .addKeyValue("messages", tally.messages())
            .addKeyValue("bytes", tally.bytes())
            .addKeyValue("why", ending.map(Ending::name).orElse("CUT"));
    if (!peer.tls().isEmpty()) {
      line = line.addKeyValue("tls", peer.tls());
    }
    if (discarded > 0) {
      line = line.addKeyValue("discarded", discarded);
    }
    if (!handshakeFault.isEmpty()) {
      line = line.addKeyValue("fault", handshakeFault);
    }
    line.log("session ended");
  }
}
