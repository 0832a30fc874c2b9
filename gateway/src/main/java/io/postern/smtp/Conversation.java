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
/// (RFC 3207 §4.2). What lies right of `ready` is [Transactions]'.
///
/// Belongs to the session's thread.
final class Conversation {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

  /// What a session hears when the door closes.
  static final Reply GOING_DOWN = new Reply(421, "4.3.2", "Going down; try again later");

  private static final Reply OK = new Reply(250, "2.0.0", "OK");
  private static final Reply HELLO_FIRST = new Reply(503, "5.5.1", "Say EHLO or HELO first");

  private final String id;
  private final Wire wire;
  private final Settings settings;
  private final Encryption encryption;
  private final boolean tlsAtOnce;
  private final Tally tally;
  private final Transactions transactions;
  private final Score score;

  private Peer peer;
  private Optional<Ending> ending = Optional.empty();

  /// Why the handshake came to nothing; empty when it didn't.
  private String handshakeFault = "";

  /// What the peer had said behind STARTTLS, in bytes.
  private long discarded;

  /// What holds for all sessions at one address.
  ///
  /// @param tlsAtOnce true when TLS begins before the greeting (RFC 8314 §3.3)
  /// @param discardMax what is read of a message beyond the largest one, in bytes;
  ///   [MessageReader#DISCARD_MAX] but in tests, which can't send gigabytes
  /// @param score counts what they are told
  record Terms(
      Settings settings,
      Receiver receiver,
      Encryption encryption,
      boolean tlsAtOnce,
      long discardMax,
      Score score) {}

  Conversation(String id, InetSocketAddress address, Wire wire, Terms terms) {
    this.id = id;
    this.wire = wire;
    this.settings = terms.settings();
    this.encryption = terms.encryption();
    this.tlsAtOnce = terms.tlsAtOnce();
    this.tally = new Tally(settings.limits());
    this.transactions = new Transactions(id, wire, terms);
    this.score = terms.score();
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
    switch (wire.line(!transactions.isOpen())) {
      case Line.Text(String text) -> carryOut(obey(Command.parse(text, settings.hostName())));
      case Line.Unfit unfit -> carryOut(refused(unfit));
      case Line.End end -> leave(end);
    }
  }

  private static Outcome refused(Line.Unfit unfit) {
    return switch (unfit) {
      case TOO_LONG ->
          Outcome.of(new Reply(500, "5.5.2", "Line is longer than " + Wire.LINE_MAX + " bytes"));
      case NO_TEXT -> Outcome.of(new Reply(500, "5.5.2", "Line is not printable UTF-8"));
      case CHUNK -> new Outcome.Over(Ending.CHUNK, Transactions.BAD_CHUNK);
      // Where the line ends is in doubt, so nothing behind it is read (RFC 5321 §2.3.8).
      case BARE ->
          new Outcome.Over(
              Ending.BARE_LINE_END, new Reply(500, "5.5.2", "Lines end with CR and LF together"));
      case ENDLESS ->
          new Outcome.Over(Ending.ENDLESS_LINE, new Reply(500, "5.5.2", "Line is without end"));
    };
  }

  private Outcome obey(Command command) {
    return switch (command) {
      case Command.Hello hello -> hello(hello);
      case Command.Mail mail ->
          peer.helo().isEmpty() ? Outcome.of(HELLO_FIRST) : transactions.mail(mail, peer);
      case Command.Recipient recipient -> transactions.recipient(recipient);
      case Command.Plain.DATA -> transactions.data();
      case Command.Chunk chunk -> transactions.chunk(chunk);
      case Command.BadChunk chunk -> transactions.badChunk(chunk);
      case Command.Plain.RESET -> {
        transactions.reset();
        yield Outcome.of(OK);
      }
      case Command.Plain.NOTHING -> Outcome.of(OK);
      case Command.Plain.VERIFY ->
          Outcome.of(new Reply(252, "2.5.2", "Not verified here; RCPT tells"));
      case Command.Plain.HELP -> Outcome.of(help());
      case Command.Plain.STARTTLS -> startTls();
      case Command.Plain.QUIT -> new Outcome.Over(Ending.QUIT, new Reply(221, "2.0.0", "Bye"));
      case Command.Refused(Reply reply) -> Outcome.of(reply);
    };
  }

