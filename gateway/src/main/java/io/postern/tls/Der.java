package io.postern.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/// As much of DER (X.690) as it takes to put the older key formats into the envelope that Java
/// reads, PKCS#8.
final class Der {
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;

  /// The field `parameters` of an ECPrivateKey (RFC 5915 §3).
  private static final int PARAMETERS = 0xa0;

  /// INTEGER 0.
  private static final byte[] VERSION = {INTEGER, 1, 0};

  /// rsaEncryption, 1.2.840.113549.1.1.1, with the NULL it wants for parameters (RFC 3279 §2.3.1).
  private static final byte[] RSA = {
    0x06, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 0x05, 0
  };

  /// id-ecPublicKey, 1.2.840.10045.2.1; its parameters say which curve (RFC 5480 §2.1.1).
  private static final byte[] EC = {0x06, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private Der() {}

  /// A private key as PKCS#1 has it (RFC 8017 §A.1.2), as PKCS#8 has it (RFC 5208 §5).
  static byte[] pkcs8OfRsa(byte[] pkcs1) {
    return value(SEQUENCE, VERSION, value(SEQUENCE, RSA), value(OCTET_STRING, pkcs1));
  }

  /// A private key as SEC 1 has it (RFC 5915 §3), as PKCS#8 has it.
  ///
  /// @return empty when the key doesn't say its curve, or is broken
  static Optional<byte[]> pkcs8OfEc(byte[] sec1) {
    return curve(sec1)
        .map(
            curve ->
                value(SEQUENCE, VERSION, value(SEQUENCE, EC, curve), value(OCTET_STRING, sec1)));
  }

  /// Finds the name of the curve: SEQUENCE { INTEGER, OCTET STRING, [0] { OID }, ... }.
  private static Optional<byte[]> curve(byte[] sec1) {
    Optional<Span> key = Span.at(sec1, 0, sec1.length).filter(span -> span.tag == SEQUENCE);
    if (key.isEmpty()) {
      return Optional.empty();
    }
    int at = key.get().from;
    while (at < key.get().to) {
      Optional<Span> field = Span.at(sec1, at, key.get().to);
      if (field.isEmpty()) {
        return Optional.empty();
      }
      if (field.get().tag == PARAMETERS) {
        return Optional.of(Arrays.copyOfRange(sec1, field.get().from, field.get().to));
      }
      at = field.get().to;
    }
    return Optional.empty();
  }

  /// Where the content of a value stands.
  private record Span(int tag, int from, int to) {
    static Optional<Span> at(byte[] der, int start, int end) {
      if (end - start < 2) {
        return Optional.empty();
      }
      int length = der[start + 1] & 0xff;
      int from = start + 2;
      if (length > 0x80) {
        // X.690 §8.1.3.5: the low bits count the bytes of the length.
        int count = length & 0x7f;
        if (count > 3 || end - from < count) {
          return Optional.empty();
        }
        length = 0;
        for (int i = 0; i < count; i++) {
          length = (length << 8) | (der[from + i] & 0xff);
        }
        from += count;
      }
      return length > end - from || der[start + 1] == (byte) 0x80
          ? Optional.empty()
          : Optional.of(new Span(der[start] & 0xff, from, from + length));
    }
  }

  private static byte[] value(int tag, byte[]... contents) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : contents) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.write(tag);
    int length = content.size();
    if (length < 0x80) {
      value.write(length);
    } else {
      int count = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
      value.write(0x80 | count);
      for (int i = count - 1; i >= 0; i--) {
        value.write(length >> (8 * i));
      }
    }
    value.writeBytes(content.toByteArray());
    return value.toByteArray();
  }
}
