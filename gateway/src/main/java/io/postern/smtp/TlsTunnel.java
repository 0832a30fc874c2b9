package io.postern.smtp;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// TLS on one connection, our side of it. An engine and not a socket does it, so that each read
/// from the network keeps the deadline of its own, however a peer spreads a record over packets,
/// and so that a session that waits holds no buffers.
///
/// Belongs to the session's thread.
final class TlsTunnel {
  /// What is read from the network first, in bytes: enough for most commands in their records.
  private static final int FIRST_BYTES = 512;

  /// The head of a record: its type, version and length (RFC 8446 §5.1), in bytes.
  private static final int HEAD_BYTES = 5;

  /// So many records in a row may bring nothing: an empty one hides how long a text is, and a new
  /// key comes now and then, but somebody who sends nothing else wants to see us work.
  private static final int EMPTY_MAX = 100;

  private static final byte[] NOTHING = {};

  private final SSLEngine engine;
  private final Receiving receiving;
  private final Transmitting transmitting;

  private byte[] sealed = NOTHING;
  private int sealedFrom;
  private int sealedTo;

  private ByteBuffer opened = ByteBuffer.wrap(NOTHING);
  private ByteArrayOutputStream leaving = new ByteArrayOutputStream(0);

  /// Reads from the network, within the deadlines.
  interface Receiving {
    /// Waits for bytes.
    ///
    /// @return how many came; -1 when none will
    int receive(byte[] into, int offset, int length) throws IOException;
  }

  /// Sends bytes to the network.
  interface Transmitting {
    void transmit(byte[] bytes, int offset, int length) throws IOException;
  }

  /// @param engine a new one, for a server
  TlsTunnel(SSLEngine engine, Receiving receiving, Transmitting transmitting) {
    this.engine = engine;
    this.receiving = receiving;
    this.transmitting = transmitting;
  }

  /// Takes what was read from the network already.
  void begin(byte[] bytes, int from, int to) {
    sealed = Arrays.copyOfRange(bytes, from, to);
    sealedTo = to - from;
  }

  /// Protocol and cipher suite, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`.
  String suite() {
    return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
  }

  /// Agrees on keys. The work is done by this thread; on a virtual one it delays nobody else for
  /// more than a signature.
  ///
  /// @throws IOException when the peer can't or won't; it was told why, and the connection is of no
  ///   more use
  void handshake() throws IOException {
    try {
      engine.beginHandshake();
      HandshakeStatus status = engine.getHandshakeStatus();
      while (status != HandshakeStatus.NOT_HANDSHAKING) {
        if (status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP) {
          answer(status);
        } else {
          flush();
          awaitAnswer();
        }
        status = engine.getHandshakeStatus();
      }
      flush();
    } catch (SSLException e) {
      close();
      throw e;
    }
  }

  private void awaitAnswer() throws IOException {
    SSLEngineResult result = open(ByteBuffer.wrap(NOTHING));
    switch (result.getStatus()) {
      case OK -> {}
      case BUFFER_UNDERFLOW -> {
        if (!receive()) {
          throw new EOFException("the peer hung up");
        }
      }
      case CLOSED -> throw new EOFException("the peer ended it");
      case BUFFER_OVERFLOW -> throw new SSLException("data before the end of the handshake");
    }
  }

  /// Does what the engine wants done on our side.
  private void answer(HandshakeStatus status) throws SSLException {
    if (status == HandshakeStatus.NEED_WRAP) {
      say(ByteBuffer.wrap(NOTHING));
      return;
    }
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  /// Reads what the peer said; waits when there is nothing.
  ///
  /// @return how many bytes came, at least one; -1 when none will
  /// @throws IOException when the network fails, or the peer breaks TLS; then it was told
  int read(byte[] into, int offset, int length) throws IOException {
    try {
      if (!awaitText()) {
        return -1;
      }
    } catch (SSLException e) {
      close();
      throw e;
    }
    int count = Math.min(length, opened.remaining());
    opened.get(into, offset, count);
    return count;
  }

  private boolean awaitText() throws IOException {
    int empty = 0;
    while (!opened.hasRemaining()) {
      opened = ByteBuffer.wrap(NOTHING);
      if (!isRecordWhole()) {
        if (!receive()) {
          return false;
        }
        continue;
      }
      ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
      SSLEngineResult result = open(plain);
      if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
        return false;
      }
      opened = plain.flip();
      if (!opened.hasRemaining()) {
        empty++;
        if (empty > EMPTY_MAX) {
          throw new SSLException("too many empty records");
        }
        settle();
      }
    }
    return true;
  }

