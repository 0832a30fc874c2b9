package io.postern.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/// Bytes from and to one peer, in blocks. Replies are gathered and leave when the session is about
/// to wait for the peer, so those to a pipelined group leave in one packet (RFC 2920 §3.2).
///
/// Belongs to the session's thread, except [#closing], [#cut] and [#isStuck].
final class Wire {
  /// A command line with its CRLF, in bytes. RFC 5321 §4.5.3.1.4 asks for 512, and the parameters
  /// we offer add 53 to that.
  static final int LINE_MAX = 1024;

  /// What is thrown away of a line that is too long before the session is given up, in bytes.
  private static final int LINE_DISCARD_MAX = 64 * 1024;

  /// How long and how much the peer may still talk to deaf ears after our last reply. Closing a
  /// socket with unread bytes makes TCP throw away what the peer hasn't read of ours.
  private static final Duration LINGER = Duration.ofMillis(500);

  private static final int LINGER_BYTES_MAX = 1 << 20;

  /// What is read at once of a message, in bytes.
  static final int BLOCK_BYTES = 16 * 1024;

  /// What is read at once of commands, in bytes; more than a line.
  static final int LINES_BYTES = 2048;

  /// What is read of commands first, in bytes: enough for most. Most sessions wait for a command
  /// most of the time, and this is all they hold then; who says more is given more.
  static final int FIRST_BYTES = 256;

  private static final int REPLIES_BYTES = 2048;
  private static final byte[] NOTHING = new byte[0];

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final Deadlines deadlines;
  private Optional<TlsTunnel> tunnel = Optional.empty();

  /// True once nothing may leave in clear text any more.
  private boolean secret;

  /// True while the rest of a line or a message is awaited, for which the slowest rate holds. The
  /// tunnel reads by [#receive], too, and knows nothing of either.
  private boolean midway;

  private byte[] block = NOTHING;
  private int from;
  private int to;

  private byte[] replies = NOTHING;
  private int pending;

  // Guarded by this.
  private boolean closing;
  private boolean woken;
  private boolean interruptible;

  /// @param tlsAtOnce true when the peer expects TLS: what is said before that never leaves in
  ///   clear text
  Wire(Socket socket, Settings.Patience patience, boolean tlsAtOnce) throws IOException {
    this.socket = socket;
    this.secret = tlsAtOnce;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    this.deadlines = new Deadlines(patience, System::nanoTime);
  }

  /// Waits for the next command line.
  ///
  /// @param betweenMails true when the door may close instead of waiting, as no transaction is open
  Line line(boolean betweenMails) {
    if (betweenMails && isClosing()) {
      return Line.End.CLOSING;
    }
    deadlines.awaitLine();
    int looked = 0;
    int discarded = 0;
    Line tooLong = Line.Unfit.TOO_LONG;
    while (true) {
      for (int i = from + looked; i < to; i++) {
        if (block[i] == '\n') {
          return Line.Unfit.BARE;
        }
        if (block[i] == '\r' && i + 1 < to) {
          if (block[i + 1] != '\n') {
            return Line.Unfit.BARE;
          }
          int start = from;
          from = i + 2;
          if (discarded == 0 && from - start <= LINE_MAX) {
            return Line.of(block, start, i - start);
          }
          return discarded == 0 ? tooLong(start, i) : tooLong;
        }
      }
      // A CR at the end is looked at again, with its neighbour.
      looked = to - from - (to > from && block[to - 1] == '\r' ? 1 : 0);
      if (to - from > LINE_MAX) {
        tooLong = discarded == 0 ? tooLong(from, to) : tooLong;
        discarded += looked;
        from += looked;
        looked = 0;
      }
      if (discarded > LINE_DISCARD_MAX) {
        return Line.Unfit.ENDLESS;
      }
      boolean isBegun = to > from || discarded > 0;
      switch (fill(LINES_BYTES, betweenMails && !isBegun, isBegun)) {
        case BYTES -> {}
        case CLOSED -> {
          return Line.End.CLOSED;
        }
        case IDLE -> {
          return Line.End.IDLE;
        }
        case CLOSING -> {
          return Line.End.CLOSING;
        }
      }
    }
  }

  private Line tooLong(int start, int end) {
    return Line.isChunk(block, start, end - start) ? Line.Unfit.CHUNK : Line.Unfit.TOO_LONG;
  }

  /// What came of waiting for bytes.
  enum Fill {
    BYTES,
    CLOSED,
    IDLE,
    CLOSING
  }

  /// Waits for more bytes of a message; does not wait when there are some.
  Fill awaitMore() {
    if (from < to) {
      return Fill.BYTES;
    }
    deadlines.awaitBlock();
    return fill(BLOCK_BYTES, false, true);
  }

