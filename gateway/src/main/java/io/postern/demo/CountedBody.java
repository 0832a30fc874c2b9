package io.postern.demo;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/// A request's body on its way to a reader: counted, hashed, and ended after a limit for the
/// reader's sake. For one thread.
final class CountedBody extends FilterInputStream {
  private final MessageDigest digest = FormReader.sha256();
  private final long max;
  private long length;

  /// @param max how many bytes a reader gets at most
  CountedBody(InputStream body, long max) {
    super(body);
    this.max = max;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    int room = (int) Math.min(count, max - length);
    if (room == 0) {
      return count == 0 ? 0 : -1;
    }
    int read = super.read(buffer, offset, room);
    if (read > 0) {
      digest.update(buffer, offset, read);
      length += read;
    }
    return read;
  }

  /// Reads on to the body's end: up to the limit as a reader would, from there dropping.
  ///
  /// @param dropMax how many bytes to read in all at most
  /// @return true when the body ended within the reader's limit
  boolean drain(long dropMax) throws IOException {
    byte[] block = new byte[8192];
    while (read(block, 0, block.length) >= 0) {
      // Counted and hashed.
    }
    long limit = length;
    int read = 0;
    while (read >= 0 && length < dropMax) {
      read = in.read(block);
      length += Math.max(0, read);
    }
    return length == limit;
  }

  /// Bytes read so far.
  long length() {
    return length;
  }

  /// Of the bytes within the limit; ends the hashing.
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