  /// True when [#read] would not wait.
  boolean hasMore() {
    return opened.hasRemaining() || isRecordWhole();
  }

  /// Does what a record without data asked for: a new key (RFC 8446 §4.6.3). A new handshake on an
  /// old connection is not had: nobody needs it to send mail, and it is work for us at no cost.
  private void settle() throws IOException {
    HandshakeStatus status = engine.getHandshakeStatus();
    while (status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP) {
      if (engine.getSession().getProtocol().equals("TLSv1.2")) {
        throw new SSLException("renegotiation is refused");
      }
      answer(status);
      status = engine.getHandshakeStatus();
    }
    flush();
  }

  private boolean isRecordWhole() {
    int count = sealedTo - sealedFrom;
    if (count < HEAD_BYTES) {
      return false;
    }
    int length =
        HEAD_BYTES + ((sealed[sealedFrom + 3] & 0xff) << 8) + (sealed[sealedFrom + 4] & 0xff);
    // One that is larger than any may be is for the engine to refuse.
    return count >= Math.min(length, engine.getSession().getPacketBufferSize());
  }

  private SSLEngineResult open(ByteBuffer plain) throws SSLException {
    SSLEngineResult result =
        engine.unwrap(ByteBuffer.wrap(sealed, sealedFrom, sealedTo - sealedFrom), plain);
    sealedFrom += result.bytesConsumed();
    return result;
  }

  /// Waits for bytes from the network. Who fills the block has more to say, and gets a larger one.
  private boolean receive() throws IOException {
    int kept = sealedTo - sealedFrom;
    boolean wasFull = sealedTo == sealed.length && sealedTo > 0;
    if (kept == 0 || wasFull) {
      int size = wasFull ? engine.getSession().getPacketBufferSize() : FIRST_BYTES;
      byte[] next = size == sealed.length ? sealed : new byte[size];
      System.arraycopy(sealed, sealedFrom, next, 0, kept);
      sealed = next;
      sealedFrom = 0;
      sealedTo = kept;
    }
    int count = receiving.receive(sealed, sealedTo, sealed.length - sealedTo);
    if (count < 0) {
      return false;
    }
    sealedTo += count;
    return true;
  }

  /// Sends bytes.
  void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer plain = ByteBuffer.wrap(bytes, offset, length);
    while (plain.hasRemaining()) {
      say(plain);
    }
    flush();
  }

  /// Seals what is to be said now. The engine may say nothing once, and only note that a handshake
  /// is over; twice would be for ever.
  private void say(ByteBuffer plain) throws SSLException {
    if (seal(plain)) {
      return;
    }
    boolean isMore =
        plain.hasRemaining() || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    if (isMore && !seal(plain)) {
      throw new SSLException("nothing more can be said");
    }
  }

  /// Seals one record's worth, or what the engine has to say itself.
  ///
  /// @return false when the engine says no more
  private boolean seal(ByteBuffer plain) throws SSLException {
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    SSLEngineResult result = engine.wrap(plain, record);
    leaving.write(record.array(), 0, record.position());
    if (result.getStatus() == SSLEngineResult.Status.CLOSED && plain.hasRemaining()) {
      throw new SSLException("the connection is closed");
    }
    return result.bytesProduced() > 0;
  }

  private void flush() throws IOException {
    if (leaving.size() > 0) {
      byte[] bytes = leaving.toByteArray();
      leaving = new ByteArrayOutputStream(0);
      transmitting.transmit(bytes, 0, bytes.length);
    }
  }

  /// Tells the peer that no more comes (RFC 8446 §6.1), or why it failed.
  void close() {
    engine.closeOutbound();
    try {
      while (!engine.isOutboundDone() && seal(ByteBuffer.wrap(NOTHING))) {
        // An alert for each thing that went wrong.
      }
      flush();
    } catch (IOException _) {
      // The peer is gone; it won't miss our farewell.
    }
  }
}
