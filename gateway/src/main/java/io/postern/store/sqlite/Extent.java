package io.postern.store.sqlite;

import io.postern.queue.Spool;

/// Where a chunk of a message lies outside the database, as its row says: whatever reads or writes
/// there first asks whether that can be.
///
/// @param segment the number of the file
/// @param start the offset of its first byte
/// @param length in bytes
/// @param crc its CRC-32C, by which a reader knows that these are the bytes that were kept
record Extent(long segment, long start, long length, int crc) {
  /// Makes sure that a chunk can lie there. A row that was damaged may say anything: that is to
  /// cost one message, not the memory for all of them, nor the bytes of another.
  ///
  /// @throws Damaged when it can't
  void requireSound() throws Damaged {
    if (length < 1 || length > Spool.BLOCK || start < 0) {
      throw new Damaged(
          "its row was damaged: no chunk has %d bytes from %d on".formatted(length, start));
    }
  }
}
