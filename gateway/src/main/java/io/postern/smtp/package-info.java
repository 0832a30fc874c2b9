/// RFC 5321 spoken correctly, and nothing of what the gateway does with mail.
///
/// What comes in: connections. What goes out: calls of [io.postern.smtp.Receiver], and replies.
/// What never happens here: policy, rules, storage. SubEthaSMTP's listener hides behind this door:
/// it accepts, greets and ends sessions, while every line and every verb is ours. Start reading at
/// [io.postern.smtp.Receiver].
@NullMarked
package io.postern.smtp;

import org.jspecify.annotations.NullMarked;
