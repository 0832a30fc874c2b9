package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Accepted;
import io.postern.queue.Spool;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A message on its way in. What fits one block waits for [#keep]. Of a longer one, each full block
/// is handed to the writer as soon as more bytes come, and this thread fills the other block
/// meanwhile; nobody waits for these transactions but for the memory.
final class StoredSpool implements Spool {
  /// Small enough for a thousand sessions, and most mail.
  private static final int FIRST_BYTES = 8 * 1024;

  private static final int PLACES_MAX = Tables.PLACES - 1;

  /// What a delivery and its queued row take of a transaction, with their indexes: about as much as
  /// 2 KB of a message.
  private static final long ROUTE_BYTES = 2_048;

  private final Writer writer;
  private byte[] block = new byte[FIRST_BYTES];
  private int filled;
  private long size;

  /// The mail's number; 0 until it is needed.
  private long mail;

  /// How many blocks were handed over.
  private int places;

  /// The block that is on its way, and the memory it holds.
  private @Nullable Ticket<Boolean> onItsWay;

  private byte[] spare = new byte[0];
  private State state = State.OPEN;

  private enum State {
    OPEN,
    /// A block was lost: nothing more can be made of it.
    BROKEN,
    KEPT,
    CLOSED
  }

  StoredSpool(Writer writer) {
    this.writer = writer;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws StoreUnavailable {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    requireOpen();
    int from = offset;
    int left = length;
    while (left > 0) {
      if (filled == BLOCK) {
        handOver();
      }
      int count = Math.min(left, BLOCK - filled);
      makeRoom(filled + count);
      System.arraycopy(bytes, from, block, filled, count);
      filled += count;
      size += count;
      from += count;
      left -= count;
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long held() {
    return (long) block.length + spare.length;
  }

  /// Keeps the mail: its last block, its rows and its deliveries in one transaction.
  void keep(Accepted accepted) throws StoreUnavailable {
    requireOpen();
    long number = number();
    byte[] last = block;
    int length = filled;
    int place = places;
    long whole = size;
    @Nullable Ticket<Boolean> before = onItsWay;
    Change<Boolean> change =
        tables -> {
          Optional<Throwable> fault =
              before == null ? Optional.<Throwable>empty() : before.failure();
          if (fault.isPresent()) {
            throw new Faults.Refused("an earlier block of the message was lost", fault.get());
          }
          if (length > 0) {
            // The block before is written and its memory free: a spool has two blocks at most.
            tables.chunks().write(ChunkTable.number(number, place), last, length);
          }
          if (place > 0 && !tables.mails().closeSpool(number)) {
            // The open spool was committed with the first block: this proves that the database is
            // still the one which has the earlier blocks.
            throw new Faults.Refused("the message's earlier blocks are not there");
          }
          tables.mails().accept(accepted, number, whole);
          tables.deliveries().accept(accepted, number);
          tables.madeReady();
          return true;
        };
    // The change has the block now. Whatever becomes of it, there is nothing to try again with.
    state = State.BROKEN;
    release();
    long bytes = length + ROUTE_BYTES * accepted.routes().size();
    Ticket<Boolean> kept =
        place == 0
            ? writer.send("keep a mail", change, bytes)
            : writer.sendPatiently("keep a mail", change, bytes);
    kept.await();
    state = State.KEPT;
  }

  @Override
  public void close() {
    if (state == State.CLOSED || state == State.KEPT) {
      return;
    }
    try {
      // Until the last block has arrived, a sweep might miss it.
      await();
    } catch (StoreUnavailable _) {
      // It was lost, which is as good here.
    }
    state = State.CLOSED;
    release();
    if (places > 0) {
      writer.sweep(mail);
    }
  }

  private void handOver() throws StoreUnavailable {
    await();
    state = State.BROKEN;
    if (places == PLACES_MAX) {
      throw Faults.refused("The store can't spool a message of more than " + size + " bytes.");
    }
    long number = number();
    int place = places;
    byte[] bytes = block;
    Change<Boolean> change =
        tables -> {
          if (place == 0) {
            tables.mails().openSpool(number);
          }
          tables.chunks().write(ChunkTable.number(number, place), bytes, bytes.length);
          return true;
        };
    places++;
    onItsWay = writer.sendPatiently("spool a message", change, bytes.length);
    state = State.OPEN;
    block = spare.length == BLOCK ? spare : new byte[BLOCK];
    spare = bytes;
    filled = 0;
  }

  /// Waits until the block that is on its way has arrived, so that its memory is free again.
  private void await() throws StoreUnavailable {
    Ticket<Boolean> before = onItsWay;
    if (before == null) {
      return;
    }
    try {
      before.await();
    } catch (StoreUnavailable e) {
      state = State.BROKEN;
      throw e;
    }
  }

  private void makeRoom(int needed) {
    if (needed > block.length) {
      int twice = Math.max(needed, Math.min(BLOCK, block.length * 2));
      block = Arrays.copyOf(block, twice);
    }
  }

  private long number() {
    if (mail == 0) {
      mail = writer.nextMail();
    }
    return mail;
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException("the spool is " + state);
    }
  }

  private void release() {
    block = new byte[0];
    spare = block;
    filled = 0;
  }
}
