package io.postern.delivery;

import io.postern.webhook.Body;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A body's bytes for the HTTP client, which remembers a fault of our own in reading them: the
/// client reports it like one of the endpoint's.
final class BodySource {
  /// Bodies up to this size are sent from memory; longer ones are streamed, unless they are in
  /// memory anyway.
  private static final int IN_MEMORY_MAX = 64 * 1024;

  private final Body body;
  private volatile @Nullable IOException fault;

  BodySource(Body body) {
    this.body = body;
  }

  @Nullable IOException fault() {
    return fault;
  }

  BodyPublisher publisher() throws IOException {
    if (body.source() instanceof Body.Bytes(ByteBuffer bytes)) {
      return new Slices(bytes);
    }
    if (body.length() <= IN_MEMORY_MAX) {
      try (InputStream in = body.source().open()) {
        return new Slices(ByteBuffer.wrap(in.readAllBytes()));
      }
    }
    return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(this::open), body.length());
  }

  private InputStream open() {
    try {
      return new Watched(body.source().open());
    } catch (IOException e) {
      fault = e;
      throw new UncheckedIOException(e);
    }
  }

  private final class Watched extends FilterInputStream {
    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        fault = e;
        throw e;
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException e) {
        fault = e;
        throw e;
      }
    }
  }
}
