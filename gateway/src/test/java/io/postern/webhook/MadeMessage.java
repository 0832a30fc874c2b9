package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mail.Message;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A message that stands nowhere: each byte is made when it is asked for.
final class MadeMessage implements Message {
  private final List<Run> runs = new ArrayList<>();
  private long size;

  /// The same bytes over and over, and where they end in the message.
  private record Run(ByteBuffer bytes, long start, long end) {}

  /// Adds a text, many times over.
  MadeMessage then(String text, int times) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    long end = size + (long) bytes.limit() * times;
    runs.add(new Run(bytes, size, end));
    size = end;
    return this;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public InputStream open(long offset) {
    return new InputStream() {
      private long at = offset;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) {
        int done = 0;
        for (Run run : runs) {
          while (done < length && at >= run.start() && at < run.end()) {
            int index = (int) ((at - run.start()) % run.bytes().limit());
            int count = Math.min(length - done, run.bytes().limit() - index);
            run.bytes().get(index, bytes, offset + done, count);
            done += count;
            at += count;
          }
        }
        return done == 0 && length > 0 ? -1 : done;
      }
    };
  }
}
