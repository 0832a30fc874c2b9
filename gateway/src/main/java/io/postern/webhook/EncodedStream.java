package io.postern.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// Bytes that are made a piece at a time, each when the one before has been read. For one thread.
abstract class EncodedStream extends InputStream {
  private byte[] piece = new byte[0];
  private int at;
  private int limit;

  /// Makes the next piece, and [#give]s it; gives nothing at the end.
  abstract void make() throws IOException;

  /// Says what is read next.
  ///
  /// @param bytes may be used again for the piece after it
  final void give(byte[] bytes, int length) {
    piece = bytes;
    at = 0;
    limit = length;
  }

  @Override
  public final int read() throws IOException {
    return isReady() ? piece[at++] & 0xff : -1;
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
    int count = Math.min(length, limit - at);
    System.arraycopy(piece, at, bytes, offset, count);
    at += count;
    return count;
  }

  private boolean isReady() throws IOException {
    if (at == limit) {
      make();
    }
    return at < limit;
  }
}
