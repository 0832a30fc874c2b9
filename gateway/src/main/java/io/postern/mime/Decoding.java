package io.postern.mime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// A transfer encoding (RFC 2045 §6) being undone, block by block. Never fails because of what is
/// encoded: what is no part of the encoding is passed over or stands for itself. For one thread.
abstract class Decoding extends InputStream {
  private static final int BLOCK = 8192;

  /// What one encoded byte can at most add to the output; the output keeps this much room.
  private static final int ROOM = 2048;

  private final InputStream encoded;
  private final byte[] in = new byte[BLOCK];
  private final byte[] out = new byte[BLOCK + ROOM];
  private int at;
  private int limit;
  private int outAt;
  private int outLimit;
  private boolean over;
  private boolean damaged;

  Decoding(InputStream encoded) {
    this.encoded = encoded;
  }

  /// Undoes an encoding.
  ///
  /// @param encoding the transfer encoding
  /// @param encoded the encoded bytes; closed with the stream
  static InputStream of(TransferEncoding encoding, InputStream encoded) {
    return switch (encoding) {
      case IDENTITY -> encoded;
      case BASE64 -> new Base64Decoding(encoded);
      case QUOTED_PRINTABLE -> new QuotedPrintableDecoding(encoded);
      case UUENCODE -> new UuDecoding(encoded);
    };
  }

  /// Takes encoded bytes and [#put]s what they stand for, until they are used up or the output has
  /// no [#hasRoom] left.
  ///
  /// @return the index of the first byte not taken
  abstract int decode(byte[] bytes, int from, int to);

  /// Called once, after the last byte.
  abstract void end();

  /// True when something was met that is no part of the encoding, so far.
  final boolean damaged() {
    return damaged;
  }

  final void damage() {
    damaged = true;
  }

  final boolean hasRoom() {
    return outLimit < BLOCK;
  }

  final void put(int b) {
    out[outLimit++] = (byte) b;
  }

  @Override
  public final int read() throws IOException {
    return isReady() ? out[outAt++] & 0xff : -1;
  }

  @Override
  public final int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (!isReady()) {
      return -1;
    }
    int count = Math.min(length, outLimit - outAt);
    System.arraycopy(out, outAt, bytes, offset, count);
    outAt += count;
    return count;
  }

  @Override
  public final void close() throws IOException {
    encoded.close();
  }

  private boolean isReady() throws IOException {
    while (outAt == outLimit) {
      if (over) {
        return false;
      }
      outAt = 0;
      outLimit = 0;
      if (at == limit) {
        at = 0;
        limit = Math.max(0, encoded.read(in, 0, in.length));
      }
      if (limit == 0) {
        over = true;
        end();
      } else {
        at = decode(in, at, limit);
      }
    }
    return true;
  }
}
