package io.postern.smtp;

import io.postern.mail.Ids;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.internal.server.BaseCommand;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.Session;
import org.subethamail.smtp.server.SessionHandler;

/// SubEthaSMTP on one address, and the only file that knows it. Ours are the sockets, the threads,
/// the lines, the verbs and the message; its own are the accepting thread, the session's life and
/// greeting.
///
/// Its loop over commands reads lines byte by byte, answers malformed ones in its own words,
/// without an enhanced code, and finds verbs by their first four letters; it can't be replaced. So
/// it is never shown what the peer says: it is handed a crank ([PeerSocket]), the name of its one
/// command that counts. That command is the whole [Conversation]; behind it SubEthaSMTP reads the
/// end, and ends the session.
///
/// Classes of packages named `internal` are used here, so the library's version is pinned.
///
/// Safe for use by many threads.
final class SubEtha {
  private static final Logger LOG = LoggerFactory.getLogger(SubEtha.class);

  /// Connections that the kernel holds until they are accepted.
  private static final int BACKLOG = 1024;

  /// Sessions it allows beyond ours, so that the refusal is always [Sessions]': a session counts
  /// there for a moment longer than here.
  private static final int SESSIONS_SPARE = 1000;

  private final Door door;
  private final InetSocketAddress address;

  // Guarded by this.
  private Running running;
  private boolean stopping;

  private SubEtha(Door door, Running running) {
    this.door = door;
    this.running = running;
    this.address = (InetSocketAddress) running.socket().getLocalSocketAddress();
  }

  /// What serves an address.
  ///
  /// @param terms what holds for its sessions
  /// @param ids makes the ids of sessions
  /// @param sessions the sessions of all addresses
  /// @param sockets makes what listens
  record Door(Conversation.Terms terms, Ids ids, Sessions sessions, SocketMaker sockets) {
    Settings settings() {
      return terms.settings();
    }
  }

  /// Makes the socket that listens, unbound.
  interface SocketMaker {
    DoorSocket make(Sessions sessions, boolean tlsAtOnce) throws IOException;
  }

  private record Running(SMTPServer server, DoorSocket socket) {}

  /// Listens.
  ///
  /// @throws IOException when the address can't be had; the message names it
  static SubEtha listen(InetSocketAddress address, Door door) throws IOException {
    return new SubEtha(door, start(address, door));
  }

  private static Running start(InetSocketAddress address, Door door) throws IOException {
    DoorSocket socket = door.sockets().make(door.sessions(), door.terms().tlsAtOnce());
    SMTPServer server =
        SMTPServer.port(address.getPort())
            .bindAddress(address.getAddress())
            .backlog(BACKLOG)
            .hostName(door.settings().hostName().ascii())
            .softwareName("Postern")
            .serverSocketFactory(() -> socket)
            .serverThreadName("smtp-accept-" + address.getPort())
            .executorService(new SessionThreads())
            .maxConnections(door.settings().crowd().sessionsMax() + SESSIONS_SPARE)
            // Ours are made where a fault does no harm; its sessions would never close.
            .sessionIdFactory(() -> "")
            .sessionHandler(new Life(door))
            .insertReceivedHeaders(false)
            .build();
    server.getCommandHandler().addCommand(new Crank());
    try {
      server.start();
    } catch (RuntimeException e) {
      socket.close();
      throw new IOException(
          "can't listen on "
              + address
              + ": "
              + (e.getCause() == null ? e : e.getCause()).getMessage(),
          e);
    }
    return new Running(server, socket);
  }

  /// Where it listens, with the true port.
  InetSocketAddress address() {
    return address;
  }

  /// Begins to listen anew when SubEthaSMTP's accepting thread has ended, as it does by an Error.
  /// Sessions go on. To be called every few seconds.
  ///
  /// @return true when it was so, and listening goes on; when that fails, the next call tries again
  synchronized boolean revive() {
    if (stopping || !running.socket().isAbandoned()) {
      return false;
    }
    LOG.atError().addKeyValue("address", address).log("nobody accepts any more; listening anew");
    try {
      // The server that is left behind is not stopped: that would cut its sessions.
      running.socket().dropLast();
      running.socket().close();
      running = start(address, door);
      return true;
    } catch (IOException e) {
      LOG.atError().addKeyValue("address", address).setCause(e).log("not listening");
      return false;
    }
  }

  /// Accepts no more; sessions go on.
  synchronized void stopAccepting() throws IOException {
    stopping = true;
    running.socket().stopAccepting();
  }

  /// Cuts whatever goes on still.
  synchronized void stop() {
    running.server().stop();
  }

  /// Holds the conversation when the crank is turned, once a session.
  private static final class Crank extends BaseCommand {
    Crank() {
      super(PeerSocket.CRANK, "");
    }

    @Override
    public void execute(String line, Session session) throws IOException {
      PeerSocket socket = (PeerSocket) session.getSocket();
      // The session's reader and writer hold buffers for a dialogue that they will never see: 22 KB
      // a
      // session, measured. Set anew, and by a virtual thread, they hold next to nothing.
      session.setSocket(socket);
      socket.conversation().ifPresent(Conversation::run);
    }
  }

  /// Begins and ends conversations with SubEthaSMTP's sessions.
  private record Life(Door door) implements SessionHandler {
    @Override
    public SessionAcceptance accept(Session session) {
      try {
        if (begins((PeerSocket) session.getSocket())) {
          return SessionAcceptance.success();
        }
      } catch (Throwable e) {
        // As in a conversation: it ends this session and nothing else.
        LOG.error("fault at the begin of a session", e);
      }
      // It was told already, or is hung up on; this is said to nobody.
      return SessionAcceptance.failure(421, "refused");
    }

    private boolean begins(PeerSocket socket) {
      String id = door.ids().next();
      if (!door.sessions().introduce(socket, id)) {
        return false;
      }
      socket.begin(new Conversation(id, socket.peer(), socket.wire(), door.terms()));
      return true;
    }

    @Override
    public void onSessionEnd(Session session) {
      ((PeerSocket) session.getSocket()).conversation().ifPresent(Conversation::over);
    }
  }
}
