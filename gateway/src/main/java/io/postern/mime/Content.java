package io.postern.mime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Where a part's content lies in the message, and how it is encoded. It is all that payloads keep
/// of a part while they wait for an endpoint: nothing of its headers, nothing of its bytes.
///
/// @param source the message
/// @param encoding how it is encoded
/// @param offset where it begins in the message
/// @param length encoded, in bytes
/// @param measured decoded, in bytes, if that is known; else [#UNMEASURED]
record Content(Source source, TransferEncoding encoding, long offset, long length, long measured) {
  /// The length of what has yet to be decoded to know it.
  static final long UNMEASURED = -1;

  /// The content, decoded: a stream in bounded memory, which the caller closes. The same bytes each
  /// time.
  InputStream open() throws IOException {
    return Decoding.of(encoding, source.open(offset, length));
  }

  /// How long it is, decoded, in bytes.
  long size() throws IOException {
    if (encoding == TransferEncoding.IDENTITY) {
      return length;
    }
    if (measured != UNMEASURED) {
      return measured;
    }
    try (InputStream in = open()) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
