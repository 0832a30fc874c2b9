package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import io.postern.mail.Message;
import io.postern.queue.Spool;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// A message in the store, read chunk by chunk.
///
/// @param readers who reads it
/// @param mail the mail's number
/// @param size in bytes
record StoredMessage(Readers readers, long mail, long size) implements Message {
  @Override
  public InputStream open(long offset) throws IOException {
    if (size < 0) {
      throw new Damaged("its row was damaged: no message has " + size + " bytes");
    }
    Objects.checkFromToIndex(offset, size, size);
    Chunks chunks = new Chunks(offset);
    chunks.load();
    return chunks;
  }

  private byte[] chunk(int place) throws IOException {
    try {
      return readers
          .readChunk(ChunkTable.number(mail, place))
          .orElseThrow(() -> new IOException("the message's bytes are not kept any more"));
    } catch (StoreUnavailable e) {
      throw e.getCause() instanceof Damaged damaged ? damaged : new IOException(e.getMessage(), e);
    }
  }

  /// One way through the message. For one thread.
  private final class Chunks extends InputStream {
    private long offset;
    private byte[] chunk = new byte[0];

    /// The offset of the chunk's first byte.
    private long start;

    Chunks(long offset) {
      this.offset = offset;
      this.start = offset;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      Objects.checkFromIndexSize(from, length, into.length);
      if (length == 0) {
        return 0;
      }
      load();
      if (offset == size) {
        return -1;
      }
      int at = (int) (offset - start);
      int count = Math.min(length, chunk.length - at);
      System.arraycopy(chunk, at, into, from, count);
      offset += count;
      return count;
    }

    /// Makes sure that the byte at the offset is in memory, unless it is the end.
    private void load() throws IOException {
      if (offset == size || (offset >= start && offset < start + chunk.length)) {
        return;
      }
      int place = (int) (offset / Spool.BLOCK);
      byte[] next = StoredMessage.this.chunk(place);
      start = (long) place * Spool.BLOCK;
      if (offset >= start + next.length) {
        throw new IOException("the message's bytes are not all there");
      }
      chunk = next;
    }

    @Override
    public int available() {
      return (int) Math.max(0, Math.min(start + chunk.length, size) - offset);
    }

    @Override
    public void close() {
      offset = size;
      chunk = new byte[0];
    }
  }
}
