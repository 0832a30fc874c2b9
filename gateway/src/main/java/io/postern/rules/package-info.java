/// Rule files read, checked, decided and explained; the live book.
///
/// What comes in: a folder of files that people edit while mail flows; recipients and headers. What
/// goes out: which rules take a mail, and why; or problems with places and cures. What never
/// happens here: delivery, queueing, the words of SMTP. A book, once made, never changes. Start
/// reading at [io.postern.rules.Book].
@NullMarked
package io.postern.rules;

import org.jspecify.annotations.NullMarked;
