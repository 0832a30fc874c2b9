package io.postern.queue;

import io.postern.journal.StoreUnavailable;

/// A message on its way in. Up to [#BLOCK] bytes it stands in memory and becomes part of the
/// accepting transaction; what is longer goes to the store in blocks, in transactions of their own
/// that make nothing visible. For one thread, apart from what the engine does inside.
///
/// Memory: two blocks at most, whatever the message's size.
public interface Spool extends AutoCloseable {
  /// The size of a block, in bytes.
  int BLOCK = 256 * 1024;

  /// Adds bytes. May wait until an earlier block is on its way.
  ///
  /// @throws StoreUnavailable when the store can't take more; the spool is then good only for
  ///   closing
  void write(byte[] bytes, int offset, int length) throws StoreUnavailable;

  /// Bytes written so far.
  long size();

  /// How much memory it holds now, in bytes; that of a block on its way to disk, too.
  long held();

  /// Gives up what was not put: its blocks are removed by and by. Does nothing after a put.
  @Override
  void close();
}
