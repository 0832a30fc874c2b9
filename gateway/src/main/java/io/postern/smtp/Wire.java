package io.postern.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

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

  /// What is read at once of commands, in bytes; more than a line. Most sessions wait for a command
  /// most of the time, and this is what they hold then.
  static final int LINES_BYTES = 2048;

  private static final int REPLIES_BYTES = 2048;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final Deadlines deadlines;

  private byte[] block = new byte[LINES_BYTES];
  private int from;
  private int to;

  private final byte[] replies = new byte[REPLIES_BYTES];
  private int pending;

  // Guarded by this.
  private boolean closing;
  private boolean woken;
  private boolean interruptible;

  Wire(Socket socket, Duration idleMax) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    this.deadlines = new Deadlines(idleMax);
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
          return discarded > 0 || from - start > LINE_MAX
              ? Line.Unfit.TOO_LONG
              : Line.of(block, start, i - start);
        }
      }
      // A CR at the end is looked at again, with its neighbour.
      looked = to - from - (to > from && block[to - 1] == '\r' ? 1 : 0);
      if (to - from > LINE_MAX) {
        discarded += looked;
        from += looked;
        looked = 0;
      }
      if (discarded > LINE_DISCARD_MAX) {
        return Line.Unfit.ENDLESS;
      }
      switch (fill(LINES_BYTES, betweenMails && to == from && discarded == 0)) {
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
    return fill(BLOCK_BYTES, false);
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

  private Fill fill(int blockBytes, boolean betweenMails) {
    if (from == to) {
      from = 0;
      to = 0;
      if (block.length != blockBytes) {
        block = new byte[blockBytes];
      }
    } else if (to == block.length) {
      System.arraycopy(block, from, block, 0, to - from);
      to -= from;
      from = 0;
    }
    if (!flush()) {
      return Fill.CLOSED;
    }
    int millis = deadlines.readMillis();
    if (millis == 0) {
      return Fill.IDLE;
    }
    if (!beginRead(betweenMails)) {
      return Fill.CLOSING;
    }
    int length;
    try {
      socket.setSoTimeout(millis);
      length = in.read(block, to, block.length - to);
    } catch (SocketTimeoutException _) {
      return endRead() ? Fill.CLOSING : Fill.IDLE;
    } catch (IOException _) {
      // A reset is how many peers hang up; what matters is that nothing more comes.
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

  private synchronized boolean isClosing() {
    return closing;
  }

  private synchronized boolean beginRead(boolean betweenMails) {
    interruptible = betweenMails;
    return !woken && !(betweenMails && closing);
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
    if (length > replies.length - pending) {
      flush();
    }
    if (length > replies.length) {
      write(bytes, offset, length);
    } else {
      System.arraycopy(bytes, offset, replies, pending, length);
      pending += length;
    }
  }

  private boolean flush() {
    int length = pending;
    pending = 0;
    return length == 0 || write(replies, 0, length);
  }

  private boolean write(byte[] bytes, int offset, int length) {
    deadlines.beginWrite();
    try {
      out.write(bytes, offset, length);
      return true;
    } catch (IOException _) {
      return false;
    } finally {
      deadlines.endWrite();
    }
  }

  /// Sends what is left, tells the peer that no more comes, and gives it a moment to read it.
  void finish() {
    if (!flush()) {
      return;
    }
    try {
      socket.shutdownOutput();
      long until = System.nanoTime() + LINGER.toNanos();
      int bytes = 0;
      long left;
      while ((left = until - System.nanoTime()) > 0 && bytes < LINGER_BYTES_MAX) {
        socket.setSoTimeout((int) (1 + left / 1_000_000));
        int length = in.read(block);
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
