/// The nouns of the house: the values that at least three other rooms pass around.
///
/// What comes in: text that a peer or a file gave. What goes out: values that are valid by
/// construction and print as the RFCs write them. What never happens here: I/O, decisions, anything
/// but a value's own validation and text form. Start reading at [io.postern.mail.Envelope].
@NullMarked
package io.postern.mail;

import org.jspecify.annotations.NullMarked;
