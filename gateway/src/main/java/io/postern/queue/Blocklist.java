package io.postern.queue;

import io.postern.journal.StoreUnavailable;
import java.time.Instant;
import java.util.List;

/// The senders that an operator wants nothing from. Any thread may call any method; what one that
/// changes something has returned from is on disk, and stands among the rows of the status log for
/// those who follow it.
public interface Blocklist {
  /// The most that there can be: they are held in memory, too.
  int BLOCKS_MAX = 100_000;

  /// All of them, in the order of their texts.
  List<Block> blocks() throws StoreUnavailable;

  /// Adds one. One that is there keeps its time and its reason.
  ///
  /// @return false when it was there
  /// @throws StoreUnavailable also when there are [#BLOCKS_MAX]
  boolean block(Block block) throws StoreUnavailable;

  /// Removes one.
  ///
  /// @return false when it was not there
  boolean unblock(String sender, Instant now) throws StoreUnavailable;

  /// A blocked sender.
  ///
  /// @param sender an address, a domain, or `*.` and a domain for all that lies below it
  /// @param since when it was added
  /// @param reason why, for support to read; may be empty
  record Block(String sender, Instant since, String reason) {}
}
