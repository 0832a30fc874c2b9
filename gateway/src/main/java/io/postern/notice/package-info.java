/// Notices: mail to the people who run the gateway, about what hurts and what has ended.
///
/// What comes in: what is wrong now ([io.postern.notice.Sight]), looked at again and again by the
/// wiring, and what was given up meanwhile. What goes out: mail to a relay, at most one an hour
/// that speaks of the same cause. What never happens here: looking at other rooms, and making
/// anybody wait who accepts or delivers mail. Start reading at [io.postern.notice.Notifier].
///
/// jakarta.mail appears in [io.postern.notice.SmtpRelay] alone, and is loaded when the first notice
/// is sent.
@NullMarked
package io.postern.notice;

import org.jspecify.annotations.NullMarked;
