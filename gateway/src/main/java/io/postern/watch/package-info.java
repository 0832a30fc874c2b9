/// What is told of a gateway while it runs: each metric for Prometheus with its name, its meaning
/// and its labels, how it feels (`/health`), whether it takes mail (`/ready`), and what people are
/// to be told by mail.
///
/// What comes in: the counters and states of the other rooms, read when somebody asks. What goes
/// out: a page in the text format of Prometheus; what is wrong now, worded for who asked. What
/// never happens here: counting; anything on the road of a mail; a label whose values a sender
/// could choose; a judgement that belongs to a part, such as when a certificate ends too soon. The
/// Prometheus client library appears here alone, and is loaded with the first page. Start reading
/// at [io.postern.watch.Watch] and [io.postern.watch.Checkup].
@NullMarked
package io.postern.watch;

import org.jspecify.annotations.NullMarked;
