/// Bytes to parsed mail: total, bounded, without I/O of its own.
///
/// What comes in: a message, or the bytes of its header section. What goes out: headers, addresses,
/// parts, text, and defects as data. What never happens here: an exception because of what a mail
/// holds, unbounded work, networking. angus-mail hides behind this door. Start reading at
/// [io.postern.mime.ParsedMail].
@NullMarked
package io.postern.mime;

import org.jspecify.annotations.NullMarked;
