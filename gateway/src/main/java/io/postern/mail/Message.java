package io.postern.mail;

import java.io.IOException;
import java.io.InputStream;

/// The bytes between DATA and the dot, dot-unstuffed and otherwise unchanged (RFC 5321 §2.3.9).
public interface Message {
  /// The number of bytes.
  long size();

  /// A stream from the given byte to the end, which the caller closes. May be called often and from
  /// several threads; each stream is for one thread and holds at most one block of the message in
  /// memory.
  ///
  /// @param offset 0 to [#size]
  /// @throws IOException when the bytes can't be had
  InputStream open(long offset) throws IOException;
}
