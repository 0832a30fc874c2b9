package io.postern.smtp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// The connection as SubEthaSMTP is shown it. What it reads is one short line, the crank, and then
/// the end; what it writes goes into [Wire]'s next packet. The peer's own bytes pass it by.
final class PeerSocket extends Socket {
  /// The one command SubEthaSMTP ever sees.
  static final String CRANK = "NEXT";

  private static final byte[] CRANK_LINE = (CRANK + "\r\n").getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final Wire wire;
  private final boolean proxied;
  private final Consumer<PeerSocket> whenClosed;
  private final InputStream crank = new ByteArrayInputStream(CRANK_LINE);
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile InetSocketAddress peer;
  private volatile Runnable leave = () -> {};
  private volatile Optional<Conversation> conversation = Optional.empty();

  /// @param isProxied true when it comes from a proxy, whose header tells who speaks
  /// @param whenClosed told of this socket, once
  PeerSocket(Socket socket, Wire wire, boolean isProxied, Consumer<PeerSocket> whenClosed) {
    this.socket = socket;
    this.wire = wire;
    this.proxied = isProxied;
    this.peer = nameless((InetSocketAddress) socket.getRemoteSocketAddress());
    this.whenClosed = whenClosed;
  }

  /// The same address with its own text as its host name, so that nobody who asks for the name
  /// makes the session wait for DNS; SubEthaSMTP asks in its debug log.
  private static InetSocketAddress nameless(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    try {
      String text = ip.getHostAddress();
      InetAddress named =
          ip instanceof Inet6Address six
              ? Inet6Address.getByAddress(text, six.getAddress(), six.getScopeId())
              : InetAddress.getByAddress(text, ip.getAddress());
      return new InetSocketAddress(named, address.getPort());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  Wire wire() {
    return wire;
  }

  /// Who speaks; the proxy, until it has told.
  InetSocketAddress peer() {
    return peer;
  }

  /// True when a proxy's header comes first.
  boolean isProxied() {
    return proxied;
  }

  /// The proxy has told who speaks.
  void speaksFor(InetSocketAddress source) {
    peer = nameless(source);
  }

  /// Also to be run when it closes; only the session's own thread closes it before.
  void whenClosed(Runnable left) {
    leave = left;
  }

  /// The session begins.
  void begin(Conversation begun) {
    conversation = Optional.of(begun);
  }

  /// The session of this connection, once it has begun.
  Optional<Conversation> conversation() {
    return conversation;
  }

  @Override
  public InputStream getInputStream() {
    return crank;
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int b) {
        wire.send(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        wire.send(bytes, offset, length);
      }
    };
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return peer;
  }

  @Override
  public InetAddress getInetAddress() {
    return peer.getAddress();
  }

  @Override
  public int getPort() {
    return peer.getPort();
  }

  @Override
  public void setSoTimeout(int timeout) {
    // Deadlines are the wire's.
  }

  @Override
  public boolean isBound() {
    return true;
  }

  @Override
  public boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      try {
        socket.close();
      } finally {
        leave.run();
        whenClosed.accept(this);
      }
    }
  }
}
