package io.postern.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/// Pieces one after the other, each opened when its turn comes. For one thread.
final class PieceStream extends InputStream {
  private final Iterator<Pieces.Piece> rest;
  private InputStream current = InputStream.nullInputStream();

  PieceStream(List<Pieces.Piece> pieces) {
    rest = pieces.iterator();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    while (true) {
      int count = current.read(bytes, offset, length);
      if (count >= 0) {
        return count;
      }
      current.close();
      current = InputStream.nullInputStream();
      if (!rest.hasNext()) {
        return -1;
      }
      current = rest.next().open();
    }
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