  /// Waits for the header that a proxy puts in front of everything else.
  ///
  /// @return [ProxyHeader.Junk] as well when none came in time; never [ProxyHeader.More]
  ProxyHeader proxyHeader(Duration max) {
    deadlines.awaitFor(max);
    while (true) {
      ProxyHeader header = ProxyHeader.read(block, from, to);
      if (!(header instanceof ProxyHeader.More)) {
        from += header.length();
        return header;
      }
      if (fill(LINES_BYTES, true, false) != Fill.BYTES) {
        return new ProxyHeader.Junk("ended early, or came too late");
      }
    }
  }

  /// Why [Fill#IDLE] or [Line.End#IDLE] was told.
  Deadlines.Late late() {
    return deadlines.late();
  }

  /// The bytes read and not yet consumed: from [#from] to [#to]. They may be changed in place, and
  /// are elsewhere after the next wait.
  byte[] block() {
    return block;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /// Takes the bytes before the index off the block.
  void consumeTo(int index) {
    from = index;
  }

  /// @param mayBeWoken true when the door may close instead of waiting
  /// @param isBegun true when it is the rest of something that is awaited
  private Fill fill(int blockBytes, boolean mayBeWoken, boolean isBegun) {
    // A pipelined group may go on behind a block that it filled; its replies wait for each other.
    boolean goesOn = to == block.length && to > 0 && isMoreHere();
    makeRoom(blockBytes);
    if (!goesOn && !flush()) {
      return Fill.CLOSED;
    }
    midway = isBegun;
    if (!beginRead(mayBeWoken)) {
      return Fill.CLOSING;
    }
    int length;
    try {
      length =
          tunnel.isPresent()
              ? tunnel.get().read(block, to, block.length - to)
              : receive(block, to, block.length - to);
    } catch (SocketTimeoutException _) {
      return endRead() ? Fill.CLOSING : Fill.IDLE;
    } catch (IOException _) {
      // A reset is how many peers hang up, and TLS that breaks is no better; what matters is that
      // nothing more comes.
      length = -1;
    }
    if (endRead()) {
      return Fill.CLOSING;
    }
    if (length < 0) {
      return Fill.CLOSED;
    }
    to += length;
    return Fill.BYTES;
  }

  /// One read from the network, encrypted or not, within the deadlines.
  private int receive(byte[] into, int offset, int length) throws IOException {
    int millis = deadlines.beginRead(midway);
    if (millis == 0) {
      throw new SocketTimeoutException("no time is left");
    }
    int bytes = 0;
    try {
      socket.setSoTimeout(millis);
      bytes = in.read(into, offset, length);
      return bytes;
    } finally {
      deadlines.endRead(Math.max(0, bytes));
    }
  }

  private boolean isMoreHere() {
    try {
      return tunnel.isPresent() ? tunnel.get().hasMore() : in.available() > 0;
    } catch (IOException _) {
      return false;
    }
  }

  /// Makes room in the block. A peer that filled the last one has more to say, and gets all of it.
  ///
  /// @param blockBytes how large the block may be, which is more than what waits in it
  private void makeRoom(int blockBytes) {
    int kept = to - from;
    boolean wasFull = to == block.length && to > 0;
    if (kept > 0 && !wasFull) {
      return;
    }
    int size = blockBytes == LINES_BYTES && !wasFull ? FIRST_BYTES : blockBytes;
    byte[] next = size == block.length ? block : new byte[size];
    System.arraycopy(block, from, next, 0, kept);
    block = next;
    from = 0;
    to = kept;
  }

  private synchronized boolean isClosing() {
    return closing;
  }

  private synchronized boolean beginRead(boolean mayBeWoken) {
    interruptible = mayBeWoken;
    return !woken && !(mayBeWoken && closing);
  }

  private synchronized boolean endRead() {
    interruptible = false;
    return woken;
  }

  /// The door closes: wakes a session that waits between mails. Called by another thread.
  ///
  /// @param now true to wake it in any case
  synchronized void closing(boolean now) {
    closing = true;
    if ((interruptible || now) && !woken) {
      woken = true;
      try {
        // Ends a blocked read and leaves us the other direction, for the 421.
        socket.shutdownInput();
      } catch (IOException _) {
        // Closed already: the session sees it by itself.
      }
    }
  }

  /// Adds a line to what leaves next; bytes outside printable ASCII become `?`, so no text can
  /// forge a second line.
  void reply(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] < ' ' || bytes[i] == 127) {
        bytes[i] = '?';
      }
    }
    send(bytes, 0, bytes.length);
    send(new byte[] {'\r', '\n'}, 0, 2);
  }

  /// Adds bytes to what leaves next.
  void send(byte[] bytes, int offset, int length) {
    if (length > REPLIES_BYTES - pending) {
      flush();
    }
    if (length > REPLIES_BYTES) {
      write(bytes, offset, length);
    } else {
      if (pending == 0) {
        replies = new byte[REPLIES_BYTES];
      }
      System.arraycopy(bytes, offset, replies, pending, length);
      pending += length;
    }
  }

  /// Sends what is gathered. Where it would have to be encrypted and can't be, it is forgotten.
  ///
  /// @return false when the peer won't hear it
  boolean flush() {
    byte[] leaving = replies;
    int length = pending;
    replies = NOTHING;
    pending = 0;
    return length == 0 || write(leaving, 0, length);
  }

  private boolean write(byte[] bytes, int offset, int length) {
    try {
      if (tunnel.isPresent()) {
        tunnel.get().write(bytes, offset, length);
        return true;
      }
      if (!secret) {
        transmit(bytes, offset, length);
      }
      return !secret;
    } catch (IOException _) {
      return false;
    }
  }

  /// One write to the network, encrypted or not.
  private void transmit(byte[] bytes, int offset, int length) throws IOException {
    deadlines.beginWrite();
    try {
      out.write(bytes, offset, length);
    } finally {
      deadlines.endWrite();
    }
  }

  /// Throws away what the peer has sent and nobody has read, as far as it is here.
  ///
  /// @return how many bytes
  int discard() {
    int bytes = to - from;
    from = to;
    byte[] unheard = new byte[LINES_BYTES];
    try {
      while (bytes < LINE_DISCARD_MAX && in.available() > 0) {
        socket.setSoTimeout(1);
        bytes += Math.max(0, in.read(unheard));
      }
    } catch (IOException _) {
      // The next wait tells.
    }
    return bytes;
  }

  /// What came of [#encrypt].
  sealed interface Encrypted {
    /// All that follows is encrypted.
    ///
    /// @param suite protocol and cipher suite
    record Yes(String suite) implements Encrypted {}

    /// Nothing more can be said.
    ///
    /// @param why what was wrong, in words that may be the peer's
    record No(String why) implements Encrypted {}
  }

  /// Turns to TLS, beginning with what the peer has sent and nobody has read. Replies that haven't
  /// left in clear text leave encrypted, so [#flush] comes first where they have to.
  ///
  /// @param engine a server's, which has done nothing yet
  /// @param max how long agreeing on keys may take in all, however the peer spreads its bytes
  Encrypted encrypt(SSLEngine engine, Duration max) {
    TlsTunnel begun = new TlsTunnel(engine, this::receive, this::transmit);
    begun.begin(block, from, to);
    from = to;
    secret = true;
    deadlines.awaitFor(max);
    midway = false;
    if (!beginRead(true)) {
      return new Encrypted.No("the door closes");
    }
    String fault = "";
    try {
      begun.handshake();
    } catch (SocketTimeoutException _) {
      fault = "took too long";
    } catch (IOException e) {
      fault = String.valueOf(e.getMessage());
    }
    if (endRead()) {
      fault = "the door closes";
    }
    if (fault.isEmpty()) {
      tunnel = Optional.of(begun);
      return new Encrypted.Yes(begun.suite());
    }
    replies = NOTHING;
    pending = 0;
    finish();
    return new Encrypted.No(fault);
  }

  /// Sends what is left, tells the peer that no more comes, and gives it a moment to read it.
  void finish() {
    if (!flush()) {
      return;
    }
    tunnel.ifPresent(TlsTunnel::close);
    try {
      socket.shutdownOutput();
      long until = System.nanoTime() + LINGER.toNanos();
      byte[] unheard = new byte[LINES_BYTES];
      int bytes = 0;
      long left;
      while ((left = until - System.nanoTime()) > 0 && bytes < LINGER_BYTES_MAX) {
        socket.setSoTimeout((int) (1 + left / 1_000_000));
        int length = in.read(unheard);
        if (length < 0) {
          return;
        }
        bytes += length;
      }
    } catch (IOException _) {
      // The peer is gone, or talks on: either way there is nothing more to say.
    }
  }

  /// True when the peer doesn't take our replies. Called by another thread.
  boolean isStuck() {
    return deadlines.isOverdue();
  }

  /// Closes the connection, whatever the session does. Called by any thread.
  void cut() {
    try {
      socket.close();
    } catch (IOException _) {
      // There is nothing left to do about a socket that can't be closed.
    }
  }
}