  private void carryOut(Outcome outcome) {
    switch (outcome) {
      case Outcome.Answered(Reply reply, boolean movesMail) -> answer(reply, movesMail);
      case Outcome.Kept(Reply reply, long bytes) -> {
        tally.accepted(bytes);
        answer(reply, true);
      }
      case Outcome.Encrypts(Reply reply, SSLEngine engine) -> {
        answer(reply, false);
        if (ending.isEmpty() && wire.flush()) {
          encrypt(engine);
        }
      }
      case Outcome.Over(Ending why, Reply farewell) -> end(why, farewell);
      case Outcome.Left(Line.End why) -> leave(why);
    }
  }

  /// RFC 5321 §4.1.4: a new greeting also ends the transaction.
  private Outcome hello(Command.Hello hello) {
    transactions.reset();
    peer = new Peer(peer.address(), hello.name(), hello.esmtp(), peer.tls());
    String name = settings.hostName().ascii();
    if (!hello.esmtp()) {
      return Outcome.of(new Reply(250, "", name + " greets " + peer.ip()));
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
    return Outcome.of(new Reply(250, "", "LIMITS RCPTMAX=" + settings.limits().recipientsMax()));
  }

  private Reply help() {
    String text = "EHLO HELO STARTTLS MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP";
    return new Reply(
        214, "2.0.0", settings.help().isEmpty() ? text : text + "; see " + settings.help());
  }

  /// RFC 3207 §4. What the peer has sent behind STARTTLS came in clear text, perhaps from somebody
  /// else, and may never be obeyed as if it had come encrypted.
  private Outcome startTls() {
    if (!peer.tls().isEmpty()) {
      return Outcome.of(new Reply(503, "5.5.1", "TLS is on already"));
    }
    if (transactions.isOpen()) {
      return Outcome.of(new Reply(503, "5.5.1", "Not within a mail; RSET forgets it"));
    }
    Optional<SSLEngine> engine = encryption.engine();
    if (engine.isEmpty()) {
      return Outcome.of(Command.NOT_HERE);
    }
    discarded = wire.discard();
    encryption.discarded(discarded);
    return new Outcome.Encrypts(new Reply(220, "2.0.0", "Ready to start TLS"), engine.get());
  }

  private void encryptAtOnce() {
    encryption.engine().ifPresentOrElse(this::encrypt, () -> fail("there is no certificate"));
  }

  private void encrypt(SSLEngine engine) {
    switch (wire.encrypt(engine, settings.tls().handshakeMax())) {
      case Wire.Encrypted.Yes(String suite) -> {
        encryption.begun();
        transactions.reset();
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

  private void answer(Reply reply, boolean movesMail) {
    LOG.debug("session {} answers {} {}", id, reply.code(), reply.enhanced());
    // Also before a 421: what was decided about a recipient or a message must not be asked again.
    say(reply);
    switch (tally.count(reply, movesMail)) {
      case GO_ON -> {}
      case TOO_MANY_ERRORS ->
          end(Ending.ERRORS, new Reply(421, "4.7.0", "Too many errors; closing"));
      case TOO_MANY_COMMANDS ->
          end(Ending.COMMANDS, new Reply(421, "4.7.0", "Too many commands and no mail; closing"));
    }
  }

  private void say(Reply reply) {
    score.replied(reply);
    wire.reply(reply.line(settings.help(), id));
  }

  private void leave(Line.End end) {
    switch (end) {
      case CLOSED -> end(Ending.CLOSED);
      case IDLE -> {
        Deadlines.Late why = wire.late();
        end(Ending.of(why), new Reply(421, "4.4.2", why.text));
      }
      case CLOSING -> end(Ending.CLOSING, GOING_DOWN);
    }
  }

  private void end(Ending why, Reply farewell) {
    end(why);
    say(farewell);
    wire.finish();
  }

  private void end(Ending why) {
    // First of all, so that the session ends even if it can't do so in good order.
    ending = Optional.of(why);
    transactions.reset();
  }

  /// The connection ends, for whatever reason; called last, and once.
  void over() {
    transactions.reset();
    score.ended(ending.orElse(Ending.CUT));
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
            .addKeyValue("why", ending.orElse(Ending.CUT));
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
