package io.postern.smtp;

import io.postern.mail.Ids;
import java.io.IOException;
import java.net.InetSocketAddress;
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
final class SubEtha {
  /// Connections that the kernel holds until they are accepted.
  private static final int BACKLOG = 1024;

  /// Sessions it allows beyond ours, so that the refusal is always [Sessions]': a session counts
  /// there for a moment longer than here.
  private static final int SESSIONS_SPARE = 1000;

  private final SMTPServer server;
  private final DoorSocket door;
  private final InetSocketAddress address;

  private SubEtha(SMTPServer server, DoorSocket door) {
    this.server = server;
    this.door = door;
    this.address = (InetSocketAddress) door.getLocalSocketAddress();
  }

  /// Listens.
  ///
  /// @throws IOException when the address can't be had; the message names it
  static SubEtha listen(
      InetSocketAddress address, Settings settings, Receiver receiver, Ids ids, Sessions sessions)
      throws IOException {
    DoorSocket door = new DoorSocket(sessions);
    SMTPServer server =
        SMTPServer.port(address.getPort())
            .bindAddress(address.getAddress())
            .backlog(BACKLOG)
            .hostName(settings.hostName().ascii())
            .softwareName("Postern")
            .serverSocketFactory(() -> door)
            .serverThreadName("smtp-accept-" + address.getPort())
            .executorService(new SessionThreads())
            .maxConnections(settings.limits().sessionsMax() + SESSIONS_SPARE)
            .sessionIdFactory(ids::next)
            .sessionHandler(new Life(settings, receiver))
            .insertReceivedHeaders(false)
            .build();
    server.getCommandHandler().addCommand(new Crank());
    try {
      server.start();
    } catch (RuntimeException e) {
      door.close();
      throw new IOException(
          "can't listen on "
              + address
              + ": "
              + (e.getCause() == null ? e : e.getCause()).getMessage(),
          e);
    }
    return new SubEtha(server, door);
  }

  /// Where it listens, with the true port.
  InetSocketAddress address() {
    return address;
  }

  /// Accepts no more; sessions go on.
  void stopAccepting() throws IOException {
    door.stopAccepting();
  }

  /// Cuts whatever goes on still.
  void stop() {
    server.stop();
  }

  /// Holds the conversation when the crank is turned, once a session.
  private static final class Crank extends BaseCommand {
    Crank() {
      super(PeerSocket.CRANK, "");
    }

    @Override
    public void execute(String line, Session session) {
      ((PeerSocket) session.getSocket()).conversation().ifPresent(Conversation::run);
    }
  }

  /// Begins and ends conversations with SubEthaSMTP's sessions.
  private record Life(Settings settings, Receiver receiver) implements SessionHandler {
    @Override
    public SessionAcceptance accept(Session session) {
      PeerSocket socket = (PeerSocket) session.getSocket();
      socket.begin(
          new Conversation(
              session.getSessionId(), socket.peer(), socket.wire(), settings, receiver));
      return SessionAcceptance.success();
    }

    @Override
    public void onSessionEnd(Session session) {
      ((PeerSocket) session.getSocket()).conversation().ifPresent(Conversation::over);
    }
  }
}
