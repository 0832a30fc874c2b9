/// Postern: SMTP in, webhooks out, and nothing lost between. The map, in the order a mail meets it:
///
/// - `smtp` speaks RFC 5321 with the peer, `intake` answers for the gateway
/// - `policy` and `rules` judge and route; `mime` reads headers
/// - `queue` keeps, by `store.sqlite`; then 250 is said
/// - `delivery` takes out what is due; `mime` parses, `webhook` renders; `queue` settles
/// - `journal` is the status log; `console` and `cli` are for people; `config` and `settings` read
///   files
///
/// What comes in: a configuration and the outside world. What goes out: a running gateway. What
/// never happens here: anything but wiring, and what makes one part fit another. Start reading at
/// [io.postern.Gateway].
@NullMarked
package io.postern;

import org.jspecify.annotations.NullMarked;
