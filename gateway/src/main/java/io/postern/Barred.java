package io.postern;

import io.postern.journal.StoreUnavailable;
import io.postern.policy.BlockedSenders;
import io.postern.queue.Blocklist;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The blocked senders as the door has them: in memory, and read anew from the store after an order
/// has changed them. Sessions ask at every mail, and wait for nothing.
final class Barred implements Supplier<BlockedSenders> {
  private final Blocklist list;
  private volatile BlockedSenders senders = BlockedSenders.NONE;

  Barred(Blocklist list) {
    this.list = list;
  }

  @Override
  public BlockedSenders get() {
    return senders;
  }

  /// Reads them. One at a time: of two orders the later one must not be overtaken.
  synchronized void look() throws StoreUnavailable {
    Map<String, String> reasons =
        list.blocks().stream()
            .collect(Collectors.toMap(Blocklist.Block::sender, Blocklist.Block::reason));
    senders = new BlockedSenders(reasons);
  }
}
