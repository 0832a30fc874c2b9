package io.postern.mime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Locale;

/// How text lies in bytes: a charset of the JDK's, and what has to be done to the bytes before it
/// can read them as mail means them.
///
/// @param charset what reads the bytes
/// @param shift what is done to them first
record TextEncoding(Charset charset, Shift shift) {
  /// What is done to bytes before their charset reads them. None of it fails on any bytes.
  enum Shift {
    NONE,
    /// ISO-2022-JP as senders break it: see [JisRepair].
    JIS,
    /// HZ to GB2312 (RFC 1843): see [HzDecoding].
    HZ,
    /// UTF-7 to UTF-8 (RFC 2152): see [Utf7Decoding].
    UTF_7
  }

  /// A charset that needs nothing done.
  static TextEncoding of(Charset charset) {
    return new TextEncoding(charset, Shift.NONE);
  }

  /// Reads the bytes, with U+FFFD for what can't be read.
  String read(byte[] bytes) {
    if (shift == Shift.NONE) {
      return new String(bytes, charset);
    }
    try (InputStream in = undo(new ByteArrayInputStream(bytes))) {
      return new String(in.readAllBytes(), charset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads a stream of bytes, which is closed with the reader.
  Reader open(InputStream bytes) {
    return new InputStreamReader(undo(bytes), charset);
  }

  /// True for the old charsets that have ASCII as it is and something of their own in the upper
  /// half. Bytes of other encodings are easily sent under their names.
  boolean isEightBit() {
    String name = charset.name().toLowerCase(Locale.ROOT);
    return shift == Shift.NONE && !name.startsWith("utf-") && !name.contains("2022");
  }

  /// True when a character may take two bytes or more.
  boolean isMultibyte() {
    return charset.canEncode() && charset.newEncoder().maxBytesPerChar() > 1;
  }

  private InputStream undo(InputStream bytes) {
    return switch (shift) {
      case NONE -> bytes;
      case JIS -> new JisRepair(bytes);
      case HZ -> new HzDecoding(bytes);
      case UTF_7 -> new Utf7Decoding(bytes);
    };
  }
}
