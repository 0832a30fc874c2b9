/// Whose mail is accepted, and which mail looks forged.
///
/// What comes in: domains, header addresses, who brought the mail. What goes out: yes or no, with
/// the reason. What never happens here: I/O, SMTP replies, rules. Start reading at
/// [io.postern.policy.SelfMail].
@NullMarked
package io.postern.policy;

import org.jspecify.annotations.NullMarked;
