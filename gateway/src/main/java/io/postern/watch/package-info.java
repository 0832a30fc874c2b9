/// What Prometheus is told of a gateway: each metric with its name, its meaning and its labels, in
/// one place.
///
/// What comes in: the counters and states of the other rooms, read when somebody asks. What goes
/// out: a page in the text format of Prometheus. What never happens here: counting; anything on the
/// road of a mail; a label whose values a sender could choose. The Prometheus client library
/// appears here alone, and is loaded with the first page. Start reading at
/// [io.postern.watch.Watch].
@NullMarked
package io.postern.watch;

import org.jspecify.annotations.NullMarked;
