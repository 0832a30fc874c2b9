package io.postern.store.sqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the service log of deliveries that can't be read. It may be all of them, tried again every
/// hour, so one stands for those of an hour; the status log has a row of each.
final class UnreadNotice {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadNotice.class);

  private @Nullable Instant told;

  /// Tells of the first one, unless there is none or the last time was less than an hour ago.
  synchronized void tell(List<DeliveryTable.Unread> unread, Instant now) {
    if (unread.isEmpty() || isQuiet(now)) {
      return;
    }
    told = now;
    DeliveryTable.Unread first = unread.getFirst();
    LOG.error(
        "Mail number {} can't be read, so its delivery waits; the status log names all such, and"
            + " postern verify may know why",
        first.number() >> Tables.PLACE_BITS,
        first.why());
  }

  private boolean isQuiet(Instant now) {
    // A clock that was set back must not silence it for longer.
    return told != null && Duration.between(told, now).abs().compareTo(DeliveryTable.ASIDE) < 0;
  }
}
