/// The durable line: what is put here is kept, and comes out again until it is settled.
///
/// What comes in: accepted mail with its routes, and what came of attempts. What goes out: claims
/// on deliveries that are due. What never happens here: rules, HTTP, a decision on when to try
/// again. Start reading at [io.postern.queue.MailQueue].
@NullMarked
package io.postern.queue;

import org.jspecify.annotations.NullMarked;
