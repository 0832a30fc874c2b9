/// The status log: what support is asked about.
///
/// What comes in: a row each time a delivery changes state. What goes out: pages of rows, the story
/// of one mail, the ledger. What never happens here: storage (an engine does it), delivery, HTTP.
/// Start reading at [io.postern.journal.Journal].
@NullMarked
package io.postern.journal;

import org.jspecify.annotations.NullMarked;
