package io.postern.mime;

import java.io.IOException;
import java.io.Reader;

/// The text of one part, as it lies in the message.
///
/// @param content its bytes
/// @param encoding what to read them as
/// @param flow how its lines are meant
record Passage(Content content, TextEncoding encoding, Flow flow) {
  private static final int BLOCK = 8192;

  /// Its characters, with U+FFFD for what can't be read; the caller closes it.
  Reader open() throws IOException {
    return flow.open(encoding.open(content.open()));
  }

  /// True when U+FFFD is among its characters. That takes reading it through.
  boolean hasReplacement() throws IOException {
    char[] block = new char[BLOCK];
    try (Reader reader = open()) {
      for (int count = reader.read(block); count >= 0; count = reader.read(block)) {
        for (int i = 0; i < count; i++) {
          if (block[i] == Charsets.REPLACEMENT) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
