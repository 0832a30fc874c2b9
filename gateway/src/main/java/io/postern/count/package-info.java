/// Counting without getting in the way: what the rooms note while mail passes, and somebody else
/// reads from time to time.
///
/// What comes in: single values, from any thread, on the mail's own path. What goes out: snapshots.
/// What never happens here: a lock, a clock, a name of a metric. Start reading at
/// [io.postern.count.Histogram].
@NullMarked
package io.postern.count;

import org.jspecify.annotations.NullMarked;
