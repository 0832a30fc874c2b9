package io.postern.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;

/// Bytes encoded a block at a time, without a new array for each. For one thread.
final class BlockStream extends EncodedStream {
  /// In bytes; base64 needs a multiple of three.
  private static final int BLOCK = 6 * 1024;

  private final InputStream plain;
  private final Encoding encoding;
  private final byte[] in = new byte[BLOCK];
  private final byte[] out;

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
  public void close() throws IOException {
    plain.close();
  }

  @Override
  void make() throws IOException {
    // Only the last block may be short, or base64 would be padded in its midst.
    int count = plain.readNBytes(in, 0, BLOCK);
    give(out, encoding.encode(in, count, out));
  }
}
