/// From claim to settled: tries deliveries that are due, and tells the queue what came of it.
///
/// What comes in: claims, and the book of rules in force. What goes out: HTTP calls, settlements.
/// What never happens here: accepting mail, a decision on what a mail matches. Start reading at
/// [io.postern.delivery.Dispatcher].
@NullMarked
package io.postern.delivery;

import org.jspecify.annotations.NullMarked;
