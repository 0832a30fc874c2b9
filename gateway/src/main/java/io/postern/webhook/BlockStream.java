package io.postern.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;

/// Bytes encoded a block at a time, without a new array for each. For one thread.
final class BlockStream extends InputStream {
  /// In bytes; base64 needs a multiple of three.
  private static final int BLOCK = 6 * 1024;

  private final InputStream plain;
  private final Encoding encoding;
  private final byte[] in = new byte[BLOCK];
  private final byte[] out;
  private int at;
  private int limit;

  /// How blocks are encoded.
  interface Encoding {
    /// How long a block can become.
    int lengthMax(int length);

    /// Encodes the beginning of `in` to the beginning of `out`.
    ///
    /// @return how many bytes that gave
    int encode(byte[] in, int length, byte[] out);
  }

  /// RFC 4648 §4, in one line.
  static final Encoding BASE64 =
      new Encoding() {
        @Override
        public int lengthMax(int length) {
          return (int) base64Length(length);
        }

        @Override
        public int encode(byte[] in, int length, byte[] out) {
          byte[] block = length == in.length ? in : Arrays.copyOf(in, length);
          return Base64.getEncoder().encode(block, out);
        }
      };

  /// @param plain the bytes; closed with the stream
  BlockStream(InputStream plain, Encoding encoding) {
    this.plain = plain;
    this.encoding = encoding;
    out = new byte[encoding.lengthMax(BLOCK)];
  }

  /// How long bytes become in base64.
  static long base64Length(long length) {
    return (length + 2) / 3 * 4;
  }

  @Override
  public int read() throws IOException {
    return isReady() ? out[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (!isReady()) {
      return -1;
    }
    int count = Math.min(length, limit - at);
    System.arraycopy(out, at, bytes, offset, count);
    at += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    plain.close();
  }

  private boolean isReady() throws IOException {
    if (at == limit) {
      // Only the last block may be short, or base64 would be padded in its midst.
      int count = plain.readNBytes(in, 0, BLOCK);
      at = 0;
      limit = encoding.encode(in, count, out);
    }
    return at < limit;
  }
}
