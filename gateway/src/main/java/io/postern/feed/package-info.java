/// Event webhooks: every change of a delivery's status, told to those who subscribe.
///
/// What comes in: subscriber files, and the rows of the status log in their order. What goes out:
/// batches of events, posted in the dialect that a subscriber asks for. What never happens here:
/// anything that accepting or delivering a mail would wait for. Start reading at
/// [io.postern.feed.Event] and [io.postern.feed.EventDialect].
@NullMarked
package io.postern.feed;

import org.jspecify.annotations.NullMarked;
