package io.postern.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// What came when a command line was awaited. Lines end with CRLF and nothing else (RFC 5321
/// §2.3.8).
sealed interface Line {
  /// How much of a line tells whether its verb is BDAT, in bytes: the verb, and what ends it.
  int CHUNK_LOOK = Command.CHUNK_VERB.length() + 1;

  /// A command line without its CRLF: text of printable characters, blanks and tabs.
  record Text(String text) implements Line {}

  /// A line that is refused as a whole.
  enum Unfit implements Line {
    /// A CR or LF that stands alone; the rest of the line was not read.
    BARE,
    /// Longer than [Wire#LINE_MAX]; read and thrown away up to its CRLF.
    TOO_LONG,
    /// Far longer than that; the rest of the line was not read.
    ENDLESS,
    /// A control character, or bytes that are not UTF-8 (RFC 6531 §3.3).
    NO_TEXT,
    /// A BDAT that is too long or no text. Octets follow it, and it can't be asked how many.
    CHUNK
  }

  /// No line came, and none will.
  enum End implements Line {
    /// The peer hung up, or the connection broke.
    CLOSED,
    /// The peer took too long.
    IDLE,
    /// The door closes.
    CLOSING
  }

  /// Reads the bytes of a line. Total.
  static Line of(byte[] block, int from, int length) {
    boolean ascii = true;
    for (int i = from; i < from + length; i++) {
      byte b = block[i];
      if ((b >= 0 && b < ' ' && b != '\t') || b == 127) {
        return noText(block, from, length);
      }
      ascii &= b >= 0;
    }
    if (ascii) {
      return new Text(new String(block, from, length, StandardCharsets.US_ASCII));
    }
    try {
      // A new decoder reports what is malformed, where new String(...) would repair it.
      return new Text(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(block, from, length))
              .toString());
    } catch (CharacterCodingException _) {
      return noText(block, from, length);
    }
  }

  private static Unfit noText(byte[] block, int from, int length) {
    return isChunk(block, from, length) ? Unfit.CHUNK : Unfit.NO_TEXT;
  }

  /// True for the bytes of a line, or its first ones, whose verb is BDAT whatever follows it.
  static boolean isChunk(byte[] block, int from, int length) {
    return Command.isChunk(
        new String(block, from, Math.min(length, CHUNK_LOOK), StandardCharsets.ISO_8859_1));
  }
}
