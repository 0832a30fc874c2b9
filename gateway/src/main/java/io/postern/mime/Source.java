package io.postern.mime;

import io.postern.mail.Message;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The bytes of a stored message, by offset. A short message is read once and held, which spares
/// the store a call for each part of the many small mails; of a long one nothing is held.
final class Source {
  /// The longest message held, in bytes. It is held for as long as its payload, so this times the
  /// deliveries in flight is what it costs.
  static final int HELD_MAX = 64 * 1024;

  private final Message message;
  private final byte @Nullable [] held;

  private Source(Message message, byte @Nullable [] held) {
    this.message = message;
    this.held = held;
  }

  /// @throws IOException when the message can't be read now
  static Source of(Message message) throws IOException {
    if (message.size() > HELD_MAX) {
      return new Source(message, null);
    }
    try (InputStream in = message.open(0)) {
      byte[] held = in.readNBytes((int) message.size());
      if (held.length < message.size()) {
        throw tooShort(message);
      }
      return new Source(message, held);
    }
  }

  long size() {
    return message.size();
  }

  /// All bytes, if they are held.
  byte @Nullable [] held() {
    return held;
  }

  /// A stream of exactly these bytes, which the caller closes.
  ///
  /// @throws IOException at the latest while reading, when the message is shorter than it should be
  InputStream open(long offset, long length) throws IOException {
    if (held != null) {
      return new ByteArrayInputStream(held, (int) offset, (int) length);
    }
    return new Stretch(message, message.open(offset), length);
  }

  private static EOFException tooShort(Message message) {
    return new EOFException("the stored message is shorter than its " + message.size() + " bytes");
  }

  private static final class Stretch extends InputStream {
    private final Message message;
    private final InputStream in;
    private long left;

    Stretch(Message message, InputStream in, long length) {
      this.message = message;
      this.in = in;
      left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      if (left == 0 || length == 0) {
        return length == 0 ? 0 : -1;
      }
      int count = in.read(bytes, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw tooShort(message);
      }
      left -= count;
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
