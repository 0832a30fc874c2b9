/// Bytes to parsed mail: total, bounded, without I/O of its own.
///
/// What comes in: a message, or the bytes of its header section. What goes out: headers, addresses,
/// bodies, attachments, and defects as data. What never happens here: an exception because of what
/// a mail holds, work or memory without bound, recursion, networking.
///
/// The reader is our own, for one reason above all: limits on depth, parts and headers can be kept
/// only by who finds the parts. A scan in front of another parser would have to see the same parts
/// as that parser in every broken mail, and each difference would be a way around the limits. Tests
/// compare it with angus-mail. Start reading at [io.postern.mime.ParsedMail], then
/// [io.postern.mime.PartScanner].
@NullMarked
package io.postern.mime;

import org.jspecify.annotations.NullMarked;
