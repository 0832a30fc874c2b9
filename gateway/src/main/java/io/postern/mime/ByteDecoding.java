package io.postern.mime;

import java.io.InputStream;

/// An encoding in which each byte is taken once, and by itself.
abstract class ByteDecoding extends Decoding {
  ByteDecoding(InputStream encoded) {
    super(encoded);
  }

  /// Takes an encoded byte, and [#put]s what it stands for with those before it.
  ///
  /// @param b 0 to 255
  abstract void take(int b);

  @Override
  final int decode(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && hasRoom()) {
      take(bytes[at++] & 0xff);
    }
    return at;
  }
}
