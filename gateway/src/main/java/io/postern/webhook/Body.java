package io.postern.webhook;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// A body to post: the same bytes each time it is opened, of a known length, and never whole in
/// memory when it is large.
///
/// @param contentType the Content-Type of the post; our own words only, no text of the mail
/// @param length in bytes
/// @param source opens the bytes from the start
public record Body(String contentType, long length, Source source) {
  /// Opens the body's bytes.
  @FunctionalInterface
  public interface Source {
    /// A stream of exactly [Body#length()] bytes, which the caller closes.
    InputStream open() throws IOException;
  }

  /// Bytes that are in memory anyway, and that nobody changes any more.
  ///
  /// @param bytes all that the body has, of an array; read by their places, and never moved on
  public record Bytes(ByteBuffer bytes) implements Source {
    @Override
    public InputStream open() {
      return new ByteArrayInputStream(
          bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }
  }
}
